from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0010_promises_and_guarantees"),
    ]

    operations = [
        migrations.AlterField(
            model_name="policy",
            name="strategy",
            field=models.CharField(
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
        migrations.AlterField(
            model_name="policyevent",
            name="strategy",
            field=models.CharField(
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
    ]
