"""Say where the leads of past days would have gone under changed rules; touches nothing."""

import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from sla import agreements, routing
from sla.document import Document, InvalidDocument


class Command(BaseCommand):
    """`manage.py route --dry-run --from 2026-11-20 --to 2026-11-20 --with rules.json`."""

    help = "Route the leads of past days again with changed rules, without touching anything."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", required=True)
        parser.add_argument("--from", dest="first_on", type=date.fromisoformat, required=True)
        parser.add_argument("--to", dest="last_on", type=date.fromisoformat, required=True)
        parser.add_argument(
            "--with", dest="rules", help="JSON with the part “routing” of an agreement, - for standard input."
        )
        parser.add_argument("--agreement", default="", help="Key of the agreement; by default the catch-all.")
        parser.add_argument("--leg", type=int, default=1)

    def handle(self, *args: Any, **options: Any) -> None:
        versions = [one for one in agreements.in_force() if options["agreement"] in ("", one.agreement.key)]
        if not versions:
            raise CommandError("No agreement in force has this key.")
        version = versions[-1]
        text = _changed(agreements.document(version), options["rules"])
        found = routing.rehearse(
            document=text,
            agreement_key=version.agreement.key,
            first_on=options["first_on"],
            last_on=options["last_on"],
            leg=options["leg"],
        )
        self._print(found)

    def _print(self, found: routing.Rehearsal) -> None:
        self.stdout.write(f"{len(found.offers)} leads were routed; {found.moved} would have gone elsewhere.")
        self.stdout.write(f"{'was':>6} {'would':>6}  who")
        for person, was, would in found.shares():
            self.stdout.write(f"{was:>6} {would:>6}  {person or 'the pool'}")


def _changed(text: Document, rules: str | None) -> Document:
    """Return an agreement with other rules of routing; without any, as it is."""
    if not rules:
        return text
    try:
        data = json.loads(sys.stdin.read() if rules == "-" else Path(rules).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CommandError(f"{rules} cannot be read as JSON: {error}") from error
    part = data.get("routing", data) if isinstance(data, dict) else data
    if not isinstance(part, dict):
        raise CommandError(f"{rules} holds no rules of routing.")
    try:
        return routing.with_rules(text, part)
    except InvalidDocument as error:
        raise CommandError("\n".join(str(problem) for problem in error.problems)) from error
