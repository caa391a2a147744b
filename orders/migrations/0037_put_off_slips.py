import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0036_split_in_bulk_and_short_sort"),
    ]

    operations = [
        migrations.RenameField(
            model_name="snooze",
            old_name="until_on",
            new_name="until_at",
        ),
        migrations.AlterField(
            model_name="snooze",
            name="until_at",
            field=models.DateTimeField(),
        ),
        migrations.AddField(
            model_name="snooze",
            name="note",
            field=models.CharField(blank=True, max_length=150),
        ),
        migrations.AddField(
            model_name="telling",
            name="asks",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=12), blank=True, default=list, size=None
            ),
        ),
        migrations.AlterField(
            model_name="snooze",
            name="kind",
            field=models.CharField(
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
        migrations.AlterField(
            model_name="telling",
            name="way",
            field=models.CharField(
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
    ]
