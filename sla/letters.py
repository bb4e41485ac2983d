"""The weekly alignment letter: the same facts for both sides, written once and then kept as they were."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from leads import outbox
from sla import agreements
from sla.compliance import payoff, report
from sla.compliance.lines import Line
from sla.compliance.periods import Filters, Period
from sla.lab import asking, backtest
from sla.lab.effects import Effect, of_criteria
from sla.models import AgreementVersion, AlignmentLetter
from sla.queries import decisions
from sla.wording import Sentence, gettext_noop

KIND = "letter.weekly"
#: The letter of a week is written on Monday from this hour on, in the zone of the sales calendar.
FROM_HOUR = 6
MISSED_SHOWN, LATE_SHOWN = 3, 5
YEAR = timedelta(days=365)
#: Fewer leads than this on either side say nothing of a criterion.
LEAST = 20
REVIEW_SOON_DAYS = 30


@dataclass(frozen=True, slots=True)
class _Week:
    period: Period
    now: datetime

    @property
    def filters(self) -> Filters:
        return Filters()


def write_due(*, now: datetime) -> AlignmentLetter | None:
    """Write the letter of the week that has ended, if its hour has come and it is not there yet."""
    version = agreements.current()
    if version is None:
        return None
    zone = agreements.zone()
    local = now.astimezone(ZoneInfo(zone))
    monday = local.date() - timedelta(days=local.weekday())
    if local.hour < FROM_HOUR and local.date() == monday:
        return None
    if version.activated_at is None or version.activated_at.astimezone(ZoneInfo(zone)).date() >= monday:
        return None
    if AlignmentLetter.objects.filter(week_on=monday - timedelta(days=7)).exists():
        return None
    return write(version=version, first_on=monday - timedelta(days=7), zone=zone, now=now)


def write(*, version: AgreementVersion, first_on: date, zone: str, now: datetime) -> AlignmentLetter | None:
    """Write the letter of a week and send it to those who signed; None if somebody else just did."""
    week = _Week(Period(first_on, first_on + timedelta(days=6), zone), now)
    # Before the transaction: what a back-test keeps for others is not held back until the letter is done.
    written = {"version": version, "written_at": now, "facts": _facts(week, version)}
    with transaction.atomic():
        letter, is_new = AlignmentLetter.objects.get_or_create(week_on=first_on, defaults=written)
        if not is_new:
            return None
        outbox.put(
            key=f"letter:{first_on}",
            kind=KIND,
            subject_type="letter",
            subject_id=letter.pk,
            not_before=now,
            now=now,
            data={"to": week.period.last_on.isoformat()},
        )
    return letter


def _facts(week: _Week, version: AgreementVersion) -> dict[str, Any]:
    """Return what the letter says, as codes and numbers; it is put into words in the reader's language."""
    found = report.build(week.period, week.filters, week.now)
    missed = {side: _missed(found.of_side(side)) for side in ("marketing", "sales")}
    criterion = _weakest(version, week.now)
    return {
        "from": week.period.first_on.isoformat(),
        "to": week.period.last_on.isoformat(),
        "kept": found.kept,
        "judged": len(found.judged),
        "missed": missed,
        "criterion": criterion,
        "risk": _risk(week),
        "question": _question(version, week.now, missed, criterion),
    }


def _missed(lines: list[Line]) -> list[dict[str, Any]]:
    """Return the commitments most often missed in the week, and those missed as a whole, as a volume is."""
    found = (line for line in lines if line.missed or line.status == "missed")
    worst = sorted(found, key=lambda line: (line.status != "missed", -line.missed, line.code))
    return [
        {
            "code": line.code,
            "key": line.key,
            "kind": line.kind,
            "params": line.commitment.params,
            "terms": line.terms.to_json(),
            "missed": line.missed,
            "n": line.n,
            "value": line.value,
            "target": line.target,
            "status": line.status,
        }
        for line in worst[:MISSED_SHOWN]
    ]


def _weakest(version: AgreementVersion, now: datetime) -> dict[str, Any] | None:
    """Return the criterion whose being met told least about winning, over a year; None for want of cases."""
    draft = asking.of_version(version)
    asked = asking.Asked(draft, None, now, start_at=now - YEAR, end_at=now, agreement_id=version.agreement_id)
    found = backtest.run(asked)
    judged = [effect for effect in of_criteria(found.tally, found.panel) if _is_judged(effect)]
    if not judged:
        return None
    worst = min(judged, key=_lift)
    return {
        "label": Sentence(
            gettext_noop("%(subject)s: %(need)s"),
            {"subject": Sentence.from_json(worst.label), "need": Sentence.from_json(worst.need)},
        ).to_json(),
        "met": [worst.won_met.k, worst.won_met.n],
        "missed": [worst.won_missed.k, worst.won_missed.n],
    }


def _is_judged(effect: Effect) -> bool:
    return effect.won_met.n >= LEAST and effect.won_missed.n >= LEAST


def _lift(effect: Effect) -> float:
    return (effect.won_met.rate or 0.0) - (effect.won_missed.rate or 0.0)


def _risk(week: _Week) -> dict[str, Any]:
    """Return how many leads are late on Sales' side now, their worth, and the longest late."""
    found = payoff.at_risk(week.filters, week.now)
    return {
        "leads": found.leads,
        "worth": [[stake.currency, stake.amount] for stake in found.stakes or ()],
        "longest": list(found.lead_ids[:LATE_SHOWN]),
    }


def _question(
    version: AgreementVersion, now: datetime, missed: dict[str, list[dict[str, Any]]], criterion: Any
) -> dict[str, Any] | None:
    """Return the one question to decide: a signature, the review, a criterion, a target; None for none."""
    unsigned = decisions.waiting().unsigned
    if unsigned:
        draft, sides = unsigned[0]
        return {"kind": "sign", "version": draft.pk, "number": draft.number, "sides": list(sides)}
    days = agreements.days_left(version, now)
    if days is not None and version.review_on and days <= REVIEW_SOON_DAYS:
        return {"kind": "review", "due_on": version.review_on.isoformat()}
    if (
        criterion
        and criterion["met"][0] * criterion["missed"][1] <= criterion["missed"][0] * criterion["met"][1]
    ):
        return {"kind": "criterion", "label": criterion["label"]}
    worst = max(
        (line for lines in missed.values() for line in lines), key=lambda line: line["missed"], default=None
    )
    return {"kind": "target", "line": worst["kind"], "params": worst["params"]} if worst else None
