from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orders", "0019_board_indexes")]

    operations = [
        migrations.CreateModel(
            name="HandsPass",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("covers_run_id", models.BigIntegerField()),
                ("recent_runs", models.IntegerField()),
                ("day", models.DateField()),
                ("at", models.DateTimeField()),
            ],
        ),
    ]
