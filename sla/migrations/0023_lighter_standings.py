"""Write less with each judgement: no index on the version, room for the next one, no parts that nobody reads.

The column `parts` stays in the database, filled by its default, so that the release before runs on it too.
"""

import django.db.models.deletion
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def leave_room(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Let PostgreSQL write a standing beside its old one, without a word to its indexes if it can."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE sla_standing SET (fillfactor = 50)")


class Migration(migrations.Migration):
    dependencies = [("sla", "0022_frozen_columns")]

    operations = [
        migrations.RemoveIndex(model_name="standing", name="standing_level"),
        migrations.AlterField(
            model_name="standing",
            name="version",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="sla.agreementversion",
            ),
        ),
        migrations.AlterField(
            model_name="standing", name="parts", field=models.JSONField(default=dict, db_default={})
        ),
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.RemoveField(model_name="standing", name="parts")]
        ),
        migrations.RunPython(leave_room, migrations.RunPython.noop),
    ]
