import datetime

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.comparison
import django.db.models.functions.text
import django.utils.timezone
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("inventory", "0001_initial"),
        ("pghistory", "0007_auto_20250421_0444"),
    ]

    operations = [
        TrigramExtension(),
        migrations.RunSQL("CREATE SEQUENCE orders_ref_seq START 100001", "DROP SEQUENCE orders_ref_seq"),
        migrations.CreateModel(
            name="Customer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=40, unique=True)),
                ("name", models.CharField(max_length=200)),
                ("contact_name", models.CharField(blank=True, max_length=200)),
                ("email", models.EmailField(blank=True, max_length=254)),
                ("phone", models.CharField(blank=True, max_length=40)),
                (
                    "tier",
                    models.CharField(
                        choices=[
                            ("platinum", "Platinum"),
                            ("gold", "Gold"),
                            ("silver", "Silver"),
                            ("standard", "Standard"),
                        ],
                        default="standard",
                        max_length=10,
                    ),
                ),
                ("country", models.CharField(blank=True, max_length=60)),
                ("zone", models.CharField(default="Europe/London", max_length=60, verbose_name="time zone")),
                ("language", models.CharField(default="en", max_length=10)),
                ("wants_email", models.BooleanField(default=True, verbose_name="told by e-mail")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["name"], name="orders_customer_name"),
                    django.contrib.postgres.indexes.GinIndex(
                        django.contrib.postgres.indexes.OpClass(
                            django.db.models.functions.text.Upper("name"), "gin_trgm_ops"
                        ),
                        name="orders_customer_name_trgm",
                    ),
                    models.Index(django.db.models.functions.text.Upper("code"), name="orders_customer_code_upper"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("code", ""), _negated=True), name="orders_customer_code_given"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Order",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("ref", models.CharField(max_length=40, unique=True)),
                ("channel", models.CharField(max_length=40)),
                ("external_id", models.CharField(blank=True, max_length=120)),
                (
                    "status",
                    models.CharField(
                        choices=[("open", "Open"), ("shipped", "Shipped"), ("cancelled", "Cancelled")],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("placed_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("requested_on", models.DateField(blank=True, null=True)),
                (
                    "ship_policy",
                    models.CharField(
                        choices=[
                            ("partial", "Ship what is ready"),
                            ("complete", "Ship complete"),
                            ("one_backorder", "At most one backorder"),
                        ],
                        default="partial",
                        max_length=14,
                    ),
                ),
                ("ship_to", models.TextField(blank=True)),
                ("is_expedited", models.BooleanField(default=False)),
                ("eta_by_hand_on", models.DateField(blank=True, null=True)),
                ("eta_by_hand_reason", models.CharField(blank=True, max_length=200)),
                (
                    "intake_digest",
                    models.CharField(blank=True, help_text="SHA-256 of the order as it came in.", max_length=64),
                ),
                (
                    "version",
                    models.PositiveIntegerField(default=1, help_text="Counts changes by people; forms carry it."),
                ),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="orders", to="orders.customer"
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "substitutes",
                    models.CharField(
                        choices=[
                            ("ask", "Ask, unless the product's rule needs no asking"),
                            ("agreed", "Agreed beforehand"),
                            ("never", "Never without asking"),
                        ],
                        db_default="ask",
                        default="ask",
                        help_text="What the customer said about substitutes.",
                        max_length=6,
                    ),
                ),
            ],
            options={
                "permissions": [
                    ("view_backlog", "See the backlog, orders, stock and messages"),
                    ("hold_order", "Hold and release orders"),
                    ("cancel_order", "Cancel orders and lines"),
                    ("expedite_order", "Expedite and pin orders"),
                    ("ship_order", "Ship orders"),
                    ("intake_order", "Take in orders"),
                    ("change_eta", "Change an ETA by hand, to any day"),
                    ("postpone_eta", "Change an ETA by hand, later only and at most 14 days"),
                    ("note_order", "Write notes"),
                    ("assign_order", "Say who looks after an order"),
                    ("replan", "Start a plan run"),
                    ("see_contact", "See customer contact data"),
                ],
                "indexes": [
                    models.Index(
                        condition=models.Q(("status", "open")),
                        fields=["placed_at", "id"],
                        name="orders_order_open_placed",
                    ),
                    models.Index(fields=["customer", "-placed_at"], name="orders_order_customer"),
                    models.Index(
                        condition=models.Q(("status", "open")),
                        fields=["customer", "id"],
                        name="orders_order_open_by_customer",
                    ),
                    models.Index(
                        condition=models.Q(("status", "open"), ("substitutes", "agreed")),
                        fields=["id"],
                        name="orders_order_takes_others",
                    ),
                    models.Index(
                        condition=models.Q(("status", "shipped")), fields=["closed_at"], name="orders_order_shipped_at"
                    ),
                    django.contrib.postgres.indexes.GinIndex(
                        django.contrib.postgres.indexes.OpClass(
                            django.db.models.functions.text.Upper("ref"), "gin_trgm_ops"
                        ),
                        name="orders_order_ref_trgm",
                    ),
                    django.contrib.postgres.indexes.GinIndex(
                        django.contrib.postgres.indexes.OpClass(
                            django.db.models.functions.text.Upper("external_id"), "gin_trgm_ops"
                        ),
                        name="orders_order_external_trgm",
                    ),
                    models.Index(
                        condition=models.Q(("owner__isnull", False), ("status", "open")),
                        fields=["owner"],
                        name="orders_order_owned",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("external_id", ""), _negated=True),
                        fields=("channel", "external_id"),
                        name="orders_order_external_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at__isnull", True), ("status", "open")),
                            models.Q(models.Q(("status", "open"), _negated=True), ("closed_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="orders_order_closed_has_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OrderLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveIntegerField()),
                ("ordered_qty", models.PositiveIntegerField()),
                ("shipped_qty", models.PositiveIntegerField(default=0)),
                ("cancelled_qty", models.PositiveIntegerField(default=0)),
                ("unit_price", models.DecimalField(decimal_places=2, default=0, max_digits=12)),
                (
                    "open_qty",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.expressions.CombinedExpression(
                            django.db.models.expressions.CombinedExpression(
                                models.F("ordered_qty"), "-", models.F("shipped_qty")
                            ),
                            "-",
                            models.F("cancelled_qty"),
                        ),
                        output_field=models.IntegerField(),
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="order_lines", to="inventory.product"
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="orders.order"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("open_qty__gt", 0)),
                        fields=["product", "order"],
                        name="orders_line_open_product",
                    ),
                    models.Index(
                        condition=models.Q(("open_qty__gt", 0)), fields=["order"], name="orders_line_open_order"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("order", "position"), name="orders_line_position"),
                    models.CheckConstraint(condition=models.Q(("ordered_qty__gt", 0)), name="orders_line_qty_positive"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "ordered_qty__gte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("shipped_qty"), "+", models.F("cancelled_qty")
                                ),
                            )
                        ),
                        name="orders_line_conserved",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("unit_price__gte", 0)), name="orders_line_price_not_negative"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Allocation",
            fields=[
                ("state", models.SmallIntegerField(choices=[(0, "Planned"), (1, "Pinned"), (2, "Picked")], default=0)),
                ("qty", models.IntegerField()),
                (
                    "line",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="allocations",
                        to="orders.orderline",
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="inventory.product",
                    ),
                ),
                (
                    "warehouse",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="inventory.warehouse",
                    ),
                ),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "line_id",
                        "warehouse_id",
                        "state",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("qty__gt", 0)), name="orders_allocation_qty_positive")
                ],
            },
        ),
        migrations.CreateModel(
            name="BacklogDay",
            fields=[
                ("day", models.DateField(primary_key=True, serialize=False)),
                ("open_orders", models.IntegerField()),
                ("open_value_minor", models.BigIntegerField()),
                ("late_orders", models.IntegerField(null=True)),
                ("risk_value_minor", models.BigIntegerField(null=True)),
                ("fill_rate", models.FloatField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="BacklogFigures",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("covers_run_id", models.BigIntegerField()),
                ("recent_runs", models.IntegerField()),
                ("at", models.DateTimeField()),
                ("seconds", models.FloatField(help_text="What making them took.")),
            ],
        ),
        migrations.CreateModel(
            name="BulkJob",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "action",
                    models.CharField(
                        choices=[
                            ("expedite", "Expedite"),
                            ("unexpedite", "Take expedite back"),
                            ("hold", "Hold"),
                            ("release", "Release"),
                            ("eta", "Update ETA"),
                            ("assign", "Assign"),
                            ("note", "Add note"),
                            ("cancel", "Cancel"),
                            ("tell", "Tell the new date"),
                            ("split", "Split"),
                            ("substitute", "Substitute"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "params",
                    models.JSONField(
                        default=dict, help_text="What the action needs besides the orders: kind, reason, day …"
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[("running", "Running"), ("done", "Done"), ("stopped", "Stopped")],
                        default="running",
                        max_length=8,
                    ),
                ),
                ("total", models.PositiveIntegerField()),
                ("done", models.PositiveIntegerField(default=0)),
                ("failed", models.PositiveIntegerField(default=0)),
                ("started_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                (
                    "actor",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bulk_jobs",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "undoes",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="undone_by",
                        to="orders.bulkjob",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("status", "running")), fields=["id"], name="orders_bulk_running"),
                    models.Index(fields=["actor", "-id"], name="orders_bulk_actor"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "total__gte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("done"), "+", models.F("failed")
                                ),
                            )
                        ),
                        name="orders_bulk_sum",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("finished_at", None), ("status", "running")),
                            models.Q(
                                models.Q(("status", "running"), _negated=True),
                                models.Q(("finished_at", None), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="orders_bulk_finished_has_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BulkJobRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("state", models.SmallIntegerField(choices=[(0, "Waiting"), (1, "Done"), (2, "Not done")], default=0)),
                ("why", models.CharField(blank=True, max_length=300)),
                ("before", models.JSONField(blank=True, null=True)),
                (
                    "job",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="rows", to="orders.bulkjob"
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orders.order",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("state", 0)), fields=["job", "order"], name="orders_bulk_waiting"),
                    models.Index(condition=models.Q(("state", 2)), fields=["job", "order"], name="orders_bulk_failed"),
                ],
                "constraints": [models.UniqueConstraint(fields=("job", "order"), name="orders_bulk_order_once")],
            },
        ),
        migrations.CreateModel(
            name="CompensationStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("apology", "Apology in words"),
                            ("voucher", "Voucher, percent off the next order"),
                            ("credit", "Credit of an amount"),
                            ("shipping", "Next delivery free"),
                        ],
                        max_length=10,
                    ),
                ),
                ("percent", models.PositiveSmallIntegerField(default=0)),
                ("amount", models.DecimalField(decimal_places=2, default=0, max_digits=10)),
                ("from_days_late", models.PositiveSmallIntegerField(default=1)),
                ("from_value", models.DecimalField(decimal_places=2, default=0, max_digits=12)),
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
                "ordering": ["from_days_late", "from_value", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "voucher"), ("percent__gte", 1), ("percent__lte", 100)),
                            models.Q(models.Q(("kind", "voucher"), _negated=True), ("percent", 0)),
                            _connector="OR",
                        ),
                        name="orders_compensation_voucher_has_percent",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("amount__gt", 0), ("kind__in", ["credit", "shipping"])),
                            models.Q(models.Q(("kind__in", ["credit", "shipping"]), _negated=True), ("amount", 0)),
                            _connector="OR",
                        ),
                        name="orders_compensation_amount_given",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Compensation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("days_late", models.PositiveSmallIntegerField()),
                ("cost", models.DecimalField(decimal_places=2, max_digits=12)),
                (
                    "code",
                    models.CharField(help_text="What the customer names to redeem it.", max_length=20, unique=True),
                ),
                ("fact_key", models.CharField(help_text="The fact whose message tells of it.", max_length=200)),
                ("given_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("taken_back_at", models.DateTimeField(blank=True, null=True)),
                (
                    "given_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="compensations", to="orders.order"
                    ),
                ),
                (
                    "taken_back_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "step",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="orders.compensationstep"
                    ),
                ),
                ("used_amount", models.DecimalField(blank=True, decimal_places=2, max_digits=12, null=True)),
                ("used_at", models.DateTimeField(blank=True, null=True)),
                (
                    "used_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("used_for", models.CharField(blank=True, help_text="The order that it made cheaper.", max_length=40)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("taken_back_at__isnull", True)),
                        fields=["given_at"],
                        include=("cost", "used_amount"),
                        name="orders_compensation_month",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("taken_back_at__isnull", True)),
                        fields=("order", "step"),
                        name="orders_compensation_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("cost__gte", 0)), name="orders_compensation_cost_not_negative"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("used_amount", None), ("used_at", None), ("used_for", "")),
                            models.Q(
                                ("taken_back_at", None),
                                ("used_amount__gte", 0),
                                ("used_amount__lte", models.F("cost")),
                                ("used_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="orders_compensation_used_once_and_within",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CompensationEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("days_late", models.PositiveSmallIntegerField()),
                ("cost", models.DecimalField(decimal_places=2, max_digits=12)),
                ("code", models.CharField(help_text="What the customer names to redeem it.", max_length=20)),
                ("fact_key", models.CharField(help_text="The fact whose message tells of it.", max_length=200)),
                ("given_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("taken_back_at", models.DateTimeField(blank=True, null=True)),
                (
                    "given_by",
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
                    "order",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="orders.order",
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
                        to="orders.compensation",
                    ),
                ),
                (
                    "taken_back_by",
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
                    "step",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="orders.compensationstep",
                    ),
                ),
                ("used_amount", models.DecimalField(blank=True, decimal_places=2, max_digits=12, null=True)),
                ("used_at", models.DateTimeField(blank=True, null=True)),
                (
                    "used_by",
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
                ("used_for", models.CharField(blank=True, help_text="The order that it made cheaper.", max_length=40)),
            ],
            options={
                "abstract": False,
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="compensation",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "orders_compensationevent" ("code", "cost", "days_late", "fact_key", "given_at", "given_by_id", "id", "order_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "step_id", "taken_back_at", "taken_back_by_id", "used_amount", "used_at", "used_by_id", "used_for") VALUES (NEW."code", NEW."cost", NEW."days_late", NEW."fact_key", NEW."given_at", NEW."given_by_id", NEW."id", NEW."order_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."step_id", NEW."taken_back_at", NEW."taken_back_by_id", NEW."used_amount", NEW."used_at", NEW."used_by_id", NEW."used_for"); RETURN NULL;',
                    hash="1e680c4a24c883d97291ae4ace4f4ef78e0f4b4e",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_51058",
                    table="orders_compensation",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="compensation",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "orders_compensationevent" ("code", "cost", "days_late", "fact_key", "given_at", "given_by_id", "id", "order_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "step_id", "taken_back_at", "taken_back_by_id", "used_amount", "used_at", "used_by_id", "used_for") VALUES (NEW."code", NEW."cost", NEW."days_late", NEW."fact_key", NEW."given_at", NEW."given_by_id", NEW."id", NEW."order_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."step_id", NEW."taken_back_at", NEW."taken_back_by_id", NEW."used_amount", NEW."used_at", NEW."used_by_id", NEW."used_for"); RETURN NULL;',
                    hash="27e6d83bdf459bcc705fb2ca16fe96010a157c1f",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_dbc44",
                    table="orders_compensation",
                    when="AFTER",
                ),
            ),
        ),
        migrations.CreateModel(
            name="CompensationBudget",
            fields=[
                ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("monthly", models.DecimalField(decimal_places=2, default=1000, max_digits=12)),
                (
                    "agent_limit",
                    models.DecimalField(
                        decimal_places=2,
                        default=50,
                        help_text="More than this an agent leaves to operations.",
                        max_digits=10,
                    ),
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
            ],
            options={
                "permissions": [
                    ("compensate", "Compensate customers by the ladder"),
                    ("compensate_more", "Compensate customers beyond an agent's limit"),
                    ("change_ladder", "Change the compensation ladder and its budget"),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="orders_compensation_budget_one_row"),
                    models.CheckConstraint(
                        condition=models.Q(("agent_limit__gte", 0), ("monthly__gte", 0)),
                        name="orders_compensation_budget_not_negative",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CompensationBudgetEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.SmallIntegerField(default=1, serialize=False)),
                ("monthly", models.DecimalField(decimal_places=2, default=1000, max_digits=12)),
                (
                    "agent_limit",
                    models.DecimalField(
                        decimal_places=2,
                        default=50,
                        help_text="More than this an agent leaves to operations.",
                        max_digits=10,
                    ),
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
                        to="orders.compensationbudget",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="compensationbudget",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "orders_compensationbudgetevent" ("agent_limit", "changed_by_id", "id", "monthly", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "version") VALUES (NEW."agent_limit", NEW."changed_by_id", NEW."id", NEW."monthly", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."version"); RETURN NULL;',
                    hash="6a4e4c9b21a03589b5f520142fcd25dc794a11f2",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_93e7d",
                    table="orders_compensationbudget",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="compensationbudget",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "orders_compensationbudgetevent" ("agent_limit", "changed_by_id", "id", "monthly", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "version") VALUES (NEW."agent_limit", NEW."changed_by_id", NEW."id", NEW."monthly", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."version"); RETURN NULL;',
                    hash="fa7a37870da90afda58fc1785940bf48a230380e",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_a7f0c",
                    table="orders_compensationbudget",
                    when="AFTER",
                ),
            ),
        ),
        migrations.CreateModel(
            name="CompensationStepEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("apology", "Apology in words"),
                            ("voucher", "Voucher, percent off the next order"),
                            ("credit", "Credit of an amount"),
                            ("shipping", "Next delivery free"),
                        ],
                        max_length=10,
                    ),
                ),
                ("percent", models.PositiveSmallIntegerField(default=0)),
                ("amount", models.DecimalField(decimal_places=2, default=0, max_digits=10)),
                ("from_days_late", models.PositiveSmallIntegerField(default=1)),
                ("from_value", models.DecimalField(decimal_places=2, default=0, max_digits=12)),
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
                        to="orders.compensationstep",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="compensationstep",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "orders_compensationstepevent" ("amount", "changed_by_id", "from_days_late", "from_value", "id", "kind", "percent", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "removed_at", "tier") VALUES (NEW."amount", NEW."changed_by_id", NEW."from_days_late", NEW."from_value", NEW."id", NEW."kind", NEW."percent", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."removed_at", NEW."tier"); RETURN NULL;',
                    hash="bff1ce843fb7a8483dde9f0385e5dba4c8fd6760",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_f24d2",
                    table="orders_compensationstep",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="compensationstep",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "orders_compensationstepevent" ("amount", "changed_by_id", "from_days_late", "from_value", "id", "kind", "percent", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "removed_at", "tier") VALUES (NEW."amount", NEW."changed_by_id", NEW."from_days_late", NEW."from_value", NEW."id", NEW."kind", NEW."percent", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."removed_at", NEW."tier"); RETURN NULL;',
                    hash="673d9622e4fc299e711aa47b81fc8c02f9405b52",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_63e9e",
                    table="orders_compensationstep",
                    when="AFTER",
                ),
            ),
        ),
        migrations.CreateModel(
            name="CustomerEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("code", models.CharField(max_length=40)),
                ("name", models.CharField(max_length=200)),
                ("contact_name", models.CharField(blank=True, max_length=200)),
                ("email", models.EmailField(blank=True, max_length=254)),
                ("phone", models.CharField(blank=True, max_length=40)),
                (
                    "tier",
                    models.CharField(
                        choices=[
                            ("platinum", "Platinum"),
                            ("gold", "Gold"),
                            ("silver", "Silver"),
                            ("standard", "Standard"),
                        ],
                        default="standard",
                        max_length=10,
                    ),
                ),
                ("country", models.CharField(blank=True, max_length=60)),
                ("zone", models.CharField(default="Europe/London", max_length=60, verbose_name="time zone")),
                ("language", models.CharField(default="en", max_length=10)),
                ("wants_email", models.BooleanField(default=True, verbose_name="told by e-mail")),
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
                        to="orders.customer",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="customer",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "orders_customerevent" ("code", "contact_name", "country", "created_at", "email", "id", "language", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "tier", "wants_email", "zone") VALUES (NEW."code", NEW."contact_name", NEW."country", NEW."created_at", NEW."email", NEW."id", NEW."language", NEW."name", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."phone", NEW."tier", NEW."wants_email", NEW."zone"); RETURN NULL;',
                    hash="efcad9fb139ffdf04740f8a4ba3098013f9c8f40",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_653d3",
                    table="orders_customer",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="customer",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "orders_customerevent" ("code", "contact_name", "country", "created_at", "email", "id", "language", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "phone", "tier", "wants_email", "zone") VALUES (NEW."code", NEW."contact_name", NEW."country", NEW."created_at", NEW."email", NEW."id", NEW."language", NEW."name", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."phone", NEW."tier", NEW."wants_email", NEW."zone"); RETURN NULL;',
                    hash="a338e5c6149d5a59a55c319c8f08e8bba6187ebe",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_9aded",
                    table="orders_customer",
                    when="AFTER",
                ),
            ),
        ),
        migrations.CreateModel(
            name="CustomerBacklog",
            fields=[
                (
                    "customer",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="backlog",
                        serialize=False,
                        to="orders.customer",
                    ),
                ),
                ("open_orders", models.IntegerField()),
                ("open_value_minor", models.BigIntegerField()),
                ("late_orders", models.IntegerField()),
                ("held_orders", models.IntegerField()),
                (
                    "untold_orders",
                    models.IntegerField(help_text="Orders whose date slipped and whose customer was not told."),
                ),
                ("oldest_at", models.DateTimeField(help_text="When the oldest of them was placed.")),
            ],
            options={
                "indexes": [
                    models.Index(fields=["-open_value_minor", "customer"], name="orders_customerbacklog_value"),
                    models.Index(fields=["-open_orders", "customer"], name="orders_customerbacklog_orders"),
                    models.Index(fields=["-late_orders", "customer"], name="orders_customerbacklog_late"),
                    models.Index(fields=["-untold_orders", "customer"], name="orders_customerbacklog_untold"),
                    models.Index(fields=["oldest_at", "customer"], name="orders_customerbacklog_oldest"),
                ],
            },
        ),
        migrations.CreateModel(
            name="CustomerChoice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("order_version", models.PositiveIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("wait", "Keeps waiting"),
                            ("send_ready", "Wants what is ready at once"),
                            ("together", "Wants everything together"),
                            ("substitute", "Takes a substitute"),
                            ("cancel", "Cancelled items"),
                            ("cancel_rest", "Cancelled what is not ready"),
                            ("address", "Changed the address"),
                            ("contact", "Changed the contact"),
                        ],
                        max_length=12,
                    ),
                ),
                ("details", models.CharField(blank=True, help_text="In words, for colleagues.", max_length=300)),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="customer_choices", to="orders.order"
                    ),
                ),
                (
                    "form_digest",
                    models.CharField(blank=True, help_text="SHA-256 of the form as it was sent.", max_length=64),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("order", "order_version"), name="orders_customer_choice_once")
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="customerchoice",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="6e7296d13657d412ef04a8d7a0f05f0a655e4cc2",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_0469e",
                    table="orders_customerchoice",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.CreateModel(
            name="CustomerTerms",
            fields=[
                (
                    "line_fills",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.SmallIntegerField(), blank=True, default=list, size=None
                    ),
                ),
                (
                    "order_fills",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.SmallIntegerField(), blank=True, default=list, size=None
                    ),
                ),
                (
                    "fill_by",
                    models.CharField(choices=[("units", "Units"), ("value", "Value")], default="units", max_length=5),
                ),
                (
                    "max_sources",
                    models.SmallIntegerField(
                        default=0, help_text="Warehouses it may be sent from at a time, 0 for any."
                    ),
                ),
                (
                    "customer",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="terms",
                        serialize=False,
                        to="orders.customer",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="CustomerTermsEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                (
                    "line_fills",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.SmallIntegerField(), blank=True, default=list, size=None
                    ),
                ),
                (
                    "order_fills",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.SmallIntegerField(), blank=True, default=list, size=None
                    ),
                ),
                (
                    "fill_by",
                    models.CharField(choices=[("units", "Units"), ("value", "Value")], default="units", max_length=5),
                ),
                (
                    "max_sources",
                    models.SmallIntegerField(
                        default=0, help_text="Warehouses it may be sent from at a time, 0 for any."
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        serialize=False,
                        to="orders.customer",
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
                        to="orders.customerterms",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="customerterms",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "orders_customertermsevent" ("customer_id", "fill_by", "line_fills", "max_sources", "order_fills", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."customer_id", NEW."fill_by", NEW."line_fills", NEW."max_sources", NEW."order_fills", _pgh_attach_context(), NOW(), \'insert\', NEW."customer_id"); RETURN NULL;',
                    hash="7b353ef6d935531ddc27a9a35c2c3a8afb79b5a0",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_f9f68",
                    table="orders_customerterms",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="customerterms",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "orders_customertermsevent" ("customer_id", "fill_by", "line_fills", "max_sources", "order_fills", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."customer_id", NEW."fill_by", NEW."line_fills", NEW."max_sources", NEW."order_fills", _pgh_attach_context(), NOW(), \'update\', NEW."customer_id"); RETURN NULL;',
                    hash="20508c7fff1d3b76e2b28517635a5fe3ea044125",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_3ca98",
                    table="orders_customerterms",
                    when="AFTER",
                ),
            ),
        ),
        migrations.CreateModel(
            name="DayRank",
            fields=[
                (
                    "order",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="day_rank",
                        serialize=False,
                        to="orders.order",
                    ),
                ),
                ("rank", models.IntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="DelayNotice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField()),
                ("from_on", models.DateField()),
                ("to_on", models.DateField(blank=True, null=True)),
                ("needs_consent", models.BooleanField()),
                ("answer_by_on", models.DateField()),
                ("given_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("unasked", "Silence is consent"),
                            ("open", "Waits for an answer"),
                            ("agreed", "Agreed to wait"),
                            ("expired", "Cancelled: no answer"),
                            ("kept", "Back in time"),
                            ("replaced", "Replaced by a later notice"),
                            ("closed", "The order was closed first"),
                        ],
                        max_length=8,
                    ),
                ),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "ended_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="delay_notices", to="orders.order"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("outcome", "open")),
                        fields=["answer_by_on", "id"],
                        name="orders_delay_notice_due",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("order", "number"), name="orders_delay_notice_number"),
                    models.UniqueConstraint(
                        condition=models.Q(("outcome", "open")), fields=("order",), name="orders_delay_notice_one_open"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("outcome", "open"), _negated=True),
                            models.Q(("ended_at__isnull", True), ("needs_consent", True)),
                            _connector="OR",
                        ),
                        name="orders_delay_notice_open_asks",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DelayNoticeEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("number", models.PositiveSmallIntegerField()),
                ("from_on", models.DateField()),
                ("to_on", models.DateField(blank=True, null=True)),
                ("needs_consent", models.BooleanField()),
                ("answer_by_on", models.DateField()),
                ("given_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("unasked", "Silence is consent"),
                            ("open", "Waits for an answer"),
                            ("agreed", "Agreed to wait"),
                            ("expired", "Cancelled: no answer"),
                            ("kept", "Back in time"),
                            ("replaced", "Replaced by a later notice"),
                            ("closed", "The order was closed first"),
                        ],
                        max_length=8,
                    ),
                ),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "ended_by",
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
                    "order",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="orders.order",
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
                        to="orders.delaynotice",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="delaynotice",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "orders_delaynoticeevent" ("answer_by_on", "ended_at", "ended_by_id", "from_on", "given_at", "id", "needs_consent", "number", "order_id", "outcome", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "to_on") VALUES (NEW."answer_by_on", NEW."ended_at", NEW."ended_by_id", NEW."from_on", NEW."given_at", NEW."id", NEW."needs_consent", NEW."number", NEW."order_id", NEW."outcome", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."to_on"); RETURN NULL;',
                    hash="25f21ba6901b2cf91e4548f9171cdc6a64d90c9d",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_70eda",
                    table="orders_delaynotice",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="delaynotice",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "orders_delaynoticeevent" ("answer_by_on", "ended_at", "ended_by_id", "from_on", "given_at", "id", "needs_consent", "number", "order_id", "outcome", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "to_on") VALUES (NEW."answer_by_on", NEW."ended_at", NEW."ended_by_id", NEW."from_on", NEW."given_at", NEW."id", NEW."needs_consent", NEW."number", NEW."order_id", NEW."outcome", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."to_on"); RETURN NULL;',
                    hash="29cb69449bf668ad553a19588e8d72473d80d84f",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_86fd2",
                    table="orders_delaynotice",
                    when="AFTER",
                ),
            ),
        ),
        migrations.CreateModel(
            name="DelayRules",
            fields=[
                ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("is_on", models.BooleanField(default=False, verbose_name="keep the law of delayed orders")),
                (
                    "countries",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=60),
                        blank=True,
                        default=list,
                        help_text="Of customers. Empty: all.",
                        size=None,
                    ),
                ),
                (
                    "long_delay_days",
                    models.PositiveSmallIntegerField(
                        default=30,
                        help_text="A first delay by more days, or without a day, needs the customer's consent too.",
                    ),
                ),
                (
                    "answer_days",
                    models.PositiveSmallIntegerField(
                        default=7,
                        help_text="Customers have at least so many days to answer before the order is cancelled.",
                    ),
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
            ],
            options={
                "verbose_name_plural": "delay rules",
                "permissions": [("change_delay_rules", "Change what the law of delayed orders asks")],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="orders_delay_rules_one_row"),
                    models.CheckConstraint(
                        condition=models.Q(("answer_days__gte", 1)), name="orders_delay_rules_time_to_answer"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DelayRulesEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.SmallIntegerField(default=1, serialize=False)),
                ("is_on", models.BooleanField(default=False, verbose_name="keep the law of delayed orders")),
                (
                    "countries",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=60),
                        blank=True,
                        default=list,
                        help_text="Of customers. Empty: all.",
                        size=None,
                    ),
                ),
                (
                    "long_delay_days",
                    models.PositiveSmallIntegerField(
                        default=30,
                        help_text="A first delay by more days, or without a day, needs the customer's consent too.",
                    ),
                ),
                (
                    "answer_days",
                    models.PositiveSmallIntegerField(
                        default=7,
                        help_text="Customers have at least so many days to answer before the order is cancelled.",
                    ),
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
                        to="orders.delayrules",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="delayrules",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "orders_delayrulesevent" ("answer_days", "changed_by_id", "countries", "id", "is_on", "long_delay_days", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "version") VALUES (NEW."answer_days", NEW."changed_by_id", NEW."countries", NEW."id", NEW."is_on", NEW."long_delay_days", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."version"); RETURN NULL;',
                    hash="ed9d2b6a3b51071803a4b124e566e33feb100a85",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_5a3ff",
                    table="orders_delayrules",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="delayrules",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "orders_delayrulesevent" ("answer_days", "changed_by_id", "countries", "id", "is_on", "long_delay_days", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "version") VALUES (NEW."answer_days", NEW."changed_by_id", NEW."countries", NEW."id", NEW."is_on", NEW."long_delay_days", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."version"); RETURN NULL;',
                    hash="d0745a8c906b2c3c52a26e10aac001c66ef38ae0",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_f78a1",
                    table="orders_delayrules",
                    when="AFTER",
                ),
            ),
        ),
        migrations.CreateModel(
            name="Policy",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100)),
                ("version", models.PositiveIntegerField(unique=True)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("submitted", "Awaiting approval"),
                            ("releasing", "Awaiting its plan run"),
                            ("published", "Published"),
                            ("archived", "Archived"),
                            ("discarded", "Discarded"),
                        ],
                        default="draft",
                        max_length=10,
                    ),
                ),
                (
                    "strategy",
                    models.CharField(
                        choices=[
                            ("fifo", "First in, first out"),
                            ("priority", "Priority"),
                            ("lexicographic", "Criteria one after another"),
                            ("demand_forecast", "Demand forecast"),
                            ("automated", "Automated"),
                            ("hybrid", "Hybrid"),
                        ],
                        default="priority",
                        max_length=20,
                    ),
                ),
                (
                    "rules",
                    models.JSONField(
                        default=dict, help_text="The whole document, as the grammar's schema describes it."
                    ),
                ),
                ("note", models.TextField(blank=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("published_at", models.DateTimeField(blank=True, null=True)),
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
                (
                    "published_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "based_on",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orders.policy",
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
                ("submitted_at", models.DateTimeField(blank=True, null=True)),
                (
                    "submitted_by",
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
                "verbose_name_plural": "policies",
                "permissions": [("edit_policy", "Edit draft rules"), ("publish_policy", "Publish and roll back rules")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("status", "published")),
                        fields=("status",),
                        name="orders_policy_one_published",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status", "releasing")),
                        fields=("status",),
                        name="orders_policy_one_releasing",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PlanRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("full", "Whole backlog"), ("event", "What an event touched")], max_length=10
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("running", "Running"),
                            ("held", "Held by the guard"),
                            ("done", "Done"),
                            ("failed", "Failed"),
                            ("dropped", "Dropped"),
                        ],
                        default="running",
                        max_length=10,
                    ),
                ),
                ("cause", models.CharField(blank=True, max_length=200)),
                ("started_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                ("inputs_hash", models.CharField(blank=True, max_length=64)),
                (
                    "counts",
                    models.JSONField(
                        default=dict, help_text="lines, planned, frozen, excluded, rows_written, facts, …"
                    ),
                ),
                ("timings", models.JSONField(default=dict, help_text="Seconds per step.")),
                ("error", models.TextField(blank=True)),
                (
                    "policy",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="plan_runs",
                        to="orders.policy",
                    ),
                ),
                ("plan_hash", models.CharField(blank=True, max_length=64)),
                ("release_note", models.CharField(blank=True, max_length=200)),
                ("released_at", models.DateTimeField(blank=True, null=True)),
                (
                    "released_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "verdict",
                    models.JSONField(default=dict, help_text="What the guard found: figures, limits, breaches."),
                ),
            ],
            options={
                "permissions": [("release_plan", "Release or withdraw a plan that the guard holds")],
                "indexes": [
                    models.Index(fields=["-id"], name="orders_planrun_recent"),
                    models.Index(
                        condition=models.Q(("status__in", ["running", "held"])),
                        fields=["status"],
                        name="orders_planrun_unfinished",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="EtaRevision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("promised", "Promised"),
                            ("planned", "Replanned"),
                            ("by_hand", "Set by hand"),
                            ("told", "Told to the customer"),
                            ("weighed", "Weighed by the promise rules"),
                        ],
                        max_length=10,
                    ),
                ),
                ("old_on", models.DateField(null=True)),
                ("new_on", models.DateField(null=True)),
                (
                    "reason",
                    models.SmallIntegerField(
                        choices=[
                            (0, "Ready to ship"),
                            (1, "Picked or pinned"),
                            (2, "On hold"),
                            (3, "Waits for the rest of the order"),
                            (4, "Stock on its way"),
                            (5, "Supplier late"),
                            (6, "Stock short"),
                            (7, "Stock kept back"),
                            (8, "Date set by hand"),
                            (9, "Waits to be picked"),
                            (10, "Too little to send yet"),
                            (11, "Wanted later, stock left to others"),
                            (12, "Stock in too many places"),
                            (13, "Others could be completed"),
                        ],
                        null=True,
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=200)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "actor",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="eta_revisions",
                        to="orders.order",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="orders.planrun",
                    ),
                ),
                (
                    "decision",
                    models.SmallIntegerField(
                        choices=[
                            (0, "No change"),
                            (1, "First date"),
                            (2, "Earlier, told"),
                            (3, "Later, told"),
                            (4, "The day had passed, told"),
                            (5, "Kept: nobody can name a day"),
                            (6, "Kept: no earlier date is told"),
                            (7, "Kept: no later date is told"),
                            (8, "Kept: the change is small"),
                            (9, "Kept: the day is near"),
                            (10, "Kept: told a short time ago"),
                            (11, "Kept: not sure enough"),
                        ],
                        null=True,
                    ),
                ),
                (
                    "origin",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("ours", "Our doing"),
                            ("supplier", "The supplier's doing"),
                            ("customer", "The customer's doing"),
                        ],
                        db_default="",
                        max_length=8,
                    ),
                ),
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.BrinIndex(fields=["at"], name="orders_eta_revision_at"),
                    models.Index(
                        condition=models.Q(("actor__isnull", False)), fields=["actor"], name="orders_eta_revision_actor"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("old_on__isnull", False), ("new_on__isnull", False), _connector="OR"),
                        name="orders_eta_revision_says_something",
                    )
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="etarevision",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="17eaacbf6316f11bfa862b095e940006a5188514",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_7af78",
                    table="orders_etarevision",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.CreateModel(
            name="Feedback",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "occasion",
                    models.CharField(
                        choices=[("waiting", "While the order waits"), ("delivery", "After delivery")], max_length=10
                    ),
                ),
                ("rating", models.SmallIntegerField()),
                (
                    "reasons",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("late", "It takes too long"),
                                ("surprised", "Nobody told me in time"),
                                ("unclear", "I do not understand why"),
                                ("wrong_date", "The date kept changing"),
                                ("incomplete", "Something was missing or wrong"),
                                ("well_told", "I was kept well informed"),
                            ],
                            max_length=12,
                        ),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                ("comment", models.TextField(blank=True)),
                ("given_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("answer", models.TextField(blank=True)),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                (
                    "answered_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="feedback", to="orders.order"
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "feedback",
                "permissions": [("answer_feedback", "Answer customers' feedback")],
                "indexes": [models.Index(fields=["-given_at", "-id"], name="orders_feedback_newest")],
                "constraints": [
                    models.UniqueConstraint(fields=("order", "occasion"), name="orders_feedback_once"),
                    models.CheckConstraint(
                        condition=models.Q(("rating__gte", 1), ("rating__lte", 5)), name="orders_feedback_rating"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("answered_at__isnull", True), models.Q(("answer", ""), _negated=True), _connector="OR"
                        ),
                        name="orders_feedback_answered_in_words",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FeedbackEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                (
                    "occasion",
                    models.CharField(
                        choices=[("waiting", "While the order waits"), ("delivery", "After delivery")], max_length=10
                    ),
                ),
                ("rating", models.SmallIntegerField()),
                (
                    "reasons",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("late", "It takes too long"),
                                ("surprised", "Nobody told me in time"),
                                ("unclear", "I do not understand why"),
                                ("wrong_date", "The date kept changing"),
                                ("incomplete", "Something was missing or wrong"),
                                ("well_told", "I was kept well informed"),
                            ],
                            max_length=12,
                        ),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                ("comment", models.TextField(blank=True)),
                ("given_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("answer", models.TextField(blank=True)),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                (
                    "answered_by",
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
                    "order",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="orders.order",
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
                        to="orders.feedback",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="feedback",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "orders_feedbackevent" ("answer", "answered_at", "answered_by_id", "comment", "given_at", "id", "occasion", "order_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rating", "reasons") VALUES (NEW."answer", NEW."answered_at", NEW."answered_by_id", NEW."comment", NEW."given_at", NEW."id", NEW."occasion", NEW."order_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."rating", NEW."reasons"); RETURN NULL;',
                    hash="70e599f365a27bc6c714561b804e536934abe0b6",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_f234a",
                    table="orders_feedback",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="feedback",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "orders_feedbackevent" ("answer", "answered_at", "answered_by_id", "comment", "given_at", "id", "occasion", "order_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rating", "reasons") VALUES (NEW."answer", NEW."answered_at", NEW."answered_by_id", NEW."comment", NEW."given_at", NEW."id", NEW."occasion", NEW."order_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."rating", NEW."reasons"); RETURN NULL;',
                    hash="1d9cc4bad8001e9440af7d8b4b5d9038703dfbd9",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_c2e60",
                    table="orders_feedback",
                    when="AFTER",
                ),
            ),
        ),
        migrations.CreateModel(
            name="Guard",
            fields=[
                ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("slipped_orders", models.PositiveIntegerField(blank=True, null=True)),
                ("broken_promises", models.PositiveIntegerField(blank=True, null=True)),
                (
                    "rank_churn_percent",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, validators=[django.core.validators.MaxValueValidator(100)]
                    ),
                ),
                ("messages", models.PositiveIntegerField(blank=True, null=True)),
                (
                    "four_eyes",
                    models.BooleanField(default=False, help_text="Rules that one person wrote another has to approve."),
                ),
                (
                    "edits",
                    models.PositiveIntegerField(default=0, help_text="Counts changes; whoever edits sends it back."),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="orders_guard_one_row"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("rank_churn_percent__isnull", True), ("rank_churn_percent__lte", 100), _connector="OR"
                        ),
                        name="orders_guard_churn_percent",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="GuardEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.SmallIntegerField(default=1, serialize=False)),
                ("slipped_orders", models.PositiveIntegerField(blank=True, null=True)),
                ("broken_promises", models.PositiveIntegerField(blank=True, null=True)),
                (
                    "rank_churn_percent",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, validators=[django.core.validators.MaxValueValidator(100)]
                    ),
                ),
                ("messages", models.PositiveIntegerField(blank=True, null=True)),
                (
                    "four_eyes",
                    models.BooleanField(default=False, help_text="Rules that one person wrote another has to approve."),
                ),
                (
                    "edits",
                    models.PositiveIntegerField(default=0, help_text="Counts changes; whoever edits sends it back."),
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
                        to="orders.guard",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="guard",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "orders_guardevent" ("broken_promises", "edits", "four_eyes", "id", "messages", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rank_churn_percent", "slipped_orders") VALUES (NEW."broken_promises", NEW."edits", NEW."four_eyes", NEW."id", NEW."messages", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."rank_churn_percent", NEW."slipped_orders"); RETURN NULL;',
                    hash="569a15c0e07a8b6c673a8c5868012e16a5a83a0f",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_4c934",
                    table="orders_guard",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="guard",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "orders_guardevent" ("broken_promises", "edits", "four_eyes", "id", "messages", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rank_churn_percent", "slipped_orders") VALUES (NEW."broken_promises", NEW."edits", NEW."four_eyes", NEW."id", NEW."messages", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."rank_churn_percent", NEW."slipped_orders"); RETURN NULL;',
                    hash="d6607de11113f72639c6e49a3f910c8c28bcaa70",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_a3871",
                    table="orders_guard",
                    when="AFTER",
                ),
            ),
        ),
        migrations.CreateModel(
            name="HandsPass",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("covers_run_id", models.BigIntegerField()),
                ("recent_runs", models.IntegerField()),
                ("day", models.DateField()),
                ("at", models.DateTimeField()),
                ("left", models.JSONField(default=list)),
            ],
        ),
        migrations.CreateModel(
            name="Hold",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("credit", "Credit"),
                            ("address", "Address"),
                            ("payment", "Payment"),
                            ("fraud", "Fraud check"),
                            ("customer", "Customer asked"),
                            ("manual", "By hand"),
                        ],
                        max_length=10,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=200)),
                ("placed_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("released_at", models.DateTimeField(blank=True, null=True)),
                (
                    "placed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "released_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="holds", to="orders.order"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("released_at__isnull", True)),
                        fields=("order", "kind"),
                        name="orders_hold_one_active_of_kind",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="HoldEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("credit", "Credit"),
                            ("address", "Address"),
                            ("payment", "Payment"),
                            ("fraud", "Fraud check"),
                            ("customer", "Customer asked"),
                            ("manual", "By hand"),
                        ],
                        max_length=10,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=200)),
                ("placed_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("released_at", models.DateTimeField(blank=True, null=True)),
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
                        to="orders.hold",
                    ),
                ),
                (
                    "placed_by",
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
                    "released_by",
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
                    "order",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="orders.order",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="hold",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "orders_holdevent" ("id", "kind", "order_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "placed_at", "placed_by_id", "reason", "released_at", "released_by_id") VALUES (NEW."id", NEW."kind", NEW."order_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."placed_at", NEW."placed_by_id", NEW."reason", NEW."released_at", NEW."released_by_id"); RETURN NULL;',
                    hash="dad5c9d8a7ed78ff279ecaa4cbfa8d7b6c9f50e1",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_23ae9",
                    table="orders_hold",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="hold",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "orders_holdevent" ("id", "kind", "order_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "placed_at", "placed_by_id", "reason", "released_at", "released_by_id") VALUES (NEW."id", NEW."kind", NEW."order_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."placed_at", NEW."placed_by_id", NEW."reason", NEW."released_at", NEW."released_by_id"); RETURN NULL;',
                    hash="bd9d244b366fc905a4dbe5b30aa0acec339bab84",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_33da0",
                    table="orders_hold",
                    when="AFTER",
                ),
            ),
        ),
        migrations.CreateModel(
            name="LineEta",
            fields=[
                (
                    "line",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="eta_by_hand",
                        serialize=False,
                        to="orders.orderline",
                    ),
                ),
                ("eta_on", models.DateField()),
                ("reason", models.CharField(blank=True, max_length=200)),
                ("set_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "set_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "planned_on",
                    models.DateField(
                        blank=True, help_text="What the plan said before people began to set it.", null=True
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="LineEtaEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("eta_on", models.DateField()),
                ("reason", models.CharField(blank=True, max_length=200)),
                ("set_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "line",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        serialize=False,
                        to="orders.orderline",
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
                        to="orders.lineeta",
                    ),
                ),
                (
                    "set_by",
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
                    "planned_on",
                    models.DateField(
                        blank=True, help_text="What the plan said before people began to set it.", null=True
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="lineeta",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "orders_lineetaevent" ("eta_on", "line_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "planned_on", "reason", "set_at", "set_by_id") VALUES (NEW."eta_on", NEW."line_id", _pgh_attach_context(), NOW(), \'insert\', NEW."line_id", NEW."planned_on", NEW."reason", NEW."set_at", NEW."set_by_id"); RETURN NULL;',
                    hash="686975d9ff08386a2354e6f4ce024be6713a81b6",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_5386c",
                    table="orders_lineeta",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="lineeta",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "orders_lineetaevent" ("eta_on", "line_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "planned_on", "reason", "set_at", "set_by_id") VALUES (NEW."eta_on", NEW."line_id", _pgh_attach_context(), NOW(), \'update\', NEW."line_id", NEW."planned_on", NEW."reason", NEW."set_at", NEW."set_by_id"); RETURN NULL;',
                    hash="aaaac2ee927b76e666f5b22d0800bf9283b60b52",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_54a94",
                    table="orders_lineeta",
                    when="AFTER",
                ),
            ),
        ),
        migrations.CreateModel(
            name="LinePlan",
            fields=[
                (
                    "line",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="plan",
                        serialize=False,
                        to="orders.orderline",
                    ),
                ),
                ("score", models.FloatField()),
                ("points", django.contrib.postgres.fields.ArrayField(base_field=models.FloatField(), size=None)),
                ("outcome", models.SmallIntegerField(choices=[(0, "Planned"), (1, "Frozen"), (2, "Left out")])),
                (
                    "reason",
                    models.SmallIntegerField(
                        choices=[
                            (0, "Ready to ship"),
                            (1, "Picked or pinned"),
                            (2, "On hold"),
                            (3, "Waits for the rest of the order"),
                            (4, "Stock on its way"),
                            (5, "Supplier late"),
                            (6, "Stock short"),
                            (7, "Stock kept back"),
                            (8, "Date set by hand"),
                            (9, "Waits to be picked"),
                            (10, "Too little to send yet"),
                            (11, "Wanted later, stock left to others"),
                            (12, "Stock in too many places"),
                            (13, "Others could be completed"),
                        ]
                    ),
                ),
                ("allocated_qty", models.IntegerField()),
                ("pegged_qty", models.IntegerField()),
                ("eta_p50", models.DateField(null=True)),
                ("eta_p90", models.DateField(null=True)),
                (
                    "gate_line_id",
                    models.BigIntegerField(default=0, help_text="The line that holds this one back, 0 for none."),
                ),
                ("policy_id", models.BigIntegerField(help_text="The policy whose rules ``points`` follows.")),
                (
                    "order",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orders.order",
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="inventory.product",
                    ),
                ),
                (
                    "kept",
                    models.SmallIntegerField(
                        choices=[(0, "Kept"), (1, "Not kept"), (2, "Fell back")],
                        db_default=0,
                        help_text="What became of its guarantee.",
                    ),
                ),
                (
                    "promise_rule",
                    models.SmallIntegerField(
                        db_default=-1, help_text="Place of its promise rule in the policy, −1 for none."
                    ),
                ),
                (
                    "segment",
                    models.SmallIntegerField(
                        db_default=-1, help_text="Place of its segment in the policy, −1 for none."
                    ),
                ),
                ("stage", models.SmallIntegerField(db_default=3, help_text="Served before any score, lowest first.")),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("kept__gt", 0)), fields=["order"], name="orders_lineplan_guarantee"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="LineSubstitution",
            fields=[
                (
                    "line",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="substitution",
                        serialize=False,
                        to="orders.orderline",
                    ),
                ),
                ("replaced_qty", models.PositiveIntegerField()),
                ("is_agreed", models.BooleanField(default=False)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "actor",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "replaces",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="substitutions", to="orders.orderline"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Macro",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=1)),
                ("name", models.CharField(max_length=80)),
                ("guidance", models.TextField(blank=True)),
                (
                    "choice",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("expected", "Expected"),
                            ("safe", "Safe"),
                            ("split", "Send what is ready, the rest as expected"),
                        ],
                        max_length=10,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=40)),
                ("note", models.TextField(blank=True, help_text="Words to the customer, in English.")),
                ("compensates", models.BooleanField(default=False, verbose_name="give what the ladder allows")),
                ("expedites", models.BooleanField(default=False, verbose_name="expedite the order")),
                (
                    "hold_kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("credit", "Credit"),
                            ("address", "Address"),
                            ("payment", "Payment"),
                            ("fraud", "Fraud check"),
                            ("customer", "Customer asked"),
                            ("manual", "By hand"),
                        ],
                        max_length=10,
                        verbose_name="hold the order",
                    ),
                ),
                ("takes_over", models.BooleanField(default=False, verbose_name="assign the order to whoever sends")),
                ("removed_at", models.DateTimeField(blank=True, null=True)),
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
                    "notes",
                    models.JSONField(blank=True, default=dict, help_text="The same in other languages, by code."),
                ),
            ],
            options={
                "ordering": ["key"],
                "permissions": [("change_macros", "Prepare macros for the workspace")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("removed_at__isnull", True)), fields=("key",), name="orders_macro_key_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("key__regex", "^[a-z]$")), name="orders_macro_key_is_a_letter"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MacroEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("key", models.CharField(max_length=1)),
                ("name", models.CharField(max_length=80)),
                ("guidance", models.TextField(blank=True)),
                (
                    "choice",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("expected", "Expected"),
                            ("safe", "Safe"),
                            ("split", "Send what is ready, the rest as expected"),
                        ],
                        max_length=10,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=40)),
                ("note", models.TextField(blank=True, help_text="Words to the customer, in English.")),
                ("compensates", models.BooleanField(default=False, verbose_name="give what the ladder allows")),
                ("expedites", models.BooleanField(default=False, verbose_name="expedite the order")),
                (
                    "hold_kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("credit", "Credit"),
                            ("address", "Address"),
                            ("payment", "Payment"),
                            ("fraud", "Fraud check"),
                            ("customer", "Customer asked"),
                            ("manual", "By hand"),
                        ],
                        max_length=10,
                        verbose_name="hold the order",
                    ),
                ),
                ("takes_over", models.BooleanField(default=False, verbose_name="assign the order to whoever sends")),
                ("removed_at", models.DateTimeField(blank=True, null=True)),
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
                        to="orders.macro",
                    ),
                ),
                (
                    "notes",
                    models.JSONField(blank=True, default=dict, help_text="The same in other languages, by code."),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="macro",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "orders_macroevent" ("changed_by_id", "choice", "compensates", "expedites", "guidance", "hold_kind", "id", "key", "name", "note", "notes", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "removed_at", "takes_over", "version") VALUES (NEW."changed_by_id", NEW."choice", NEW."compensates", NEW."expedites", NEW."guidance", NEW."hold_kind", NEW."id", NEW."key", NEW."name", NEW."note", NEW."notes", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."reason", NEW."removed_at", NEW."takes_over", NEW."version"); RETURN NULL;',
                    hash="05fed1927a8db8a44ecd933c9f647e259d744b85",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_3efa1",
                    table="orders_macro",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="macro",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "orders_macroevent" ("changed_by_id", "choice", "compensates", "expedites", "guidance", "hold_kind", "id", "key", "name", "note", "notes", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "removed_at", "takes_over", "version") VALUES (NEW."changed_by_id", NEW."choice", NEW."compensates", NEW."expedites", NEW."guidance", NEW."hold_kind", NEW."id", NEW."key", NEW."name", NEW."note", NEW."notes", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."reason", NEW."removed_at", NEW."takes_over", NEW."version"); RETURN NULL;',
                    hash="bd14f750e600018368d195b72f1a5df241a8a781",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_78dc7",
                    table="orders_macro",
                    when="AFTER",
                ),
            ),
        ),
        migrations.CreateModel(
            name="OrderNote",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("body", models.TextField()),
                ("written_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "author",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="notes", to="orders.order"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Mention",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("read_at", models.DateTimeField(blank=True, null=True)),
                (
                    "note",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="mentions",
                        to="orders.ordernote",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["person", "-id"], name="orders_mention_newest"),
                    models.Index(
                        condition=models.Q(("read_at__isnull", True)), fields=["person"], name="orders_mention_unread"
                    ),
                ],
                "constraints": [models.UniqueConstraint(fields=("note", "person"), name="orders_mention_once")],
            },
        ),
        migrations.CreateModel(
            name="OrderEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("ref", models.CharField(max_length=40)),
                ("channel", models.CharField(max_length=40)),
                ("external_id", models.CharField(blank=True, max_length=120)),
                (
                    "status",
                    models.CharField(
                        choices=[("open", "Open"), ("shipped", "Shipped"), ("cancelled", "Cancelled")],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("placed_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("requested_on", models.DateField(blank=True, null=True)),
                (
                    "ship_policy",
                    models.CharField(
                        choices=[
                            ("partial", "Ship what is ready"),
                            ("complete", "Ship complete"),
                            ("one_backorder", "At most one backorder"),
                        ],
                        default="partial",
                        max_length=14,
                    ),
                ),
                ("ship_to", models.TextField(blank=True)),
                ("is_expedited", models.BooleanField(default=False)),
                ("eta_by_hand_on", models.DateField(blank=True, null=True)),
                ("eta_by_hand_reason", models.CharField(blank=True, max_length=200)),
                (
                    "intake_digest",
                    models.CharField(blank=True, help_text="SHA-256 of the order as it came in.", max_length=64),
                ),
                (
                    "version",
                    models.PositiveIntegerField(default=1, help_text="Counts changes by people; forms carry it."),
                ),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "customer",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="orders.customer",
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
                        to="orders.order",
                    ),
                ),
                (
                    "owner",
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
                    "substitutes",
                    models.CharField(
                        choices=[
                            ("ask", "Ask, unless the product's rule needs no asking"),
                            ("agreed", "Agreed beforehand"),
                            ("never", "Never without asking"),
                        ],
                        db_default="ask",
                        default="ask",
                        help_text="What the customer said about substitutes.",
                        max_length=6,
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="order",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "orders_orderevent" ("channel", "closed_at", "customer_id", "eta_by_hand_on", "eta_by_hand_reason", "external_id", "id", "intake_digest", "is_expedited", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "placed_at", "ref", "requested_on", "ship_policy", "ship_to", "status", "substitutes", "version") VALUES (NEW."channel", NEW."closed_at", NEW."customer_id", NEW."eta_by_hand_on", NEW."eta_by_hand_reason", NEW."external_id", NEW."id", NEW."intake_digest", NEW."is_expedited", NEW."owner_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."placed_at", NEW."ref", NEW."requested_on", NEW."ship_policy", NEW."ship_to", NEW."status", NEW."substitutes", NEW."version"); RETURN NULL;',
                    hash="5648959cd12e31b4ffb866461c9eefb09e2e0ee3",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_eb763",
                    table="orders_order",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="order",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "orders_orderevent" ("channel", "closed_at", "customer_id", "eta_by_hand_on", "eta_by_hand_reason", "external_id", "id", "intake_digest", "is_expedited", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "placed_at", "ref", "requested_on", "ship_policy", "ship_to", "status", "substitutes", "version") VALUES (NEW."channel", NEW."closed_at", NEW."customer_id", NEW."eta_by_hand_on", NEW."eta_by_hand_reason", NEW."external_id", NEW."id", NEW."intake_digest", NEW."is_expedited", NEW."owner_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."placed_at", NEW."ref", NEW."requested_on", NEW."ship_policy", NEW."ship_to", NEW."status", NEW."substitutes", NEW."version"); RETURN NULL;',
                    hash="052bb27f6483f6baa3cd03e6d0989091ec38e014",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_d4b84",
                    table="orders_order",
                    when="AFTER",
                ),
            ),
        ),
        migrations.CreateModel(
            name="OrderLineEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("position", models.PositiveIntegerField()),
                ("ordered_qty", models.PositiveIntegerField()),
                ("shipped_qty", models.PositiveIntegerField(default=0)),
                ("cancelled_qty", models.PositiveIntegerField(default=0)),
                ("unit_price", models.DecimalField(decimal_places=2, default=0, max_digits=12)),
                (
                    "open_qty",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.expressions.CombinedExpression(
                            django.db.models.expressions.CombinedExpression(
                                models.F("ordered_qty"), "-", models.F("shipped_qty")
                            ),
                            "-",
                            models.F("cancelled_qty"),
                        ),
                        output_field=models.IntegerField(),
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="orders.order",
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
                        to="orders.orderline",
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="inventory.product",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="orderline",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "orders_orderlineevent" ("cancelled_qty", "id", "order_id", "ordered_qty", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "product_id", "shipped_qty", "unit_price") VALUES (NEW."cancelled_qty", NEW."id", NEW."order_id", NEW."ordered_qty", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."position", NEW."product_id", NEW."shipped_qty", NEW."unit_price"); RETURN NULL;',
                    hash="2f4516d4187b5e8aa7f638ea3f5c7886020030d5",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_e67df",
                    table="orders_orderline",
                    when="AFTER",
                ),
            ),
        ),
        migrations.CreateModel(
            name="OrderPlan",
            fields=[
                (
                    "order",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="plan",
                        serialize=False,
                        to="orders.order",
                    ),
                ),
                ("placed_at", models.DateTimeField()),
                ("score", models.FloatField(help_text="The best score of its lines in that stage.")),
                (
                    "reason",
                    models.SmallIntegerField(
                        choices=[
                            (0, "Ready to ship"),
                            (1, "Picked or pinned"),
                            (2, "On hold"),
                            (3, "Waits for the rest of the order"),
                            (4, "Stock on its way"),
                            (5, "Supplier late"),
                            (6, "Stock short"),
                            (7, "Stock kept back"),
                            (8, "Date set by hand"),
                            (9, "Waits to be picked"),
                            (10, "Too little to send yet"),
                            (11, "Wanted later, stock left to others"),
                            (12, "Stock in too many places"),
                            (13, "Others could be completed"),
                        ],
                        help_text="The reason of its last line to arrive.",
                    ),
                ),
                ("eta_p50", models.DateField(null=True)),
                ("eta_p90", models.DateField(null=True)),
                (
                    "promised_on",
                    models.DateField(help_text="Copy of OrderPromise, for sorting and filters.", null=True),
                ),
                ("slip_days", models.IntegerField(help_text="eta_p50 − promised_on.", null=True)),
                ("open_lines", models.IntegerField()),
                ("short_lines", models.IntegerField()),
                ("open_units", models.IntegerField()),
                ("short_units", models.IntegerField(help_text="Open units without stock on hand.")),
                ("open_value_minor", models.BigIntegerField(help_text="Value of the open units, in pence.")),
                ("ready_value_minor", models.BigIntegerField(help_text="Value of the allocated units, in pence.")),
                (
                    "chance",
                    models.FloatField(
                        help_text="That promised_on is kept (planning.chance); null without one.", null=True
                    ),
                ),
                ("stage", models.SmallIntegerField(db_default=3, help_text="The lowest stage of its lines.")),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["stage", "-score", "placed_at", "order"],
                        include=("reason", "open_value_minor"),
                        name="orders_orderplan_ranking",
                    ),
                    models.Index(
                        django.db.models.functions.comparison.Coalesce("slip_days", models.Value(-1000000)),
                        models.F("order"),
                        name="orders_orderplan_slip_key",
                    ),
                    models.Index(fields=["open_value_minor", "order"], name="orders_orderplan_value"),
                    models.Index(fields=["short_units", "order"], name="orders_orderplan_short"),
                    models.Index(
                        django.db.models.functions.comparison.Coalesce(
                            "eta_p50", models.Value(datetime.date(9999, 12, 31))
                        ),
                        models.F("order"),
                        name="orders_orderplan_eta_key",
                    ),
                    models.Index(fields=["promised_on", "order"], name="orders_orderplan_promised"),
                ],
            },
        ),
        migrations.CreateModel(
            name="OrderPromise",
            fields=[
                (
                    "order",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="promise",
                        serialize=False,
                        to="orders.order",
                    ),
                ),
                ("promised_on", models.DateField()),
                ("announced_on", models.DateField()),
                ("announced_kind", models.CharField(blank=True, max_length=40)),
                ("told_on", models.DateField()),
                ("told_kind", models.CharField(blank=True, max_length=40)),
                ("told_at", models.DateTimeField(blank=True, null=True)),
                ("announced_at", models.DateTimeField(blank=True, null=True)),
                (
                    "kept_because",
                    models.SmallIntegerField(
                        blank=True,
                        choices=[
                            (0, "No change"),
                            (1, "First date"),
                            (2, "Earlier, told"),
                            (3, "Later, told"),
                            (4, "The day had passed, told"),
                            (5, "Kept: nobody can name a day"),
                            (6, "Kept: no earlier date is told"),
                            (7, "Kept: no later date is told"),
                            (8, "Kept: the change is small"),
                            (9, "Kept: the day is near"),
                            (10, "Kept: told a short time ago"),
                            (11, "Kept: not sure enough"),
                        ],
                        null=True,
                    ),
                ),
                ("kept_on", models.DateField(blank=True, null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("kept_because__isnull", False)),
                        fields=["order"],
                        name="orders_promise_kept_back",
                    )
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="orderpromise",
            trigger=pgtrigger.compiler.Trigger(
                name="promised_once",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."promised_on" IS DISTINCT FROM (NEW."promised_on"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="e276aed2011697fbeaa49e011f8d1999875e4dbf",
                    operation="UPDATE",
                    pgid="pgtrigger_promised_once_53281",
                    table="orders_orderpromise",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="orderpromise",
            trigger=pgtrigger.compiler.Trigger(
                name="kept",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="fac5641562e9fdabfc8646fe0987348c771df17c",
                    operation="DELETE",
                    pgid="pgtrigger_kept_779ce",
                    table="orders_orderpromise",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.CreateModel(
            name="OrderTerms",
            fields=[
                (
                    "line_fills",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.SmallIntegerField(), blank=True, default=list, size=None
                    ),
                ),
                (
                    "order_fills",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.SmallIntegerField(), blank=True, default=list, size=None
                    ),
                ),
                (
                    "fill_by",
                    models.CharField(choices=[("units", "Units"), ("value", "Value")], default="units", max_length=5),
                ),
                (
                    "max_sources",
                    models.SmallIntegerField(
                        default=0, help_text="Warehouses it may be sent from at a time, 0 for any."
                    ),
                ),
                (
                    "order",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="terms",
                        serialize=False,
                        to="orders.order",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="OrderTermsEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                (
                    "line_fills",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.SmallIntegerField(), blank=True, default=list, size=None
                    ),
                ),
                (
                    "order_fills",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.SmallIntegerField(), blank=True, default=list, size=None
                    ),
                ),
                (
                    "fill_by",
                    models.CharField(choices=[("units", "Units"), ("value", "Value")], default="units", max_length=5),
                ),
                (
                    "max_sources",
                    models.SmallIntegerField(
                        default=0, help_text="Warehouses it may be sent from at a time, 0 for any."
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        serialize=False,
                        to="orders.order",
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
                        to="orders.orderterms",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="orderterms",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "orders_ordertermsevent" ("fill_by", "line_fills", "max_sources", "order_fills", "order_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."fill_by", NEW."line_fills", NEW."max_sources", NEW."order_fills", NEW."order_id", _pgh_attach_context(), NOW(), \'insert\', NEW."order_id"); RETURN NULL;',
                    hash="7d635efe476cdfce4b59eac577d8f40c2a49b129",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_dc550",
                    table="orders_orderterms",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="orderterms",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "orders_ordertermsevent" ("fill_by", "line_fills", "max_sources", "order_fills", "order_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") VALUES (NEW."fill_by", NEW."line_fills", NEW."max_sources", NEW."order_fills", NEW."order_id", _pgh_attach_context(), NOW(), \'update\', NEW."order_id"); RETURN NULL;',
                    hash="2488ea75e78178c69abcf2142443ce04f4aada28",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_9fcce",
                    table="orders_orderterms",
                    when="AFTER",
                ),
            ),
        ),
        migrations.CreateModel(
            name="Peg",
            fields=[
                ("qty", models.IntegerField()),
                (
                    "line",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="pegs",
                        to="orders.orderline",
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="inventory.product",
                    ),
                ),
                (
                    "purchase_order_line",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="inventory.purchaseorderline",
                    ),
                ),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "line_id",
                        "purchase_order_line_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("qty__gt", 0)), name="orders_peg_qty_positive")
                ],
            },
        ),
        migrations.CreateModel(
            name="PickDay",
            fields=[
                (
                    "line",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="pick_day",
                        serialize=False,
                        to="orders.orderline",
                    ),
                ),
                ("pick_on", models.DateField()),
                (
                    "product",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="inventory.product",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PickRecord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("qty", models.IntegerField()),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "actor",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="picks", to="orders.orderline"
                    ),
                ),
                (
                    "warehouse",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="inventory.warehouse"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["at"], name="orders_pick_at")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("qty", 0), _negated=True), name="orders_pick_qty_not_zero"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PlanRecord",
            fields=[
                (
                    "run",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="record",
                        serialize=False,
                        to="orders.planrun",
                    ),
                ),
                ("today", models.DateField()),
                ("rules", models.JSONField(help_text="The policy's document as it was.")),
                (
                    "archive",
                    models.BinaryField(
                        help_text="The inputs as a compressed NumPy archive (orders.simulation.recording)."
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PolicyEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("name", models.CharField(max_length=100)),
                ("version", models.PositiveIntegerField()),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "Draft"),
                            ("submitted", "Awaiting approval"),
                            ("releasing", "Awaiting its plan run"),
                            ("published", "Published"),
                            ("archived", "Archived"),
                            ("discarded", "Discarded"),
                        ],
                        default="draft",
                        max_length=10,
                    ),
                ),
                (
                    "strategy",
                    models.CharField(
                        choices=[
                            ("fifo", "First in, first out"),
                            ("priority", "Priority"),
                            ("lexicographic", "Criteria one after another"),
                            ("demand_forecast", "Demand forecast"),
                            ("automated", "Automated"),
                            ("hybrid", "Hybrid"),
                        ],
                        default="priority",
                        max_length=20,
                    ),
                ),
                (
                    "rules",
                    models.JSONField(
                        default=dict, help_text="The whole document, as the grammar's schema describes it."
                    ),
                ),
                ("note", models.TextField(blank=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("published_at", models.DateTimeField(blank=True, null=True)),
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
                        to="orders.policy",
                    ),
                ),
                (
                    "published_by",
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
                    "based_on",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="orders.policy",
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
                ("submitted_at", models.DateTimeField(blank=True, null=True)),
                (
                    "submitted_by",
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
            ],
            options={
                "abstract": False,
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="policy",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "orders_policyevent" ("based_on_id", "created_at", "created_by_id", "edited_at", "edited_by_id", "id", "name", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "published_at", "published_by_id", "revision", "rules", "status", "strategy", "submitted_at", "submitted_by_id", "version") VALUES (NEW."based_on_id", NEW."created_at", NEW."created_by_id", NEW."edited_at", NEW."edited_by_id", NEW."id", NEW."name", NEW."note", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."published_at", NEW."published_by_id", NEW."revision", NEW."rules", NEW."status", NEW."strategy", NEW."submitted_at", NEW."submitted_by_id", NEW."version"); RETURN NULL;',
                    hash="c255ab2ab5c5064cd1d84a93c74423e66a38ebed",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_1ea10",
                    table="orders_policy",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="policy",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "orders_policyevent" ("based_on_id", "created_at", "created_by_id", "edited_at", "edited_by_id", "id", "name", "note", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "published_at", "published_by_id", "revision", "rules", "status", "strategy", "submitted_at", "submitted_by_id", "version") VALUES (NEW."based_on_id", NEW."created_at", NEW."created_by_id", NEW."edited_at", NEW."edited_by_id", NEW."id", NEW."name", NEW."note", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."published_at", NEW."published_by_id", NEW."revision", NEW."rules", NEW."status", NEW."strategy", NEW."submitted_at", NEW."submitted_by_id", NEW."version"); RETURN NULL;',
                    hash="1c6a2de7994d873daee556656ca3dcc7df38b00f",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_b14e5",
                    table="orders_policy",
                    when="AFTER",
                ),
            ),
        ),
        migrations.CreateModel(
            name="PoolPlan",
            fields=[
                (
                    "product",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="inventory.product",
                    ),
                ),
                ("run_id", models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="RiskVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("trained_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("until_on", models.DateField(help_text="What happened from this day on was not learned from.")),
                ("is_usable", models.BooleanField()),
                ("refusal", models.TextField(blank=True, help_text="Why planning falls back to its written rules.")),
                ("cases", models.PositiveIntegerField()),
                ("late_cases", models.PositiveIntegerField()),
                ("judgement", models.JSONField(default=dict, help_text="Brier score, base rate, AUC, reliability.")),
                (
                    "costs",
                    models.JSONField(
                        help_text="By tier: what a late pound costs, and what was cancelled of late and punctual ones."
                    ),
                ),
                ("seconds", models.FloatField()),
                ("model", models.JSONField(default=dict)),
                (
                    "product_ids",
                    django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None),
                ),
                ("late_shares", django.contrib.postgres.fields.ArrayField(base_field=models.FloatField(), size=None)),
                (
                    "supplier_late_shares",
                    django.contrib.postgres.fields.ArrayField(base_field=models.FloatField(), size=None),
                ),
                ("weekly_units", django.contrib.postgres.fields.ArrayField(base_field=models.FloatField(), size=None)),
                ("otherwise", django.contrib.postgres.fields.ArrayField(base_field=models.FloatField(), size=3)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("is_usable", True), ("refusal", "")),
                            models.Q(("is_usable", False), models.Q(("refusal", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="orders_riskversion_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("late_shares__len", models.F("product_ids__len")),
                            ("supplier_late_shares__len", models.F("product_ids__len")),
                            ("weekly_units__len", models.F("product_ids__len")),
                        ),
                        name="orders_riskversion_same_products",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SampleLoad",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("source", models.CharField(max_length=200)),
                ("lines", models.PositiveIntegerField(help_text="Order lines written.")),
                ("file_rows", models.PositiveIntegerField()),
                (
                    "counts",
                    models.JSONField(default=dict, help_text="What became of the rows of the file; they add up."),
                ),
                ("loaded_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
        ),
        migrations.CreateModel(
            name="SavedView",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=40)),
                (
                    "query",
                    models.CharField(
                        blank=True, help_text="As in the address, without cursor and panel.", max_length=1000
                    ),
                ),
                ("is_shared", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="saved_views",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("owner", "name"), name="orders_savedview_name_once")],
            },
        ),
        migrations.CreateModel(
            name="Shipment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("shipped_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "actor",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="shipments", to="orders.order"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ShipmentLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("qty", models.PositiveIntegerField()),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="shipment_lines",
                        to="orders.orderline",
                    ),
                ),
                (
                    "shipment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="orders.shipment"
                    ),
                ),
                (
                    "warehouse",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="inventory.warehouse"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("qty__gt", 0)), name="orders_shipment_line_qty_positive"
                    ),
                    models.UniqueConstraint(fields=("shipment", "line", "warehouse"), name="orders_shipment_line_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Simulation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("not_before", models.DateTimeField(default=django.utils.timezone.now)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("lease_until", models.DateTimeField(blank=True, null=True)),
                ("lease_token", models.UUIDField(blank=True, null=True)),
                ("last_error", models.TextField(blank=True)),
                ("name", models.CharField(max_length=100)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting for a worker"),
                            ("running", "Running"),
                            ("done", "Done"),
                            ("failed", "Failed"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("step", models.CharField(blank=True, max_length=120)),
                ("steps_done", models.PositiveIntegerField(default=0)),
                ("steps_total", models.PositiveIntegerField(default=0)),
                (
                    "baseline",
                    models.JSONField(default=dict, help_text="Figures of the live inputs under the policy in force."),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                ("expires_at", models.DateTimeField()),
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
            ],
            options={
                "permissions": [("simulate", "Plan scenarios beside the live plan")],
                "indexes": [
                    models.Index(
                        condition=models.Q(("status__in", ["waiting", "running"])),
                        fields=["not_before"],
                        name="orders_simulation_due",
                    ),
                    models.Index(fields=["expires_at"], name="orders_simulation_expiry"),
                ],
            },
        ),
        migrations.CreateModel(
            name="SimulationScenario",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField()),
                ("name", models.CharField(max_length=100)),
                ("changes", models.JSONField(default=list, help_text="As orders.simulation.reading accepts them.")),
                ("result", models.JSONField(default=dict)),
                (
                    "policy",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orders.policy",
                    ),
                ),
                (
                    "simulation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="scenarios", to="orders.simulation"
                    ),
                ),
            ],
            options={
                "ordering": ["simulation", "position"],
                "constraints": [
                    models.UniqueConstraint(fields=("simulation", "position"), name="orders_scenario_position"),
                    models.UniqueConstraint(fields=("simulation", "name"), name="orders_scenario_name"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Snooze",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("overdue", "Told date has passed"),
                            ("guarantee", "Guarantee broken"),
                            ("payment", "Payment"),
                            ("credit", "Credit"),
                            ("fraud", "Fraud check"),
                            ("address", "Address"),
                            ("hold", "Other hold"),
                            ("no_eta", "No ETA"),
                            ("supplier", "Supplier silent"),
                            ("untold", "Customer not told"),
                        ],
                        max_length=10,
                    ),
                ),
                ("until_at", models.DateTimeField()),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "actor",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="snoozes",
                        to="orders.order",
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=150)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("order", "kind"), name="orders_snooze_once")],
            },
        ),
        migrations.CreateModel(
            name="SourceRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("country", models.CharField(blank=True, max_length=60)),
                ("place", models.PositiveSmallIntegerField()),
                (
                    "product",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="inventory.product",
                    ),
                ),
                (
                    "warehouse",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="inventory.warehouse"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("product__isnull", True), ("country", ""), _connector="XOR"),
                        name="orders_source_rule_one_subject",
                    ),
                    models.UniqueConstraint(
                        fields=("country", "product", "warehouse"), name="orders_source_rule_once", nulls_distinct=False
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SourceRuleEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                ("id", models.BigIntegerField()),
                ("country", models.CharField(blank=True, max_length=60)),
                ("place", models.PositiveSmallIntegerField()),
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
                        to="orders.sourcerule",
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="inventory.product",
                    ),
                ),
                (
                    "warehouse",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="inventory.warehouse",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="sourcerule",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "orders_sourceruleevent" ("country", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "product_id", "warehouse_id") VALUES (NEW."country", NEW."id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."place", NEW."product_id", NEW."warehouse_id"); RETURN NULL;',
                    hash="c27bd220bc118a68877bd7658f7d395bedfea3a8",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_c8f5a",
                    table="orders_sourcerule",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="sourcerule",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "orders_sourceruleevent" ("country", "id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "product_id", "warehouse_id") VALUES (NEW."country", NEW."id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."place", NEW."product_id", NEW."warehouse_id"); RETURN NULL;',
                    hash="143fd341cdc6f3e3310c320889e2a15e3b7bb641",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_26766",
                    table="orders_sourcerule",
                    when="AFTER",
                ),
            ),
        ),
        migrations.CreateModel(
            name="Study",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("not_before", models.DateTimeField(default=django.utils.timezone.now)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("lease_until", models.DateTimeField(blank=True, null=True)),
                ("lease_token", models.UUIDField(blank=True, null=True)),
                ("last_error", models.TextField(blank=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("backtest_policies", "Live through the last weeks once per strategy"),
                            ("backtest_forecast", "Forecast the last weeks from what lies before"),
                            ("calibrate_chances", "Judge the chances of promises by past receipts"),
                            ("train_late_risk", "Learn from our past which lines become late"),
                            ("forecast_demand", "Forecast every active product's weekly demand"),
                            ("replay_run", "Plan a kept run again and see whether the same plan comes out"),
                            ("check_integrity", "Compute every counter again"),
                        ],
                        max_length=20,
                    ),
                ),
                ("asked", models.JSONField(default=dict)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting for a worker"),
                            ("running", "Running"),
                            ("done", "Done"),
                            ("failed", "Failed"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("step", models.CharField(blank=True, max_length=120)),
                ("result", models.JSONField(default=dict)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                ("expires_at", models.DateTimeField()),
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
            ],
            options={
                "verbose_name_plural": "studies",
                "indexes": [
                    models.Index(
                        condition=models.Q(("status__in", ["waiting", "running"])),
                        fields=["not_before"],
                        name="orders_study_due",
                    ),
                    models.Index(fields=["expires_at"], name="orders_study_expiry"),
                ],
            },
        ),
        migrations.CreateModel(
            name="SupplierBacklog",
            fields=[
                (
                    "supplier",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="backlog",
                        serialize=False,
                        to="inventory.supplier",
                    ),
                ),
                ("open_purchases", models.IntegerField()),
                ("late_purchases", models.IntegerField()),
                ("outstanding_units", models.BigIntegerField()),
                ("next_on", models.DateField(null=True)),
                ("silent_since", models.DateField(null=True)),
                ("waiting_orders", models.IntegerField()),
                ("waiting_value_minor", models.BigIntegerField()),
            ],
            options={
                "indexes": [
                    models.Index(fields=["-waiting_value_minor", "supplier"], name="orders_supplierbacklog_value"),
                    models.Index(fields=["-waiting_orders", "supplier"], name="orders_supplierbacklog_orders"),
                    models.Index(fields=["-late_purchases", "supplier"], name="orders_supplierbacklog_late"),
                    models.Index(fields=["-open_purchases", "supplier"], name="orders_supplierbacklog_open"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Telling",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "way",
                    models.CharField(
                        choices=[
                            ("mail", "By message"),
                            ("reached", "By telephone"),
                            ("voicemail", "Left a voicemail"),
                            ("no_answer", "Nobody answered"),
                            ("kept", "Saved, not told"),
                        ],
                        max_length=10,
                    ),
                ),
                ("eta_on", models.DateField(blank=True, null=True)),
                ("note", models.CharField(blank=True, max_length=500)),
                ("fact_key", models.CharField(blank=True, max_length=200)),
                ("before", models.JSONField(default=dict)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("taken_back_at", models.DateTimeField(blank=True, null=True)),
                (
                    "actor",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "compensation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orders.compensation",
                    ),
                ),
                (
                    "macro",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orders.macro",
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="tellings", to="orders.order"
                    ),
                ),
                (
                    "asks",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=12), blank=True, default=list, size=None
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["order", "-at"], name="orders_telling_order"),
                    models.Index(fields=["-at"], name="orders_telling_at"),
                ],
            },
        ),
        # No column of an index changes when a line is planned again, nor when a pool gets its next version: with room
        # on the page the row is changed in place.
        migrations.RunSQL(
            "ALTER TABLE orders_lineplan SET (fillfactor = 90); ALTER TABLE orders_poolplan SET (fillfactor = 50)",
            "ALTER TABLE orders_lineplan RESET (fillfactor); ALTER TABLE orders_poolplan RESET (fillfactor)",
        ),
    ]
