from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("inventory", "0001_initial")]

    operations = [
        migrations.RunSQL(
            "CREATE SEQUENCE inventory_po_ref_seq START 100001", "DROP SEQUENCE inventory_po_ref_seq"
        ),
    ]
