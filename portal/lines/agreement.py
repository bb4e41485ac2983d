"""Say an agreement in plain words: definition, stages, reasons, ladders, hours, priorities."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.utils import dates
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from portal.lines import clocks, routing, verdicts
from sla import readiness
from sla.businesstime import Schedule
from sla.choices import Disposition
from sla.document import Commitment, Document, Reason, Rung, Stage, explain_clause
from sla.document.clauses import say_span
from sla.models import AgreementVersion

GATES = {
    "readiness": gettext_lazy("Definition of sales-ready"),
    "qualification": gettext_lazy("Definition of qualified"),
}
BEGINNINGS = {
    "all": gettext_lazy("All %(n)s of these must hold:"),
    "any": gettext_lazy("Any one of these %(n)s is enough:"),
    "at_least": gettext_lazy("At least %(needed)s of these %(n)s must hold:"),
}
SIDES = {
    "marketing": gettext_lazy("Marketing"),
    "sales": gettext_lazy("Sales"),
    "referee": gettext_lazy("Referee"),
    "nobody": gettext_lazy("Nobody"),
}
RUNGS = {
    "notify_owner": gettext_lazy("the owner is told"),
    "notify_manager": gettext_lazy("the manager is told"),
    "reassign": gettext_lazy("another rep gets the lead"),
    "pool": gettext_lazy("the lead goes to the team's pool"),
}
FATES = {
    Disposition.RECYCLE: gettext_lazy("Not now"),
    Disposition.DISQUALIFY: gettext_lazy("Never: out for good"),
    Disposition.REPAIR: gettext_lazy("Marketing puts the data right"),
    Disposition.REROUTE: gettext_lazy("Another rep: no decline"),
}
#: The words of an agreement, each with its one meaning.
WORDS = (
    (
        gettext_lazy("Lead"),
        gettext_lazy("One person at an account. Several leads of one account are a buying committee."),
    ),
    (
        gettext_lazy("Touch"),
        gettext_lazy("One interaction with a time: of the prospect, of Marketing or of Sales."),
    ),
    (
        gettext_lazy("Attempt, contact"),
        gettext_lazy("A touch of Sales that reached nobody, and one that reached the person."),
    ),
    (
        gettext_lazy("Handoff"),
        gettext_lazy("Giving one lead once from Marketing to Sales. A fresh one after a no is a new round."),
    ),
    (
        gettext_lazy("Decline, hand back"),
        gettext_lazy("A no before working the lead, and one after. Both need a reason."),
    ),
    (
        gettext_lazy("Clock"),
        gettext_lazy("One timed commitment running on one lead, in the hours of the calendar named."),
    ),
    (
        gettext_lazy("Late"),
        gettext_lazy("Not kept in time. It stays late in the count, also when it is done afterwards."),
    ),
    (
        gettext_lazy("Stale"),
        gettext_lazy("The side that owns the lead has not moved for the days named with the stage."),
    ),
    (gettext_lazy("Sales-ready (MQL)"), gettext_lazy("Meets the definition signed here.")),
    (
        gettext_lazy("Qualified (SQL)"),
        gettext_lazy("Passed the second definition in a conversation with Sales."),
    ),
)


@dataclass(frozen=True)
class Part:
    """One thing that must hold, with its name if it has one."""

    title: str
    text: str


@dataclass(frozen=True)
class Gate:
    """One definition: how many of its parts must hold, and the parts."""

    title: str
    lead_in: str
    clauses: tuple[Part, ...]


@dataclass(frozen=True)
class Clause:
    """One commitment: its code and name, its sentence, and what happens when it is late."""

    code: str
    name: str
    side: str
    text: str
    rungs: tuple[str, ...]


@dataclass(frozen=True)
class ReasonLine:
    """One reason for a no, and what follows from it."""

    label: str
    fate: str
    side: str


def gates(document: Document) -> list[Gate]:
    """Say both definitions, a part of the first level in a sentence each."""
    return [_gate(name, criterion) for name, criterion in document.gates.items()]


def clauses(document: Document) -> list[Clause]:
    """Say every commitment that is on, in the order of the agreement."""
    return [
        Clause(
            one.code,
            clocks.promise_label(one.kind, one.params),
            one.side,
            verdicts.say(explain_clause(one, document)),
            _rungs(one),
        )
        for one in document.commitments
        if one.is_on
    ]


def reasons(document: Document) -> list[tuple[str, list[ReasonLine]]]:
    """Return the reasons under their groups, in the order of the agreement."""
    groups = groupby(document.reasons, key=lambda reason: reason.group)
    return [(group, [_reason(reason, document) for reason in found]) for group, found in groups]


def stages(document: Document) -> list[tuple[Stage, str]]:
    """Return the stages, each with its owner and after which days it is stale."""
    return [(stage, str(SIDES[stage.owner])) for stage in document.stages]


def priorities(document: Document) -> list[tuple[str, str]]:
    """Return each priority tier with the cells it takes."""
    return [(tier.label, ", ".join(tier.grid) if tier.grid else _("all others")) for tier in document.tiers]


def rules(document: Document) -> list[str]:
    """Say how leads are given out, passed on and kept back."""
    said = routing.rules(document.routing)
    if document.expiry:
        to = _("to another rep") if document.expiry.to == "reroute" else _("to the pool")
        span = verdicts.say(say_span(document.expiry.after))
        said.append(_("An offer that nobody decides within %(span)s goes %(to)s.") % {"span": span, "to": to})
    if document.valve:
        tiers = ", ".join(document.tier(code).label for code in document.valve.tiers)
        percent = round(document.valve.free_capacity_below * 100)
        said.append(
            _("While Sales has less than %(percent)s%% of its places free, only %(tiers)s is offered.")
            % {"percent": percent, "tiers": tiers}
        )
    if document.maturity_days:
        said.append(
            _("Whether the definition is true is judged on leads older than %(days)s days.")
            % {"days": document.maturity_days}
        )
    return said


def hours(found: dict[str, Schedule | None]) -> list[tuple[str, str, str]]:
    """Return for each side its working hours and their zone."""
    return [
        (
            str(SIDES[side]),
            _week(schedule) if schedule else _("unknown"),
            schedule.timezone if schedule else "",
        )
        for side, schedule in sorted(found.items())
    ]


def state_line(version: AgreementVersion, today: date) -> str:
    """Say which version this is, since when it rules and when it must be reviewed."""
    said = {"n": version.number, "since": verdicts.day(version.starts_on)}
    if version.is_baseline:
        return _("Version %(n)s, since %(since)s. Judges imported history only.") % said
    if version.state == "active":
        in_force = _("Version %(n)s, in force since %(since)s.") % said
        return f"{in_force} {_review(version, today)}"
    if version.superseded_at:
        said["until"] = verdicts.day(version.superseded_at)
        return _("Version %(n)s, in force from %(since)s to %(until)s. Superseded.") % said
    return (
        _("Version %(n)s, not in force: both sides have to sign it. It is meant to start on %(since)s.")
        % said
    )


def passed(version: AgreementVersion, today: date) -> tuple[int, int] | None:
    """Return how many days of a version have passed and how many it has until its review."""
    if version.review_on is None:
        return None
    whole = (version.review_on - version.starts_on).days
    return max(0, min(whole, (today - version.starts_on).days)), whole


def _review(version: AgreementVersion, today: date) -> str:
    if version.review_on is None:
        return ""
    days, due = (version.review_on - today).days, verdicts.day(version.review_on)
    if days < 0:
        return _("Review overdue since %(due)s.") % {"due": due}
    words = ngettext("Next review %(due)s, in %(n)s day.", "Next review %(due)s, in %(n)s days.", days)
    return words % {"due": due, "n": days}


def _gate(name: str, criterion: readiness.Criterion) -> Gate:
    title = str(GATES[name])
    if not isinstance(criterion, readiness.Group) or len(criterion.parts) == 1:
        return Gate(title, _("This must hold:"), (_part(criterion),))
    if criterion.needed == len(criterion.parts) == 2:
        return Gate(title, _("Both of these must hold:"), tuple(_part(part) for part in criterion.parts))
    counts = {"n": len(criterion.parts), "needed": criterion.needed}
    begins = str(BEGINNINGS[criterion.kind]) % counts
    return Gate(title, begins, tuple(_part(part) for part in criterion.parts))


def _part(criterion: readiness.Criterion) -> Part:
    said = verdicts.say(readiness.describe(criterion))
    return Part(criterion.label or "", f"{said[:1].upper()}{said[1:]}.")


def _rungs(commitment: Commitment) -> tuple[str, ...]:
    return tuple(_rung(rung) for rung in commitment.ladder)


def _rung(rung: Rung) -> str:
    span = verdicts.say(say_span(rung.after))
    return _("%(span)s later %(action)s") % {"span": span, "action": RUNGS[rung.action]}


def _reason(reason: Reason, document: Document) -> ReasonLine:
    said = [str(FATES[Disposition(reason.disposition)])]
    if reason.recycle_days:
        said.append(_("back after %(n)s days") % {"n": reason.recycle_days})
    if "month" in reason.asks:
        said.append(_("back in the month that the rep names"))
    if "contact" in reason.asks:
        said.append(_("the rep names the right contact"))
    if reason.needs_attempts:
        said.append(_("only after %(n)s attempts") % {"n": reason.needs_attempts})
    if reason.track:
        said.append(_("track “%(track)s”") % {"track": document.track(reason.track).label})
    return ReasonLine(reason.label, ", ".join(said), str(SIDES[reason.side_to_act]))


def _week(schedule: Schedule) -> str:
    """Say a week's hours, days of equal hours together: "Mon–Fri 08:00–18:00"."""
    said = []
    weekdays = list(enumerate(schedule.week))
    for blocks, days in groupby(weekdays, key=lambda day: day[1]):
        numbers = [number for number, _blocks in days]
        if blocks:
            said.append(f"{_days(numbers)} {', '.join(_block(block) for block in blocks)}")
    return "; ".join(said) or _("closed")


def _days(numbers: Sequence[int]) -> str:
    first, last = (str(dates.WEEKDAYS_ABBR[number]) for number in (numbers[0], numbers[-1]))
    return first if first == last else f"{first}–{last}"


def _block(block: Iterable[int]) -> str:
    return "–".join(f"{minutes // 60:02d}:{minutes % 60:02d}" for minutes in block)
