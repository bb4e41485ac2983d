"""Judge every lead that waits for it, at once: after an activation or a great import."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from sla import sweep, tasks


class Command(BaseCommand):
    help = (
        "Judge all leads whose facts or agreement changed; the worker does the same, a part with each sweep."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--processes", type=int, default=1, help="Cores to use, on PostgreSQL.")

    def handle(self, *args: Any, **options: Any) -> None:
        judged = sweep.judge_all(now=tasks.database_now(), processes=options["processes"])
        self.stdout.write(f"{judged} leads judged.")
