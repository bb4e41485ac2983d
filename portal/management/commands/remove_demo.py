"""Remove the demo company from a try-out home."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from leads.choices import Role
from leads.models import User
from portal.demo import removing


class Command(BaseCommand):
    help = "Remove everything but one person of operations from a try-out home that holds the demo company."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--keep", required=True, help="E-mail address of the person who stays.")
        parser.add_argument("--with-real-data", action="store_true", help="Remove what was brought in, too.")

    def handle(self, *args: Any, **options: Any) -> None:
        keep = User.objects.filter(
            email__iexact=options["keep"], role=Role.OPERATIONS, is_active=True
        ).first()
        if not settings.IS_TRYOUT or not removing.is_there():
            raise CommandError("There is no demo company in a try-out home here.")
        if keep is None:
            raise CommandError("Nobody of operations has this address.")
        if removing.has_real_data() and not options["with_real_data"]:
            raise CommandError("Leads were brought in since. Add --with-real-data to remove them as well.")
        removing.remove(keep=keep, now=timezone.now())
        self.stdout.write(f"The demo company is gone; {keep.email} stays.")
