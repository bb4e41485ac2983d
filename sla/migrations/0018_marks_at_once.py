"""Mark the clocks of a statement together; elsewhere a change leaves all its marks by one statement."""

from django.db import migrations

from sla.marking import MarkTallies


class Migration(migrations.Migration):
    dependencies = [("sla", "0017_few_among_many")]

    operations = [MarkTallies()]
