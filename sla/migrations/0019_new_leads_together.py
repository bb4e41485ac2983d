"""Let the new leads of one statement share marks where the database can tell them together."""

from django.db import migrations, models

from sla.marking import MarkTallies


class Migration(migrations.Migration):
    dependencies = [("sla", "0018_marks_at_once")]

    operations = [
        migrations.AddField("tallymark", "first_lead", models.BigIntegerField(null=True)),
        migrations.AddField("tallymark", "last_lead", models.BigIntegerField(null=True)),
        MarkTallies(),
    ]
