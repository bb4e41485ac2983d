"""Keep the currency of what refused leads bought: amounts of different currencies are never added."""

from django.db import migrations, models

from sla.marking import MarkTallies


class Migration(migrations.Migration):
    dependencies = [("sla", "0024_ways_counted_again")]
    operations = [
        migrations.AddField("tallyregret", "currency", models.CharField(blank=True, max_length=3)),
        MarkTallies(),
        # A book without a state is begun again by the next counting.
        migrations.RunSQL("DELETE FROM sla_tallystate WHERE book = 'accounts'", migrations.RunSQL.noop),
    ]
