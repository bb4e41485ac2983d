"""Count the open clocks of a calendar again after its hours were corrected."""

from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from sla import calendars, clocks, tasks
from sla.clocks import Repaired


class Command(BaseCommand):
    help = (
        "Count open clocks again from their start by the newest hours of a calendar, for hours that were"
        " wrong all along. Prints and logs when each was due and is due now."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--calendar", required=True, metavar="KEY")
        parser.add_argument("--since", metavar="DATE", help="Only clocks that started on this day or later.")
        parser.add_argument("--dry-run", action="store_true", help="Print what would change, write nothing.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            since = datetime.fromisoformat(options["since"]) if options["since"] else None
        except ValueError:
            raise CommandError(f"“{options['since']}” is no date such as 2026-11-21.") from None
        if since and since.tzinfo is None:
            since = since.replace(tzinfo=UTC)
        try:
            repaired = clocks.repair(
                key=options["calendar"], now=tasks.database_now(), since=since, dry_run=options["dry_run"]
            )
        except calendars.CalendarMissing:
            raise CommandError(f"There is no calendar “{options['calendar']}”.") from None
        for one in repaired:
            self.stdout.write(_line(one))
        verb = "would change" if options["dry_run"] else "changed"
        self.stdout.write(f"{len(repaired)} clocks {verb}.")


def _line(one: Repaired) -> str:
    due = f"{_moment(one.due_before)} -> {_moment(one.due_after)}"
    states = " -> ".join(dict.fromkeys((one.state_before, one.state_after)))
    return f"{one.clock.pk:>9}  {one.clock.kind:<18} lead {one.clock.lead_id:<9} due {due}  {states}"


def _moment(moment: datetime | None) -> str:
    return moment.strftime("%Y-%m-%d %H:%M UTC") if moment else "unknown"
