"""Ask whether everything that must always hold does hold in this database."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from sla import invariants, tasks


class Command(BaseCommand):
    help = "Check what must always hold; exit with 1 if anything does not. Changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        names = [one.name for one in invariants.INVARIANTS]
        parser.add_argument("names", nargs="*", metavar="NAME", help=f"Only these: {', '.join(names)}.")

    def handle(self, *args: Any, **options: Any) -> None:
        broken = 0
        for found in invariants.audit(tasks.database_now(), options["names"]):
            broken += bool(found.count)
            self.stdout.write(f"{found.count:>8,}  {found.invariant.name:<20} {found.invariant.sentence}")
            if found.examples:
                self.stdout.write(f"          {'; '.join(found.examples)}")
        if broken:
            self.stderr.write(f"{broken} invariants do not hold.")
            sys.exit(1)
        self.stdout.write("Everything holds.")
