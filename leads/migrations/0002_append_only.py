from django.db import migrations

from leads.guards import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("leads", "0001_initial")]

    operations = [AppendOnly("leads_auditentry"), AppendOnly("leads_stagechange")]
