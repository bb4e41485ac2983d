"""Find the few accounts that bought by an index of their own: what they paid is added by currency."""

from django.db import migrations, models

_ASKED = ("version", "grain", "team", "source", "tier", "first_at", "worked_at")


class Migration(migrations.Migration):
    dependencies = [("sla", "0028_margin_by_currency")]
    operations = [
        migrations.RemoveIndex("tallyaccount", "tally_account_asked"),
        migrations.AddIndex(
            "tallyaccount",
            models.Index(
                fields=[*_ASKED, "is_won", "is_elsewhere", "account"],
                condition=models.Q(is_counted=True),
                name="tally_account_counted",
            ),
        ),
        migrations.AddIndex(
            "tallyaccount",
            models.Index(
                fields=[*_ASKED, "currency", "amount", "earned", "account"],
                condition=models.Q(is_won=True),
                name="tally_account_bought",
            ),
        ),
    ]
