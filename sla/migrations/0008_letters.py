import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("sla", "0007_lab"),
    ]

    operations = [
        migrations.CreateModel(
            name="AlignmentLetter",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("week_on", models.DateField(help_text="Monday of the week that it tells of.", unique=True)),
                ("written_at", models.DateTimeField()),
                ("facts", models.JSONField()),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="sla.agreementversion",
                    ),
                ),
            ],
        ),
    ]
