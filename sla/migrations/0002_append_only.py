from django.db import migrations

from leads.guards import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("sla", "0001_initial")]

    operations = [
        AppendOnly("sla_signature"),
        AppendOnly("sla_clockevent"),
        AppendOnly("sla_snapshot"),
        AppendOnly("sla_verdict"),
    ]
