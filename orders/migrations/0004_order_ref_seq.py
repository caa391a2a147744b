from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("orders", "0003_sample_load")]

    operations = [
        migrations.RunSQL("CREATE SEQUENCE orders_ref_seq START 100001", "DROP SEQUENCE orders_ref_seq"),
    ]
