"""Take away the indexes of foreign keys that another index begins with: each write paid for them."""

from django.db import migrations

from leads.indexes import WithoutOwnIndex


class Migration(migrations.Migration):
    dependencies = [("portal", "0006_undo_of_imports")]
    operations = [
        WithoutOwnIndex("endpoint", "team"),
        WithoutOwnIndex("delivery", "message"),
        WithoutOwnIndex("delivery", "recipient"),
        WithoutOwnIndex("delivery", "endpoint"),
        WithoutOwnIndex("idempotentcall", "user"),
        WithoutOwnIndex("incomingevent", "source"),
        WithoutOwnIndex("notice", "message"),
        WithoutOwnIndex("notice", "recipient"),
    ]
