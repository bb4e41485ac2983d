"""Whom a file that waits may not bring back."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("leads", "0017_renewals")]

    operations = [
        migrations.CreateModel(
            name="ErasedMark",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.CharField(max_length=64)),
                ("erased_at", models.DateTimeField()),
            ],
            options={"indexes": [models.Index(fields=["erased_at"], name="erased_mark_in_order")]},
        ),
    ]
