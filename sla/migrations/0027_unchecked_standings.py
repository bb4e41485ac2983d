"""Let a new version write standings without a look for each whether it is there: guards keep signed ones."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sla", "0026_fewer_indexes")]
    operations = [
        migrations.AlterField(
            "standing",
            "version",
            models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="sla.agreementversion",
            ),
        ),
    ]
