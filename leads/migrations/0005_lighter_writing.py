"""Fewer checks and indexes on what imports write most; an index for the list of sources."""

import django.db.models.deletion
from django.db import migrations, models

from leads.guards import AppendOnly

RUN = {
    "to": "leads.importrun",
    "null": True,
    "related_name": "+",
    "db_constraint": False,
    "db_index": False,
    "on_delete": django.db.models.deletion.PROTECT,
}


class Migration(migrations.Migration):
    dependencies = [("leads", "0004_routing_of_people")]

    operations = [
        migrations.AlterField("account", "name_key", models.CharField(max_length=200)),
        migrations.AddIndex("account", models.Index(fields=["name_key"], name="account_by_name")),
        migrations.AlterField("lead", "import_run", models.ForeignKey(**RUN)),
        migrations.AddIndex("lead", models.Index(fields=["source"], name="lead_by_source")),
        migrations.AlterField("stagechange", "import_run", models.ForeignKey(**RUN)),
        migrations.AlterField(
            "stagechange",
            "lead",
            models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="stage_changes",
                to="leads.lead",
            ),
        ),
        AppendOnly("leads_stagechange"),
        migrations.AlterField(
            "factchange",
            "lead",
            models.OneToOneField(
                db_constraint=False,
                on_delete=django.db.models.deletion.CASCADE,
                primary_key=True,
                related_name="+",
                serialize=False,
                to="leads.lead",
            ),
        ),
    ]
