"""Search by any part of name, company or e-mail: a trigram index where the database has one."""

from django.db import migrations


def create_index(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm", params=None)
        schema_editor.execute(
            "CREATE INDEX lead_search ON leads_lead USING gin (search_text gin_trgm_ops)", params=None
        )


def drop_index(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX IF EXISTS lead_search", params=None)


class Migration(migrations.Migration):
    dependencies = [("leads", "0002_append_only")]

    operations = [migrations.RunPython(create_index, drop_index)]
