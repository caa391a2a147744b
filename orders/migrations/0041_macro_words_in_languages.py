import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0040_substitute_in_bulk"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="macro",
            name="insert_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="macro",
            name="update_update",
        ),
        migrations.AddField(
            model_name="macro",
            name="notes",
            field=models.JSONField(blank=True, default=dict, help_text="The same in other languages, by code."),
        ),
        migrations.AddField(
            model_name="macroevent",
            name="notes",
            field=models.JSONField(blank=True, default=dict, help_text="The same in other languages, by code."),
        ),
        migrations.AlterField(
            model_name="macro",
            name="note",
            field=models.TextField(blank=True, help_text="Words to the customer, in English."),
        ),
        migrations.AlterField(
            model_name="macroevent",
            name="note",
            field=models.TextField(blank=True, help_text="Words to the customer, in English."),
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
    ]
