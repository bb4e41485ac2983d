"""Count the ways of leads anew: marks of many leads, more than ten at once, were taken away uncounted."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("sla", "0023_lighter_standings")]
    operations = [
        # A book without a state is begun again by the next counting.
        migrations.RunSQL("DELETE FROM sla_tallystate WHERE book = 'ways'", migrations.RunSQL.noop),
    ]
