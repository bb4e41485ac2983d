"""Take away the indexes of foreign keys that another index begins with: each write paid for them.

What was offered to a rep is found in any period by one index, history too, and so is all the rep's own.
"""

from django.db import migrations, models

from leads.indexes import WithoutOwnIndex


class Migration(migrations.Migration):
    dependencies = [("sla", "0025_regret_by_currency")]
    operations = [
        migrations.RemoveIndex("handoff", "handoff_offered_to_rep"),
        migrations.AddIndex(
            "handoff", models.Index(fields=["rep", "offered_at"], name="handoff_offered_to_rep")
        ),
        WithoutOwnIndex("handoff", "rep"),
        WithoutOwnIndex("agreementversion", "agreement"),
        WithoutOwnIndex("signature", "version"),
        WithoutOwnIndex("commitment", "version"),
        WithoutOwnIndex("handoff", "lead"),
        WithoutOwnIndex("handoff", "version"),
        WithoutOwnIndex("nurturestep", "refusal"),
        WithoutOwnIndex("review", "agreement"),
        WithoutOwnIndex("labrun", "agreement"),
    ]
