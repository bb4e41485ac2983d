"""Compute the hash of every version again and say whether it is the one that was signed."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from sla import agreements
from sla.models import AgreementVersion


class Command(BaseCommand):
    """Fails when a text, its canonical form or its hash do not belong together."""

    help = "Check every version of every agreement against its hash."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print every altered version and fail, or say how many are whole."""
        altered = agreements.verify()
        if altered:
            lines = (f"{one.agreement.key} v{one.number}: the text does not fit its hash." for one in altered)
            raise CommandError("\n".join(lines))
        self.stdout.write(f"{AgreementVersion.objects.count()} versions checked, every text fits its hash.")
