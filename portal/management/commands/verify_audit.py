"""Check the chain of hashes of the audit."""

import sys
from itertools import islice
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from leads import audit

MOST_TOLD = 20


class Command(BaseCommand):
    help = "Check that no entry of the audit was altered, removed or put in later; exit with 1 if one was."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--stream", help="Only this one, such as lead:17 or agreement:1.")

    def handle(self, *args: Any, **options: Any) -> None:
        breaks = audit.breaks(options["stream"])
        told = list(islice(breaks, MOST_TOLD))
        for entry in told:
            self.stdout.write(f"{entry.stream} {entry.seq}: {entry.verb} at {entry.at:%Y-%m-%d %H:%M:%S} UTC")
        count = len(told) + sum(1 for _entry in breaks)
        if count:
            self.stderr.write(f"The chain does not hold at {count} entries.")
            sys.exit(1)
        self.stdout.write("The chain of the audit holds.")
