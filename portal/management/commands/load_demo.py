"""Load the demo company into an empty database."""

from argparse import ArgumentParser
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from leads.models import Lead
from portal import demo, logins


class Command(BaseCommand):
    help = (
        "Load an invented company with two years behind it and clocks that run now; needs an empty database."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the seed: another one gives other people and other fates."""
        parser.add_argument("--seed", type=int, default=demo.SEED)

    def handle(self, *args: Any, **options: Any) -> None:
        """Refuse where anybody works already: demo people would stand among real ones."""
        if Lead.objects.exists() or get_user_model().objects.exists():
            raise CommandError(
                "This database already holds people or leads. The demo company needs an empty one: "
                "set CONCORD_VAR to another folder, or DATABASE_URL to another database."
            )
        loaded = demo.load(now=timezone.now(), seed=options["seed"])
        self.stdout.write(f"{loaded.leads} leads and {loaded.handoffs} handoffs.")
        self.stdout.write(f"Everybody's password is “{logins.PASSWORD}”.")
