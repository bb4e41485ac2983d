"""Count the reasons again: those given for taking an offer back, passing one on or losing were among them."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("sla", "0030_given_at")]
    operations = [
        # A book without a state is begun again by the next counting.
        migrations.RunSQL("DELETE FROM sla_tallystate WHERE book = 'ends'", migrations.RunSQL.noop),
    ]
