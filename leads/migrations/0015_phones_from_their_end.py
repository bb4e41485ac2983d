"""Search by the last digits of a phone number: numbers read backwards, where the database can index that."""

from django.db import migrations


def create_index(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            "CREATE INDEX lead_phone_end ON leads_lead (reverse(phone_key) text_pattern_ops)", params=None
        )


def drop_index(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX IF EXISTS lead_phone_end", params=None)


class Migration(migrations.Migration):
    dependencies = [("leads", "0014_stage_in_order")]

    operations = [migrations.RunPython(create_index, drop_index)]
