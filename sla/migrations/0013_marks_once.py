"""Let a change whose old and new row stand in the same part of a day leave one mark instead of two."""

from django.db import migrations

from sla.marking import MarkTallies


class Migration(migrations.Migration):
    dependencies = [("sla", "0012_count_by_leg")]

    operations = [MarkTallies()]
