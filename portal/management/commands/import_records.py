"""Bring people, leads, touches, handoffs or deals in from a file: `manage.py import_records leads FILE`."""

import json
import sys
from argparse import ArgumentTypeError
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from leads import importing
from leads.choices import ImportKind
from leads.importing import rejects
from leads.models import ImportRun
from portal import imports
from sla.importing import UnknownVersion

#: Exit codes: every row was taken; the file was read, but some rows were rejected.
ALL_TAKEN, SOME_REJECTED = 0, 3
BAR = 30


class Command(BaseCommand):
    help = "Import a delimited file by a mapping; the same file again changes nothing."

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Let --version name an agreement's version, and not Django's."""
        return super().create_parser(prog_name, subcommand, conflict_handler="resolve", **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind", choices=ImportKind.values)
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--mapping", type=Path, required=True, help="JSON that says what the columns mean"
        )
        parser.add_argument("--dry-run", action="store_true", help="tell what would happen, change nothing")
        parser.add_argument("--rejects", type=Path, help="CSV to which rejected rows are written")
        parser.add_argument("--as-of", type=_day, help="read a history as it stood at the end of that day")
        parser.add_argument(
            "--version", dest="version_ref", default="", help="version that judges the history: KEY/NUMBER"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            target = imports.target_for(options["kind"], options["version_ref"])
            run = importing.run(
                path=options["file"],
                mapping=importing.parse(_read_json(options["mapping"]), target.shape),
                target=target,
                now=timezone.now(),
                as_of=options["as_of"],
                version_ref=options["version_ref"],
                is_dry=options["dry_run"],
                progress=self._progress,
                finish=lambda run, header: self._give_back(run, header, options["rejects"]),
            )
        except importing.InvalidMapping as error:
            raise CommandError(_("The mapping cannot be used:\n%s") % error) from error
        except (importing.UnreadableFile, importing.RunTaken, UnknownVersion) as error:
            raise CommandError(str(error)) from error
        self._tell(run, is_dry=options["dry_run"])
        if run.rejected:
            sys.exit(SOME_REJECTED)

    def _progress(self, done: int, share: float) -> None:
        if not self.stderr.isatty():
            return
        bar = "█" * round(share * BAR)
        self.stderr.write(f"\r{bar:<{BAR}} {share:4.0%} {done:,} ", ending="\n" if share >= 1 else "")

    def _give_back(self, run: ImportRun, header: list[str], path: Path | None) -> None:
        if path is not None:
            rejects.write(run, header, path)

    def _tell(self, run: ImportRun, *, is_dry: bool) -> None:
        if is_dry:
            self.stdout.write(_("Dry run: nothing was changed."))
        for name in ("created", "updated", "unchanged", "rejected"):
            self.stdout.write(f"{name:<10}{getattr(run, name):>10,}")
        self.stdout.write(f"{'rows':<10}{run.rows_done:>10,}")


def _read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise CommandError(_("The mapping cannot be opened: %s.") % error.strerror) from error
    except ValueError as error:
        raise CommandError(_("The mapping is no JSON: %s.") % error) from error


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(_("write a day as 2021-12-31")) from error
