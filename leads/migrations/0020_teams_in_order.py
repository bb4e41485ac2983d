"""Know a team's leads in the order of their ids, and its pool apart."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("leads", "0019_owners_by_team")]
    operations = [
        migrations.RemoveIndex("lead", "lead_by_team"),
        migrations.AddIndex(
            "lead",
            models.Index(
                fields=["team", "id"],
                name="lead_by_team_and_id",
                condition=models.Q(team__isnull=False, merged_into__isnull=True, erased_at__isnull=True),
            ),
        ),
        migrations.AddIndex(
            "lead",
            models.Index(
                fields=["team", "stage"],
                name="lead_in_pool",
                condition=models.Q(team__isnull=False, owner__isnull=True),
            ),
        ),
    ]
