"""Erase a person."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from leads.models import Lead
from portal import erasing
from sla import erasure


class Command(BaseCommand):
    help = "Erase the person behind a lead: everything personal goes for good, counts and the log stay."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("lead", type=int, help="The number at the end of the lead's address.")
        parser.add_argument("--yes", action="store_true", help="Do not ask.")

    def handle(self, *args: Any, **options: Any) -> None:
        lead = Lead.objects.filter(pk=options["lead"]).first()
        if lead is None:
            raise CommandError(f"There is no lead {options['lead']}.")
        if not options["yes"] and input(f"Erase {lead} for good? Type yes: ") != "yes":
            raise CommandError("Nothing was erased.")
        try:
            erasing.erase(lead=lead, now=timezone.now(), actor=None)
        except erasure.AlreadyErased as error:
            raise CommandError("Erased already, or part of another lead.") from error
        self.stdout.write(f"Lead {lead.pk} is erased.")
