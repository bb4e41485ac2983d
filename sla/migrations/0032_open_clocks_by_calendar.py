"""Find open clocks by their calendar, and no others: nobody asks for those, and each change paid for them."""

from django.db import migrations, models
from django.db.models import Q

from leads.indexes import WithoutOwnIndex


class Migration(migrations.Migration):
    dependencies = [("sla", "0031_reasons_counted_again")]
    operations = [
        WithoutOwnIndex("clock", "calendar_key"),
        migrations.AddIndex(
            "clock",
            models.Index(
                fields=["calendar_key", "id"], name="clock_by_calendar", condition=Q(ended_at__isnull=True)
            ),
        ),
    ]
