from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orders", "0038_used_compensation")]

    operations = [
        migrations.RemoveIndex(model_name="order", name="orders_order_open_customer"),
        migrations.RemoveIndex(model_name="orderplan", name="orders_orderplan_rank"),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                fields=["customer", "id"], condition=models.Q(("status", "open")), name="orders_order_open_by_customer"
            ),
        ),
        migrations.AddIndex(
            model_name="orderplan",
            index=models.Index(
                fields=["stage", "-score", "placed_at", "order"],
                include=["reason", "open_value_minor"],
                name="orders_orderplan_ranking",
            ),
        ),
    ]
