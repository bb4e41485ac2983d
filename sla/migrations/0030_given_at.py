"""Say when a handoff came to its rep later than it was offered: what a person was given is counted by it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sla", "0029_worth_by_currency")]
    operations = [
        migrations.AddField(
            "handoff",
            "given_at",
            models.DateTimeField(
                help_text="When it came to its rep, if later than the offer: from a pool or another rep.",
                null=True,
            ),
        ),
        migrations.AddIndex(
            "handoff",
            models.Index(
                condition=models.Q(("given_at__isnull", False)),
                fields=["rep", "given_at"],
                name="handoff_given",
            ),
        ),
    ]
