"""Keep the currency of what accounts bought: the margin of a definition is told for each."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sla", "0027_unchecked_standings")]
    operations = [
        # A book without a state is begun again by the next counting: rows kept would be indexed for nothing.
        migrations.RunSQL(
            ["DELETE FROM sla_tallystate WHERE book = 'accounts'", "DELETE FROM sla_tallyaccount"],
            migrations.RunSQL.noop,
        ),
        migrations.RemoveIndex("tallyaccount", "tally_account_asked"),
        migrations.AddField("tallyaccount", "is_counted", models.BooleanField(default=True)),
        migrations.AddField("tallyaccount", "currency", models.CharField(blank=True, max_length=3)),
        migrations.AddIndex(
            "tallyaccount",
            models.Index(
                fields=[
                    *("version", "grain", "team", "source", "tier", "first_at"),
                    *("worked_at", "is_won", "is_elsewhere", "is_counted"),
                    *("currency", "amount", "earned", "account"),
                ],
                name="tally_account_asked",
            ),
        ),
    ]
