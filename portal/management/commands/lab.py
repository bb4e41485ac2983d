"""Test a draft on the past: the very figures of the lab's pages, saved with the draft like theirs."""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from portal.lines import lab as lines
from sla.choices import LabKind, LabState
from sla.compliance import money, truth
from sla.lab import asking, backtest, runs
from sla.models import AgreementVersion, LabRun


class Command(BaseCommand):
    help = "Test a draft on the past: backtest, whatif, capacity; or print the truth of versions."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=(*LabKind.values, "truth"))
        parser.add_argument("--agreement", metavar="KEY", default="default")
        parser.add_argument("--number", type=int, help="Number of the version; the newest by default.")
        parser.add_argument(
            "--criterion", metavar="FILE", help="A gate as JSON instead of the version's own."
        )
        parser.add_argument("--months", type=int, default=12, help="Past months to look at; 0 for all times.")
        parser.add_argument("--from", dest="first_on", metavar="DATE")
        parser.add_argument("--to", dest="last_on", metavar="DATE")
        parser.add_argument("--later", nargs="*", default=[], metavar="FACT", help="Known after hand-over.")
        parser.add_argument("--minutes", type=float, help="Minutes that one touch takes.")
        parser.add_argument("--processes", type=int, default=1, help="Cores to use; the run is not saved.")
        parser.add_argument("--format", choices=("table", "json"), default="table")

    def handle(self, *args: Any, **options: Any) -> None:
        version = _version(options)
        if options["what"] == "truth":
            self._truth(version, options["format"])
            return
        found = _run(version, options)
        if options["format"] == "json":
            self.stdout.write(json.dumps(found, indent=2))
        elif options["what"] == LabKind.BACKTEST:
            self._backtest(found)
        else:
            self.stdout.write(json.dumps({key: value for key, value in found.items() if key != "teams"}))

    def _backtest(self, found: dict[str, Any]) -> None:
        self.stdout.write(" ".join(lines.finding(found)).strip())
        self.stdout.write(f"{found['handoffs']} handed over")
        for row in lines.rows(found):
            self.stdout.write(
                f"  {row.label:32} {row.against:>14} {row.draft:>14} {row.change:>6} {row.interval}"
            )
        for one in lines.criteria(found):
            self.stdout.write(
                f"  {one.label} {one.need}: unknown {one.unknown}, without it {one.passes_without:+}"
            )
        for line in [*lines.reasons(found, {}), *lines.leaks(found)]:
            self.stdout.write(f"  {line}")

    def _truth(self, version: AgreementVersion, how: str) -> None:
        found = truth.judge(version, timezone.now())
        if found is None:
            raise CommandError("This version promises no close rate.")
        figures = {name: getattr(found, name) for name in ("verdict", "opportunities", "followed_up", "won",
                   "low", "high", "bar", "needed_follow_up", "bought_elsewhere")}  # fmt: skip
        figures |= {**money.plain(found.margins), "maturity_days": found.maturity.days}
        if how == "json":
            self.stdout.write(json.dumps(figures, indent=2))
            return
        margins = [f"{one.margin} {one.currency} (n {one.n})" for one in found.margins]
        if len(margins) > 1:
            figures["margin"] = " and ".join(margins)
        pairs = (f"{name} {value}" for name, value in figures.items() if name != "margins")
        self.stdout.write(", ".join(pairs))


def _version(options: dict[str, Any]) -> AgreementVersion:
    found = AgreementVersion.objects.filter(agreement__key=options["agreement"]).select_related("agreement")
    if options["number"]:
        found = found.filter(number=options["number"])
    version = found.order_by("-number").first()
    if version is None:
        raise CommandError(f"There is no such version of the agreement {options['agreement']}.")
    return version


def _asked(options: dict[str, Any]) -> dict[str, Any]:
    asked: dict[str, Any] = {"months": options["months"], "known_later": options["later"]}
    if options["criterion"]:
        text = sys.stdin.read() if options["criterion"] == "-" else Path(options["criterion"]).read_text()
        try:
            asked["criterion"] = json.loads(text)
        except ValueError as error:
            raise CommandError(f"The criterion is not JSON: {error}") from error
    if options["first_on"] and options["last_on"]:
        asked |= {"from": options["first_on"], "to": options["last_on"]}
    if options["minutes"]:
        asked["minutes"] = options["minutes"]
    return asked


def _run(version: AgreementVersion, options: dict[str, Any]) -> dict[str, Any]:
    now = timezone.now()
    try:
        run = LabRun(
            kind=options["what"], agreement=version.agreement, version=version, asked=_asked(options)
        )
        if options["processes"] > 1:
            return backtest.run(runs.asked_of(run, now), processes=options["processes"]).figures
        saved = runs.ask(
            kind=options["what"], agreement=version.agreement, version=version, asked=run.asked, now=now
        )
    except asking.BadCriterion as error:
        raise CommandError(str(error)) from error
    done = runs.take_up(now=now, run_id=saved.pk)
    if done is None or done.state != LabState.DONE or done.result is None:
        raise CommandError(f"The test failed: {done.error if done else 'somebody else took it up'}")
    return dict(done.result)
