import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.text
import django.utils.timezone
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("pghistory", "0007_auto_20250421_0444"),
    ]

    operations = [
        migrations.CreateModel(
            name="Fact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("not_before", models.DateTimeField(default=django.utils.timezone.now)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("lease_until", models.DateTimeField(blank=True, null=True)),
                ("lease_token", models.UUIDField(blank=True, null=True)),
                ("last_error", models.TextField(blank=True)),
                ("kind", models.CharField(max_length=60)),
                ("subject", models.CharField(blank=True, max_length=120)),
                ("dedupe_key", models.CharField(max_length=200, unique=True)),
                ("payload", models.JSONField(default=dict)),
                ("occurred_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "state",
                    models.CharField(
                        choices=[("pending", "Pending"), ("dispatched", "Dispatched"), ("quarantined", "Quarantined")],
                        default="pending",
                        max_length=12,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "pending")), fields=["id"], name="notifications_fact_pending"
                    ),
                    models.Index(
                        condition=models.Q(("state", "quarantined")), fields=["id"], name="notifications_fact_set_aside"
                    ),
                    models.Index(
                        condition=models.Q(("subject", ""), _negated=True),
                        fields=["subject", "-id"],
                        name="notifications_fact_subject",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind", ""), _negated=True), name="notifications_fact_kind_named"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("not_before", models.DateTimeField(default=django.utils.timezone.now)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("lease_until", models.DateTimeField(blank=True, null=True)),
                ("lease_token", models.UUIDField(blank=True, null=True)),
                ("last_error", models.TextField(blank=True)),
                ("kind", models.CharField(max_length=60)),
                (
                    "channel",
                    models.CharField(
                        choices=[("email", "E-mail"), ("sms", "SMS"), ("chat", "Chat"), ("push", "Push")], max_length=20
                    ),
                ),
                ("recipient", models.CharField(max_length=254)),
                ("order_ref", models.CharField(blank=True, max_length=40)),
                ("customer_code", models.CharField(blank=True, max_length=40)),
                ("customer_name", models.CharField(blank=True, max_length=200)),
                ("language", models.CharField(default="en", max_length=10)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "Waits for approval"),
                            ("pending", "Waiting to be sent"),
                            ("sending", "Being sent"),
                            ("sent", "Sent"),
                            ("superseded", "Overtaken by newer news"),
                            ("suppressed", "Not sent"),
                            ("failed", "Failed"),
                            ("uncertain", "Perhaps sent"),
                        ],
                        default="pending",
                        max_length=12,
                    ),
                ),
                ("state_reason", models.CharField(blank=True, max_length=200)),
                ("subject_line", models.CharField(blank=True, max_length=300)),
                ("body_text", models.TextField(blank=True)),
                ("body_html", models.TextField(blank=True)),
                ("message_id", models.CharField(blank=True, max_length=200)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
                (
                    "fact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="deliveries", to="notifications.fact"
                    ),
                ),
                (
                    "sent_with",
                    models.ForeignKey(
                        blank=True,
                        help_text="The delivery whose mail carries this news too.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="companions",
                        to="notifications.delivery",
                    ),
                ),
                (
                    "words_version",
                    models.PositiveIntegerField(default=0, help_text="Of the template; 0 is what we ship."),
                ),
                (
                    "arrived_at",
                    models.DateTimeField(blank=True, help_text="When the provider saw it in the mailbox.", null=True),
                ),
                ("is_lead", models.BooleanField(default=True)),
                ("provider_id", models.CharField(blank=True, help_text="What the provider calls it.", max_length=200)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        help_text="Who approved or rejected it.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "wording",
                    models.JSONField(blank=True, default=dict, help_text="What an approver changed: reason, note."),
                ),
            ],
            options={
                "verbose_name_plural": "deliveries",
                "permissions": [("send_message", "Send and resend messages")],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ["pending", "sending"])),
                        fields=["not_before", "id"],
                        name="notifications_delivery_due",
                    ),
                    models.Index(
                        condition=models.Q(("state", "pending")),
                        fields=["recipient", "channel"],
                        name="notifications_delivery_with",
                    ),
                    models.Index(
                        condition=models.Q(("provider_id", ""), _negated=True),
                        fields=["provider_id"],
                        name="notifications_delivery_theirs",
                    ),
                    models.Index(
                        condition=models.Q(("state", "proposed")), fields=["id"], name="notifications_proposed"
                    ),
                    models.Index(fields=["created_at"], name="notifications_delivery_created"),
                    models.Index(fields=["order_ref", "-id"], name="notifications_delivery_order"),
                    models.Index(fields=["customer_code", "-id"], name="notifications_delivery_cust"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("fact", "recipient", "channel"), name="notifications_delivery_once"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("is_lead", True)), fields=("fact",), name="notifications_delivery_one_leads"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "sent"), _negated=True), ("sent_at__isnull", False), _connector="OR"
                        ),
                        name="notifications_delivery_sent_has_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Gateway",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "channel",
                    models.CharField(
                        choices=[("email", "E-mail"), ("sms", "SMS"), ("chat", "Chat"), ("push", "Push")],
                        max_length=10,
                        unique=True,
                    ),
                ),
                ("sealed_url", models.TextField(blank=True)),
                ("is_active", models.BooleanField(default=True)),
                (
                    "is_fallback",
                    models.BooleanField(
                        default=False,
                        help_text="For customers who have chosen nothing.",
                        verbose_name="stands in for e-mail",
                    ),
                ),
                ("changed_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "changed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "permissions": [("manage_channels", "Set up and try channels")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("channel", "email"), _negated=True), name="notifications_gateway_not_email"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="GatewayEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                (
                    "channel",
                    models.CharField(
                        choices=[("email", "E-mail"), ("sms", "SMS"), ("chat", "Chat"), ("push", "Push")], max_length=10
                    ),
                ),
                ("is_active", models.BooleanField(default=True)),
                (
                    "is_fallback",
                    models.BooleanField(
                        default=False,
                        help_text="For customers who have chosen nothing.",
                        verbose_name="stands in for e-mail",
                    ),
                ),
                ("changed_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "changed_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="events",
                        to="notifications.gateway",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="gateway",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "notifications_gatewayevent" ("changed_at", "changed_by_id", "channel", "id", "is_active", "is_fallback", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."changed_at", NEW."changed_by_id", NEW."channel", NEW."id", NEW."is_active", NEW."is_fallback", _pgh_attach_context(), NOW(), \'insert\', NEW."id"); RETURN NULL;',
                    hash="6be1e3a57d6c2069141759665ff97dbcdf08ee79",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_663d4",
                    table="notifications_gateway",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="gateway",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."changed_at" IS DISTINCT FROM (NEW."changed_at") OR OLD."changed_by_id" IS DISTINCT FROM (NEW."changed_by_id") OR OLD."channel" IS DISTINCT FROM (NEW."channel") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."is_active" IS DISTINCT FROM (NEW."is_active") OR OLD."is_fallback" IS DISTINCT FROM (NEW."is_fallback"))',
                    func='INSERT INTO "notifications_gatewayevent" ("changed_at", "changed_by_id", "channel", "id", "is_active", "is_fallback", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."changed_at", NEW."changed_by_id", NEW."channel", NEW."id", NEW."is_active", NEW."is_fallback", _pgh_attach_context(), NOW(), \'update\', NEW."id"); RETURN NULL;',
                    hash="34bd6fb1da13c197da59df898cfd5523220f3395",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_4ce73",
                    table="notifications_gateway",
                    when="AFTER",
                ),
            ),
        ),
        migrations.CreateModel(
            name="Link",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "purpose",
                    models.CharField(
                        choices=[("order", "See an order and choose"), ("unsubscribe", "Stop messages to an address")],
                        max_length=12,
                    ),
                ),
                ("subject", models.CharField(max_length=254)),
                ("key_hash", models.CharField(max_length=64, unique=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("expires_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["purpose", "subject"], name="notifications_link_subject")],
            },
        ),
        migrations.CreateModel(
            name="LinkMiss",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("address", models.CharField(max_length=45, unique=True)),
                ("since", models.DateTimeField()),
                ("misses", models.PositiveIntegerField()),
            ],
            options={
                "verbose_name_plural": "link misses",
            },
        ),
        migrations.CreateModel(
            name="MessageRules",
            fields=[
                ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("quiet_from", models.TimeField(blank=True, help_text="In the customer's own time zone.", null=True)),
                ("quiet_to", models.TimeField(blank=True, null=True)),
                (
                    "daily_messages",
                    models.PositiveSmallIntegerField(
                        default=4,
                        help_text="What comes after them waits for one summary next morning.",
                        verbose_name="messages a customer a day",
                    ),
                ),
                ("merges", models.BooleanField(default=True, verbose_name="one mail for all orders of a customer")),
                (
                    "storm_messages",
                    models.PositiveIntegerField(default=10000, verbose_name="messages an hour that close the valve"),
                ),
                ("is_paused", models.BooleanField(default=False)),
                ("paused_at", models.DateTimeField(blank=True, null=True)),
                ("paused_reason", models.CharField(blank=True, max_length=200)),
                (
                    "opened_at",
                    models.DateTimeField(blank=True, help_text="A storm is counted from here on.", null=True),
                ),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "changed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "proposal_hours",
                    models.PositiveSmallIntegerField(
                        default=48,
                        help_text="What nobody approved by then is not sent.",
                        verbose_name="hours until a proposal lapses",
                    ),
                ),
                (
                    "feedback_days",
                    models.PositiveSmallIntegerField(
                        default=5,
                        help_text="0 asks nobody.",
                        verbose_name="days after delivery until we ask how it was",
                    ),
                ),
                (
                    "follow_up_days",
                    models.PositiveSmallIntegerField(
                        default=14,
                        help_text="For customers who wait and hear nothing.",
                        verbose_name="days of silence before a follow-up",
                    ),
                ),
                (
                    "delay_hours",
                    models.PositiveSmallIntegerField(
                        default=24,
                        help_text="The newest date wins; 0 tells each at once.",
                        verbose_name="hours between two delay messages of an order",
                    ),
                ),
                (
                    "firm_only",
                    models.BooleanField(
                        default=True,
                        help_text="What is still on its way may slip again: until it is there, or a colleague names the day, the customer keeps the later one.",
                        verbose_name="earlier days only when the units are there",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "message rules",
                "permissions": [("run_valve", "Change message rules, pause and resume messages")],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="notifications_rules_one_row"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("quiet_from__isnull", True), ("quiet_to__isnull", True)),
                            models.Q(("quiet_from__isnull", False), ("quiet_to__isnull", False)),
                            _connector="OR",
                        ),
                        name="notifications_rules_quiet_has_both_ends",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("daily_messages__gte", 1)), name="notifications_rules_daily_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("is_paused", False), ("paused_at__isnull", False), _connector="OR"),
                        name="notifications_rules_paused_has_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MessageRulesEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.SmallIntegerField(default=1, serialize=False)),
                ("quiet_from", models.TimeField(blank=True, help_text="In the customer's own time zone.", null=True)),
                ("quiet_to", models.TimeField(blank=True, null=True)),
                (
                    "daily_messages",
                    models.PositiveSmallIntegerField(
                        default=4,
                        help_text="What comes after them waits for one summary next morning.",
                        verbose_name="messages a customer a day",
                    ),
                ),
                ("merges", models.BooleanField(default=True, verbose_name="one mail for all orders of a customer")),
                (
                    "storm_messages",
                    models.PositiveIntegerField(default=10000, verbose_name="messages an hour that close the valve"),
                ),
                ("is_paused", models.BooleanField(default=False)),
                ("paused_at", models.DateTimeField(blank=True, null=True)),
                ("paused_reason", models.CharField(blank=True, max_length=200)),
                (
                    "opened_at",
                    models.DateTimeField(blank=True, help_text="A storm is counted from here on.", null=True),
                ),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "changed_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="events",
                        to="notifications.messagerules",
                    ),
                ),
                (
                    "proposal_hours",
                    models.PositiveSmallIntegerField(
                        default=48,
                        help_text="What nobody approved by then is not sent.",
                        verbose_name="hours until a proposal lapses",
                    ),
                ),
                (
                    "feedback_days",
                    models.PositiveSmallIntegerField(
                        default=5,
                        help_text="0 asks nobody.",
                        verbose_name="days after delivery until we ask how it was",
                    ),
                ),
                (
                    "follow_up_days",
                    models.PositiveSmallIntegerField(
                        default=14,
                        help_text="For customers who wait and hear nothing.",
                        verbose_name="days of silence before a follow-up",
                    ),
                ),
                (
                    "delay_hours",
                    models.PositiveSmallIntegerField(
                        default=24,
                        help_text="The newest date wins; 0 tells each at once.",
                        verbose_name="hours between two delay messages of an order",
                    ),
                ),
                (
                    "firm_only",
                    models.BooleanField(
                        default=True,
                        help_text="What is still on its way may slip again: until it is there, or a colleague names the day, the customer keeps the later one.",
                        verbose_name="earlier days only when the units are there",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="messagerules",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "notifications_messagerulesevent" ("changed_by_id", "daily_messages", "delay_hours", "feedback_days", "firm_only", "follow_up_days", "id", "is_paused", "merges", "opened_at", "paused_at", "paused_reason", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "proposal_hours", "quiet_from", "quiet_to", "storm_messages", "version") VALUES (NEW."changed_by_id", NEW."daily_messages", NEW."delay_hours", NEW."feedback_days", NEW."firm_only", NEW."follow_up_days", NEW."id", NEW."is_paused", NEW."merges", NEW."opened_at", NEW."paused_at", NEW."paused_reason", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."proposal_hours", NEW."quiet_from", NEW."quiet_to", NEW."storm_messages", NEW."version"); RETURN NULL;',
                    hash="17f16cf73dfe0448a8f73384674b1ebf07bebaf0",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_5c84f",
                    table="notifications_messagerules",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="messagerules",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "notifications_messagerulesevent" ("changed_by_id", "daily_messages", "delay_hours", "feedback_days", "firm_only", "follow_up_days", "id", "is_paused", "merges", "opened_at", "paused_at", "paused_reason", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "proposal_hours", "quiet_from", "quiet_to", "storm_messages", "version") VALUES (NEW."changed_by_id", NEW."daily_messages", NEW."delay_hours", NEW."feedback_days", NEW."firm_only", NEW."follow_up_days", NEW."id", NEW."is_paused", NEW."merges", NEW."opened_at", NEW."paused_at", NEW."paused_reason", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."proposal_hours", NEW."quiet_from", NEW."quiet_to", NEW."storm_messages", NEW."version"); RETURN NULL;',
                    hash="76eb0ba940c4552f84b4803dc1cea4ad16b97c81",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_57306",
                    table="notifications_messagerules",
                    when="AFTER",
                ),
            ),
        ),
        migrations.CreateModel(
            name="Preference",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("customer_code", models.CharField(max_length=40, unique=True)),
                (
                    "channels",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[("email", "E-mail"), ("sms", "SMS"), ("chat", "Chat"), ("push", "Push")],
                            max_length=10,
                        ),
                        default=list,
                        size=None,
                    ),
                ),
                ("uses_all", models.BooleanField(default=False, verbose_name="told on each of them")),
                ("sms_to", models.CharField(blank=True, max_length=40, verbose_name="number for SMS")),
                ("chat_to", models.CharField(blank=True, max_length=200, verbose_name="name or number in the chat")),
                ("push_to", models.CharField(blank=True, max_length=200, verbose_name="device or topic for push")),
                ("changed_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "quiet_from",
                    models.TimeField(
                        blank=True, help_text="In the customer's zone.", null=True, verbose_name="no messages from"
                    ),
                ),
                ("quiet_to", models.TimeField(blank=True, null=True, verbose_name="until")),
            ],
            options={
                "permissions": [("change_preferences", "Change how a customer is told")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("quiet_from", None), ("quiet_to", None)),
                            models.Q(("quiet_from__isnull", False), ("quiet_to__isnull", False)),
                            _connector="OR",
                        ),
                        name="notifications_preference_quiet_has_both_ends",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PreferenceEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("customer_code", models.CharField(max_length=40)),
                (
                    "channels",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[("email", "E-mail"), ("sms", "SMS"), ("chat", "Chat"), ("push", "Push")],
                            max_length=10,
                        ),
                        default=list,
                        size=None,
                    ),
                ),
                ("uses_all", models.BooleanField(default=False, verbose_name="told on each of them")),
                ("sms_to", models.CharField(blank=True, max_length=40, verbose_name="number for SMS")),
                ("chat_to", models.CharField(blank=True, max_length=200, verbose_name="name or number in the chat")),
                ("push_to", models.CharField(blank=True, max_length=200, verbose_name="device or topic for push")),
                ("changed_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="events",
                        to="notifications.preference",
                    ),
                ),
                (
                    "quiet_from",
                    models.TimeField(
                        blank=True, help_text="In the customer's zone.", null=True, verbose_name="no messages from"
                    ),
                ),
                ("quiet_to", models.TimeField(blank=True, null=True, verbose_name="until")),
            ],
            options={
                "abstract": False,
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="preference",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "notifications_preferenceevent" ("changed_at", "channels", "chat_to", "customer_code", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "push_to", "quiet_from", "quiet_to", "sms_to", "uses_all") VALUES (NEW."changed_at", NEW."channels", NEW."chat_to", NEW."customer_code", NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."push_to", NEW."quiet_from", NEW."quiet_to", NEW."sms_to", NEW."uses_all"); RETURN NULL;',
                    hash="eae73b2b9b866de8d51b1737a0696e028e8735cb",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_e2c77",
                    table="notifications_preference",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="preference",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "notifications_preferenceevent" ("changed_at", "channels", "chat_to", "customer_code", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "push_to", "quiet_from", "quiet_to", "sms_to", "uses_all") VALUES (NEW."changed_at", NEW."channels", NEW."chat_to", NEW."customer_code", NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."push_to", NEW."quiet_from", NEW."quiet_to", NEW."sms_to", NEW."uses_all"); RETURN NULL;',
                    hash="5b5729715ed1ca7dda5e802371d1afe528819d66",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_d1a92",
                    table="notifications_preference",
                    when="AFTER",
                ),
            ),
        ),
        migrations.CreateModel(
            name="Reply",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=64, unique=True)),
                ("order_ref", models.CharField(blank=True, max_length=40)),
                ("customer_name", models.CharField(blank=True, max_length=200)),
                ("sender", models.CharField(blank=True, max_length=254)),
                ("sender_name", models.CharField(blank=True, max_length=200)),
                (
                    "is_from_recipient",
                    models.BooleanField(default=False, help_text="Written from the address that we wrote to."),
                ),
                ("message_id", models.CharField(blank=True, max_length=310)),
                ("subject_line", models.CharField(blank=True, max_length=300)),
                ("own_words", models.TextField(blank=True)),
                ("whole_text", models.TextField(blank=True)),
                (
                    "attachments",
                    models.JSONField(blank=True, default=list, help_text="Their names; they stay in the mailbox."),
                ),
                (
                    "is_automatic",
                    models.BooleanField(default=False, help_text="An absence note or the like: nobody waits."),
                ),
                ("received_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "To answer"),
                            ("answered", "Answered"),
                            ("done", "Done without an answer"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("answer", models.TextField(blank=True)),
                ("handled_at", models.DateTimeField(blank=True, null=True)),
                (
                    "delivery",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replies",
                        to="notifications.delivery",
                    ),
                ),
                (
                    "handled_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "replies",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "waiting")), fields=["-id"], name="notifications_reply_waiting"
                    ),
                    models.Index(fields=["order_ref", "-id"], name="notifications_reply_order"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("handled_at__isnull", False),
                                ("state", "answered"),
                                models.Q(("answer", ""), _negated=True),
                            ),
                            models.Q(models.Q(("state", "answered"), _negated=True), ("answer", "")),
                            _connector="OR",
                        ),
                        name="notifications_reply_answered_in_words",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ReplyEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("order_ref", models.CharField(blank=True, max_length=40)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "To answer"),
                            ("answered", "Answered"),
                            ("done", "Done without an answer"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("answer", models.TextField(blank=True)),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="order_ref_state_answer_events",
                        to="notifications.reply",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="reply",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "notifications_replyevent" ("answer", "order_ref", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "state") VALUES (NEW."answer", NEW."order_ref", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."state"); RETURN NULL;',
                    hash="c9eab604ce52faef0fae126521e71c52f5db331d",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_b2a1d",
                    table="notifications_reply",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="reply",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."answer" IS DISTINCT FROM (NEW."answer") OR OLD."order_ref" IS DISTINCT FROM (NEW."order_ref") OR OLD."state" IS DISTINCT FROM (NEW."state"))',
                    func='INSERT INTO "notifications_replyevent" ("answer", "order_ref", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "state") VALUES (NEW."answer", NEW."order_ref", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."state"); RETURN NULL;',
                    hash="04edce53205018327817a09adb641ec861fdd495",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_d0831",
                    table="notifications_reply",
                    when="AFTER",
                ),
            ),
        ),
        migrations.CreateModel(
            name="SendRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveIntegerField()),
                ("kind", models.CharField(blank=True, max_length=60)),
                (
                    "tier",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("platinum", "Platinum"),
                            ("gold", "Gold"),
                            ("silver", "Silver"),
                            ("standard", "Standard"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        blank=True,
                        choices=[("email", "E-mail"), ("sms", "SMS"), ("chat", "Chat"), ("push", "Push")],
                        max_length=20,
                    ),
                ),
                ("from_days", models.PositiveSmallIntegerField(default=0)),
                (
                    "mode",
                    models.CharField(
                        choices=[
                            ("automatic", "Sent by itself"),
                            ("proposed", "An agent approves it"),
                            ("never", "Not sent"),
                        ],
                        max_length=10,
                    ),
                ),
                ("removed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "changed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["position", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("removed_at__isnull", True)),
                        fields=("kind", "tier", "channel", "from_days"),
                        name="notifications_send_rule_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SendRuleEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("position", models.PositiveIntegerField()),
                ("kind", models.CharField(blank=True, max_length=60)),
                (
                    "tier",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("platinum", "Platinum"),
                            ("gold", "Gold"),
                            ("silver", "Silver"),
                            ("standard", "Standard"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        blank=True,
                        choices=[("email", "E-mail"), ("sms", "SMS"), ("chat", "Chat"), ("push", "Push")],
                        max_length=20,
                    ),
                ),
                ("from_days", models.PositiveSmallIntegerField(default=0)),
                (
                    "mode",
                    models.CharField(
                        choices=[
                            ("automatic", "Sent by itself"),
                            ("proposed", "An agent approves it"),
                            ("never", "Not sent"),
                        ],
                        max_length=10,
                    ),
                ),
                ("removed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "changed_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="events",
                        to="notifications.sendrule",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="sendrule",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "notifications_sendruleevent" ("changed_by_id", "channel", "from_days", "id", "kind", "mode", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "removed_at", "tier") VALUES (NEW."changed_by_id", NEW."channel", NEW."from_days", NEW."id", NEW."kind", NEW."mode", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."position", NEW."removed_at", NEW."tier"); RETURN NULL;',
                    hash="d40cc8a58833eba95f998ac0fcf0ebe5e355e885",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_286c4",
                    table="notifications_sendrule",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="sendrule",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "notifications_sendruleevent" ("changed_by_id", "channel", "from_days", "id", "kind", "mode", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "removed_at", "tier") VALUES (NEW."changed_by_id", NEW."channel", NEW."from_days", NEW."id", NEW."kind", NEW."mode", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."position", NEW."removed_at", NEW."tier"); RETURN NULL;',
                    hash="cc1af7d83c5fc2951574fc11f6d39dcbd2835901",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_4cdd4",
                    table="notifications_sendrule",
                    when="AFTER",
                ),
            ),
        ),
        migrations.CreateModel(
            name="Suppression",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("channel", models.CharField(default="email", max_length=20)),
                ("recipient", models.CharField(max_length=254)),
                ("reason", models.CharField(max_length=200)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("channel"),
                        django.db.models.functions.text.Lower("recipient"),
                        name="notifications_suppression_unique",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Template",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=60)),
                ("channel", models.CharField(default="email", max_length=20)),
                ("language", models.CharField(default="en", max_length=10)),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("active", "In force"),
                            ("archived", "Replaced"),
                            ("discarded", "Discarded"),
                        ],
                        default="draft",
                        max_length=10,
                    ),
                ),
                (
                    "subject_line",
                    models.CharField(blank=True, help_text="Empty where the channel has none.", max_length=300),
                ),
                ("body_text", models.TextField()),
                ("body_html", models.TextField(blank=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("activated_at", models.DateTimeField(blank=True, null=True)),
                (
                    "activated_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("edited_at", models.DateTimeField(blank=True, null=True)),
                (
                    "edited_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("revision", models.PositiveIntegerField(default=1, help_text="Counts the edits of a draft.")),
            ],
            options={
                "permissions": [
                    ("edit_template", "Draft message templates"),
                    ("activate_template", "Activate message templates"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("kind", "channel", "language", "version"), name="notifications_template_version"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status", "active")),
                        fields=("kind", "channel", "language"),
                        name="notifications_template_one_active",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status", "draft")),
                        fields=("kind", "channel", "language"),
                        name="notifications_template_one_draft",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TemplateEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("kind", models.CharField(max_length=60)),
                ("channel", models.CharField(default="email", max_length=20)),
                ("language", models.CharField(default="en", max_length=10)),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("active", "In force"),
                            ("archived", "Replaced"),
                            ("discarded", "Discarded"),
                        ],
                        default="draft",
                        max_length=10,
                    ),
                ),
                (
                    "subject_line",
                    models.CharField(blank=True, help_text="Empty where the channel has none.", max_length=300),
                ),
                ("body_text", models.TextField()),
                ("body_html", models.TextField(blank=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="events",
                        to="notifications.template",
                    ),
                ),
                ("activated_at", models.DateTimeField(blank=True, null=True)),
                (
                    "activated_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("edited_at", models.DateTimeField(blank=True, null=True)),
                (
                    "edited_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("revision", models.PositiveIntegerField(default=1, help_text="Counts the edits of a draft.")),
            ],
            options={
                "abstract": False,
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="template",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "notifications_templateevent" ("activated_at", "activated_by_id", "body_html", "body_text", "channel", "created_at", "created_by_id", "edited_at", "edited_by_id", "id", "kind", "language", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "revision", "status", "subject_line", "version") VALUES (NEW."activated_at", NEW."activated_by_id", NEW."body_html", NEW."body_text", NEW."channel", NEW."created_at", NEW."created_by_id", NEW."edited_at", NEW."edited_by_id", NEW."id", NEW."kind", NEW."language", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."revision", NEW."status", NEW."subject_line", NEW."version"); RETURN NULL;',
                    hash="ab01362c3e1ff70181447d77fa8f71ac627d25a7",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_ebb87",
                    table="notifications_template",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="template",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "notifications_templateevent" ("activated_at", "activated_by_id", "body_html", "body_text", "channel", "created_at", "created_by_id", "edited_at", "edited_by_id", "id", "kind", "language", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "revision", "status", "subject_line", "version") VALUES (NEW."activated_at", NEW."activated_by_id", NEW."body_html", NEW."body_text", NEW."channel", NEW."created_at", NEW."created_by_id", NEW."edited_at", NEW."edited_by_id", NEW."id", NEW."kind", NEW."language", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."revision", NEW."status", NEW."subject_line", NEW."version"); RETURN NULL;',
                    hash="acd18f54d94406bb31c509b046919abeb18298e1",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_aaa70",
                    table="notifications_template",
                    when="AFTER",
                ),
            ),
        ),
        migrations.CreateModel(
            name="Threshold",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        blank=True,
                        choices=[("orders.eta_slipped", "Later date"), ("orders.eta_improved", "Earlier date")],
                        max_length=60,
                    ),
                ),
                (
                    "tier",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("platinum", "Platinum"),
                            ("gold", "Gold"),
                            ("silver", "Silver"),
                            ("standard", "Standard"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        blank=True,
                        choices=[("email", "E-mail"), ("sms", "SMS"), ("chat", "Chat"), ("push", "Push")],
                        max_length=20,
                    ),
                ),
                ("days", models.PositiveSmallIntegerField()),
                (
                    "narrowness",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.expressions.CombinedExpression(
                            django.db.models.expressions.CombinedExpression(
                                models.Case(
                                    models.When(models.Q(("tier", "")), then=models.Value(0)), default=models.Value(14)
                                ),
                                "+",
                                models.Case(
                                    models.When(models.Q(("kind", "")), then=models.Value(0)), default=models.Value(13)
                                ),
                            ),
                            "+",
                            models.Case(
                                models.When(models.Q(("channel", "")), then=models.Value(0)), default=models.Value(12)
                            ),
                        ),
                        output_field=models.SmallIntegerField(),
                    ),
                ),
                ("removed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "changed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-narrowness", "kind", "tier", "channel", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("removed_at__isnull", True)),
                        fields=("kind", "tier", "channel"),
                        name="notifications_threshold_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("days__gte", 1), ("days__lte", 365)),
                        name="notifications_threshold_days_in_a_year",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["", "orders.eta_slipped", "orders.eta_improved"])),
                        name="notifications_threshold_kind_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ThresholdEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                (
                    "kind",
                    models.CharField(
                        blank=True,
                        choices=[("orders.eta_slipped", "Later date"), ("orders.eta_improved", "Earlier date")],
                        max_length=60,
                    ),
                ),
                (
                    "tier",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("platinum", "Platinum"),
                            ("gold", "Gold"),
                            ("silver", "Silver"),
                            ("standard", "Standard"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        blank=True,
                        choices=[("email", "E-mail"), ("sms", "SMS"), ("chat", "Chat"), ("push", "Push")],
                        max_length=20,
                    ),
                ),
                ("days", models.PositiveSmallIntegerField()),
                (
                    "narrowness",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.expressions.CombinedExpression(
                            django.db.models.expressions.CombinedExpression(
                                models.Case(
                                    models.When(models.Q(("tier", "")), then=models.Value(0)), default=models.Value(14)
                                ),
                                "+",
                                models.Case(
                                    models.When(models.Q(("kind", "")), then=models.Value(0)), default=models.Value(13)
                                ),
                            ),
                            "+",
                            models.Case(
                                models.When(models.Q(("channel", "")), then=models.Value(0)), default=models.Value(12)
                            ),
                        ),
                        output_field=models.SmallIntegerField(),
                    ),
                ),
                ("removed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "changed_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="events",
                        to="notifications.threshold",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="threshold",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "notifications_thresholdevent" ("changed_by_id", "channel", "days", "id", "kind", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "removed_at", "tier") VALUES (NEW."changed_by_id", NEW."channel", NEW."days", NEW."id", NEW."kind", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."removed_at", NEW."tier"); RETURN NULL;',
                    hash="e7c2417b29af83e3fe3495c22e385a165d9d3bf7",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_b2626",
                    table="notifications_threshold",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="threshold",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "notifications_thresholdevent" ("changed_by_id", "channel", "days", "id", "kind", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "removed_at", "tier") VALUES (NEW."changed_by_id", NEW."channel", NEW."days", NEW."id", NEW."kind", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."removed_at", NEW."tier"); RETURN NULL;',
                    hash="f2a1ba317401b880fc4507c9df7469946823b84b",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_26964",
                    table="notifications_threshold",
                    when="AFTER",
                ),
            ),
        ),
        migrations.CreateModel(
            name="TrialText",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("recipient", models.CharField(max_length=40)),
                ("sent_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "actor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["actor", "-sent_at"], name="notifications_trial_text")],
            },
        ),
        migrations.CreateModel(
            name="Webhook",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("url", models.URLField(max_length=500)),
                ("description", models.CharField(blank=True, max_length=200)),
                (
                    "hears",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), blank=True, default=list, size=None
                    ),
                ),
                ("secret", models.CharField(max_length=100)),
                ("is_active", models.BooleanField(default=True)),
                ("stopped_because", models.CharField(blank=True, max_length=200)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "permissions": [("manage_webhooks", "Make and stop webhooks")],
            },
        ),
        migrations.CreateModel(
            name="WebhookEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("url", models.URLField(max_length=500)),
                ("description", models.CharField(blank=True, max_length=200)),
                (
                    "hears",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40), blank=True, default=list, size=None
                    ),
                ),
                ("is_active", models.BooleanField(default=True)),
                ("stopped_because", models.CharField(blank=True, max_length=200)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "created_by",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "pgh_context",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pghistory.context",
                    ),
                ),
                (
                    "pgh_obj",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="events",
                        to="notifications.webhook",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="webhook",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "notifications_webhookevent" ("created_at", "created_by_id", "description", "hears", "id", "is_active", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "stopped_because", "url") VALUES (NEW."created_at", NEW."created_by_id", NEW."description", NEW."hears", NEW."id", NEW."is_active", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."stopped_because", NEW."url"); RETURN NULL;',
                    hash="e87e5faa77d7790b138f1608c567a253928c374e",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_53df0",
                    table="notifications_webhook",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="webhook",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."created_by_id" IS DISTINCT FROM (NEW."created_by_id") OR OLD."description" IS DISTINCT FROM (NEW."description") OR OLD."hears" IS DISTINCT FROM (NEW."hears") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."is_active" IS DISTINCT FROM (NEW."is_active") OR OLD."stopped_because" IS DISTINCT FROM (NEW."stopped_because") OR OLD."url" IS DISTINCT FROM (NEW."url"))',
                    func='INSERT INTO "notifications_webhookevent" ("created_at", "created_by_id", "description", "hears", "id", "is_active", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "stopped_because", "url") VALUES (NEW."created_at", NEW."created_by_id", NEW."description", NEW."hears", NEW."id", NEW."is_active", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."stopped_because", NEW."url"); RETURN NULL;',
                    hash="a4c59e6e59d4d0269f3cc80d19082e67836e5a34",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_dc8ba",
                    table="notifications_webhook",
                    when="AFTER",
                ),
            ),
        ),
        migrations.CreateModel(
            name="WebhookDelivery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("not_before", models.DateTimeField(default=django.utils.timezone.now)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("lease_until", models.DateTimeField(blank=True, null=True)),
                ("lease_token", models.UUIDField(blank=True, null=True)),
                ("last_error", models.TextField(blank=True)),
                ("event", models.CharField(max_length=40)),
                (
                    "state",
                    models.CharField(
                        choices=[("pending", "Waiting"), ("sent", "Taken"), ("failed", "Given up")],
                        default="pending",
                        max_length=8,
                    ),
                ),
                (
                    "answer",
                    models.CharField(blank=True, help_text="The last status, or why there was none.", max_length=200),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
                (
                    "fact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="notifications.fact"
                    ),
                ),
                (
                    "webhook",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="deliveries",
                        to="notifications.webhook",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "webhook deliveries",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "pending")),
                        fields=["not_before", "id"],
                        name="notifications_webhook_due",
                    )
                ],
                "constraints": [models.UniqueConstraint(fields=("webhook", "fact"), name="notifications_webhook_once")],
            },
        ),
    ]
