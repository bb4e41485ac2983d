"""Keep working hours under a key: `manage.py calendar KEY FILE`, as agreements name it."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from sla import businesstime, calendars


class Command(BaseCommand):
    help = "Create a calendar from its JSON, or write its next revision; the same hours change nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("key")
        parser.add_argument("file", type=Path)
        parser.add_argument("--name", default="", help="default: the key")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            document = json.loads(options["file"].read_text(encoding="utf-8-sig"))
            revision = calendars.save(
                key=options["key"],
                name=options["name"] or options["key"],
                document=document,
                now=timezone.now(),
            )
        except (OSError, ValueError) as error:
            sentence = error.sentence if isinstance(error, businesstime.InvalidSchedule) else str(error)
            raise CommandError(sentence) from error
        self.stdout.write(f"{options['key']} revision {revision.number}")
