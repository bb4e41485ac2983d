import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

WAITING = models.Q(answered_at__isnull=True)


class Migration(migrations.Migration):
    dependencies = [
        ("sla", "0005_discussions"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Dispute",
            fields=[
                (
                    "clock",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="dispute",
                        serialize=False,
                        to="sla.clock",
                    ),
                ),
                ("reason", models.TextField()),
                ("asked_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(null=True)),
                ("is_granted", models.BooleanField(null=True)),
                ("note", models.TextField(blank=True)),
                (
                    "answered_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(condition=WAITING, fields=["asked_at"], name="dispute_waiting")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            answered_at__isnull=True, answered_by__isnull=True, is_granted__isnull=True
                        )
                        | models.Q(
                            answered_at__isnull=False, answered_by__isnull=False, is_granted__isnull=False
                        ),
                        name="dispute_answered_wholly",
                    )
                ],
            },
        ),
    ]
