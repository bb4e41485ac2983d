"""Opening the clocks of many leads at once, as after an import: the same rows as one event would write."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from leads.models import Lead
from sla import agreements, calendars, clockwork
from sla.choices import CLOCK_KINDS
from sla.clocks import rows, terms
from sla.models import AgreementVersion, Clock, Commitment


@dataclass(frozen=True, slots=True)
class Start:
    """A lead without open clocks, what judges it, and when the event happened to it."""

    lead: Lead
    version: AgreementVersion
    tier: str
    at: datetime


def open_many(*, event: str, starts: Sequence[Start], now: datetime) -> list[Clock]:
    """Open the leads' own clocks that an event starts, in a handful of statements for all of them.

    Call it for leads that have no open clock; for others `hear` the event. Raises IntegrityError
    when somebody opened one meanwhile.
    """
    hours: dict[tuple[str, str], calendars.Hours] = {}
    changes = []
    for start in starts:
        for commitment in _started(event, start):
            key = (start.version.sha256, commitment.code)
            if key not in hours:
                document = agreements.document(start.version)
                hours[key] = calendars.for_clock(
                    commitment=document.commitment(commitment.code), document=document, team=None, rep=None
                )
            change = _opened(start, commitment, hours[key], now)
            changes += [change] if change else []
    rows.write(changes, now=now)
    return [change.clock for change in changes]


def _started(event: str, start: Start) -> Iterator[Commitment]:
    for commitment in agreements.commitments_on(start.version, start.tier):
        kind = CLOCK_KINDS[commitment.kind]
        if kind.subject == "lead" and event in kind.start and commitment.leg in (None, 1):
            yield commitment


def _opened(
    start: Start, commitment: Commitment, hours: calendars.Hours, now: datetime
) -> rows.Change | None:
    span = terms.allowed(commitment, agreements.document(start.version), start.lead)
    if span is None:
        return None
    state, entries = clockwork.start(
        terms.terms(span, commitment), hours.schedule, at=start.at, noticed_at=now
    )
    clock = Clock(
        commitment=commitment,
        version=start.version,
        kind=commitment.kind,
        side=commitment.side,
        lead=start.lead,
        calendar_key=hours.key,
        calendar_revision=hours.revision,
        allowance=span.amount,
        unit=span.unit,
    )
    rows.take(clock, state)
    return rows.Change(clock, None, entries)
