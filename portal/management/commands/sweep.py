"""Sweep what is due, once or for as long as it is not stopped."""

import time
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import close_old_connections
from django.utils.dateparse import parse_datetime

from sla import sweep, tasks

SECONDS_BETWEEN = 15


class Command(BaseCommand):
    help = "Warn, breach and escalate clocks that are due, make the moves they ask for, judge changed facts."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--loop", action="store_true", help="Go on every 15 seconds, instead of a worker."
        )
        parser.add_argument("--now", help="Moment to sweep as of, ISO 8601 with its offset; default: now.")

    def handle(self, *args: Any, **options: Any) -> None:
        now = self._moment(options["now"])
        while True:
            self.stdout.write(str(sweep.run(now or tasks.database_now())))
            if not options["loop"]:
                return
            close_old_connections()
            time.sleep(SECONDS_BETWEEN)

    def _moment(self, text: str | None) -> datetime | None:
        if text is None:
            return None
        moment = parse_datetime(text)
        if moment is None or moment.tzinfo is None:
            raise CommandError(f"“{text}” is no moment with an offset, such as 2026-11-21T10:00:00+01:00.")
        return moment
