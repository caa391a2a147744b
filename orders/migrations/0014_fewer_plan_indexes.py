from django.conf import settings
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """Drop what a first plan pays for and nobody reads, and leave room for rows that are changed in place."""

    dependencies = [
        ("orders", "0013_customer_choice_feedback"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="lineplan",
            name="order",
            field=models.ForeignKey(
                on_delete=models.PROTECT, related_name="+", to="orders.order", db_constraint=False, db_index=False
            ),
        ),
        migrations.AlterField(
            model_name="etarevision",
            name="actor",
            field=models.ForeignKey(
                null=True, on_delete=models.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, db_index=False
            ),
        ),
        migrations.AddIndex(
            model_name="etarevision",
            index=models.Index(fields=["actor"], condition=Q(actor__isnull=False), name="orders_eta_revision_actor"),
        ),
        # No column of an index changes when a line is planned again, nor when a pool gets its next version.
        migrations.RunSQL(
            "ALTER TABLE orders_lineplan SET (fillfactor = 90); ALTER TABLE orders_poolplan SET (fillfactor = 50)",
            "ALTER TABLE orders_lineplan RESET (fillfactor); ALTER TABLE orders_poolplan RESET (fillfactor)",
        ),
    ]
