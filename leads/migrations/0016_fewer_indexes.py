"""Take away the indexes of foreign keys that another index begins with: each write paid for them."""

from django.db import migrations

from leads.indexes import WithoutOwnIndex


class Migration(migrations.Migration):
    dependencies = [("leads", "0015_phones_from_their_end")]
    operations = [
        WithoutOwnIndex("calendarrevision", "calendar"),
        WithoutOwnIndex("absence", "user"),
        WithoutOwnIndex("importreject", "run"),
        WithoutOwnIndex("distinctpair", "first"),
        WithoutOwnIndex("bantfact", "lead"),
        WithoutOwnIndex("consent", "lead"),
        WithoutOwnIndex("touch", "lead"),
    ]
