"""Know of each owner by an index whether all of their leads are their team's."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("leads", "0018_erased_marks")]
    operations = [
        migrations.RemoveIndex("lead", "lead_by_owner"),
        migrations.AddIndex(
            "lead",
            models.Index(
                fields=["owner", "team", "stage"],
                name="lead_by_owner_and_team",
                condition=models.Q(owner__isnull=False),
            ),
        ),
    ]
