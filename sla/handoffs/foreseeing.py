"""What saying no for a reason leads to, told before it is done; reading only."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils.translation import gettext

from sla import agreements, calendars, readiness, standings
from sla.choices import (
    BY_DISPOSITION,
    CLOCK_KINDS,
    MOVES,
    STAGE_AFTER_REFUSAL,
    Disposition,
    Event,
    HandoffState,
)
from sla.document import Document, Reason
from sla.handoffs import errors
from sla.models import Clock, Handoff, Refusal, Snapshot

_BETWEEN = (Disposition.RECYCLE, Disposition.DISQUALIFY)
_LONGEST_MISMATCH = Refusal._meta.get_field("mismatch").max_length or 200


@dataclass(frozen=True)
class Consequences:
    """What a refusal will lead to; nothing is written yet.

    `stops` are the kinds of clocks that end, `mismatch` a sentence when the dossier says otherwise.
    """

    reason: Reason
    disposition: str
    stage: str
    wake_at: datetime | None
    track: str
    side_to_act: str
    stops: tuple[str, ...]
    starts: tuple[str, ...]
    mismatch: str


def consequences(
    *,
    handoff: Handoff,
    reason: str,
    now: datetime,
    not_now: bool | None = None,
    wake_on: date | None = None,
    track: str = "",
    document: Document | None = None,
) -> Consequences:
    """Tell what declining or handing back for this reason leads to. Raises UnknownReason, ReasonNeeds.

    `not_now` switches between “not now” and “never” where the reason allows it; None takes the reason's.
    """
    document = document or agreements.document(handoff.version)
    chosen = reason_of(document, reason)
    disposition = _disposition(chosen, not_now)
    is_recycled = disposition == Disposition.RECYCLE and handoff.leg == 1
    event = Event.DECLINED if handoff.state == HandoffState.OFFERED else Event.RETURNED
    return Consequences(
        reason=chosen,
        disposition=disposition,
        stage=_stage(handoff, disposition),
        wake_at=_wake_at(chosen, wake_on, document, now) if is_recycled else None,
        track=_track(document, track or chosen.track or "") if is_recycled else "",
        side_to_act=chosen.side_to_act,
        stops=_stopped(handoff, event) if disposition != Disposition.REROUTE else (),
        starts=_started(document, disposition) if handoff.leg == 1 else (),
        mismatch=_mismatch(handoff, chosen, document),
    )


def due_events(disposition: str) -> tuple[str, ...]:
    """Return what clocks hear when a lead comes back to Marketing for a reason of this disposition."""
    due = {Disposition.RECYCLE.value: Event.RECYCLE_DUE, Disposition.REPAIR.value: Event.REPAIR_DUE}
    return (due[disposition], Event.ENTERED_MARKETING) if disposition in due else (Event.ENTERED_MARKETING,)


def reason_of(document: Document, code: str) -> Reason:
    """Return a reason of the agreement; raises UnknownReason."""
    try:
        return document.reason(code)
    except KeyError as error:
        raise errors.UnknownReason from error


def _disposition(reason: Reason, not_now: bool | None) -> str:
    if not_now is None:
        return reason.disposition
    if reason.disposition not in _BETWEEN:
        raise errors.ReasonNeeds("choice")
    return Disposition.RECYCLE.value if not_now else Disposition.DISQUALIFY.value


def _stage(handoff: Handoff, disposition: str) -> str:
    stage = handoff.lead.stage
    move = "decline" if handoff.state == HandoffState.OFFERED else "hand_back"
    after = MOVES[move].legs[handoff.leg].get(handoff.state, {}).get(stage, stage)
    if after == BY_DISPOSITION:
        after = STAGE_AFTER_REFUSAL.get(Disposition(disposition), stage)
    return str(after)


def _wake_at(reason: Reason, wake_on: date | None, document: Document, now: datetime) -> datetime | None:
    """Return the opening of the day named, else of the day the reason allows to pass."""
    hours = calendars.schedule(document.calendars["marketing"])
    today = hours.local_date(now)
    if wake_on is None and reason.recycle_days is None:
        return None
    day = wake_on or today + timedelta(days=reason.recycle_days or 0)
    if day <= today:
        raise errors.ReasonNeeds("future")
    return hours.next_open(datetime.combine(day, time.min, tzinfo=hours.zone))


def _track(document: Document, code: str) -> str:
    if code and code not in {track.code for track in document.tracks}:
        raise errors.ReasonNeeds("track")
    return code


def _mismatch(handoff: Handoff, reason: Reason, document: Document) -> str:
    """Say what in the frozen facts contradicts the reason, blank when nothing does."""
    snapshot = Snapshot.objects.filter(pk=handoff.pk).first()
    if reason.contradicted_by is None or snapshot is None:
        return ""
    facts = standings.facts_from_snapshot(snapshot, document.engagement.half_life_days)
    verdict = readiness.judge(reason.contradicted_by, facts, snapshot.taken_at)
    if not verdict.is_ready:
        return ""
    said = "; ".join(leaf.fact.say(gettext) for leaf in verdict.leaves if leaf.value)
    return said[:_LONGEST_MISMATCH]


def _stopped(handoff: Handoff, event: str) -> tuple[str, ...]:
    running = Clock.objects.open().filter(handoff=handoff).order_by("id").values_list("kind", flat=True)
    return tuple(
        kind
        for kind in dict.fromkeys(running)
        if event in (*CLOCK_KINDS[kind].stop, *CLOCK_KINDS[kind].cancel)
    )


def _started(document: Document, disposition: str) -> tuple[str, ...]:
    events = set(due_events(disposition)) - {Event.ENTERED_MARKETING}
    kinds = [code for code, kind in CLOCK_KINDS.items() if events & set(kind.start)]
    return tuple(code for code in kinds if document.of_kind(code))
