"""Sweep what is due, once or for as long as it is not stopped."""

import logging
import time
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import close_old_connections
from django.utils.dateparse import parse_datetime

from sla import sweep, tasks

log = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Warn, breach and escalate clocks that are due, make the moves they ask for, judge changed facts."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--loop", action="store_true", help="Go on every few seconds, without a worker.")
        parser.add_argument("--now", help="Moment to sweep as of, ISO 8601 with its offset; default: now.")

    def handle(self, *args: Any, **options: Any) -> None:
        now = self._moment(options["now"])
        if now is not None:
            self.stdout.write(str(sweep.run(now)))
            return
        if not options["loop"]:
            self._sweep()
        while options["loop"]:
            self._sweep_on()
            time.sleep(settings.BEAT_SECONDS)

    def _sweep(self) -> None:
        self.stdout.write(str(sweep.run_regularly(tasks.database_now())))
        tasks.count_days()

    def _sweep_on(self) -> None:
        """Sweep once in a loop, which outlives whatever goes wrong: a database may be away for a while."""
        try:
            self._sweep()
        except Exception as error:
            log.exception("Not swept")
            self.stderr.write(f"Not swept: {error}")
        finally:
            close_old_connections()

    def _moment(self, text: str | None) -> datetime | None:
        if text is None:
            return None
        moment = parse_datetime(text)
        if moment is None or moment.tzinfo is None:
            raise CommandError(f"“{text}” is no moment with an offset, such as 2026-11-21T10:00:00+01:00.")
        return moment
