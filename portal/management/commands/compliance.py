"""Print what both sides kept over a period: the very figures of the page."""

import json
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from leads.models import Team
from sla import agreements
from sla.compliance import plain, report
from sla.compliance.periods import Filters, Period
from sla.models import Agreement


class Command(BaseCommand):
    help = "Print the compliance report of a period; without --from and --to, of all times."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--from", dest="first_on", type=date.fromisoformat, metavar="DATE")
        parser.add_argument("--to", dest="last_on", type=date.fromisoformat, metavar="DATE")
        parser.add_argument("--agreement", metavar="KEY", help="Only what this agreement judges.")
        parser.add_argument("--team", metavar="NAME", help="Only leads handed to this team.")
        parser.add_argument("--source", help="Only leads of this source.")
        parser.add_argument("--format", choices=("table", "json"), default="table")

    def handle(self, *args: Any, **options: Any) -> None:
        found = report.build(_period(options), _filters(options), timezone.now())
        figures = plain.of_report(found)
        if options["format"] == "json":
            self.stdout.write(json.dumps(figures, indent=2))
            return
        for title, rows in (("Commitments", figures["commitments"]), ("Offers", figures["legs"])):
            self.stdout.write(title)
            for line in _table(rows):
                self.stdout.write(f"  {line}")
        for title in ("follow_up", "volume"):
            pairs = ", ".join(f"{name} {_cell(value)}" for name, value in figures[title].items())
            self.stdout.write(f"{title.replace('_', ' ').capitalize()}: {pairs}")


def _period(options: dict[str, Any]) -> Period | None:
    first_on, last_on = options["first_on"], options["last_on"]
    if first_on is None and last_on is None:
        return None
    if first_on is None or last_on is None:
        raise CommandError("Give both --from and --to, or neither for all times.")
    if last_on < first_on:
        raise CommandError("--to lies before --from.")
    return Period(first_on, last_on, agreements.zone(options["agreement"]))


def _filters(options: dict[str, Any]) -> Filters:
    key, team = options["agreement"], options["team"]
    try:
        return Filters(
            team_id=Team.objects.get(name=team).pk if team else None,
            source=options["source"],
            agreement_id=Agreement.objects.get(key=key).pk if key else None,
        )
    except (Team.DoesNotExist, Agreement.DoesNotExist) as error:
        raise CommandError(f"Nothing goes by that name: {team or key}.") from error


def _table(rows: list[dict[str, Any]]) -> list[str]:
    """Return aligned lines under a head, the wordy terms left out."""
    if not rows:
        return ["nothing in this period"]
    names = [name for name in rows[0] if name != "terms"]
    cells = [names, *([_cell(row[name]) for name in names] for row in rows)]
    widths = [max(len(line[i]) for line in cells) for i in range(len(names))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in cells]


def _cell(value: Any) -> str:
    if value is None:
        return "unknown"
    return f"{value:.4f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
