"""Hours that change under running clocks: carried over from now on, or repaired from the start."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from leads.models import Team, User
from sla import agreements, calendars, clockwork
from sla.businesstime import Schedule
from sla.choices import ClockState
from sla.clocks import rows, terms
from sla.models import Clock

BATCH = 500


@dataclass(frozen=True, slots=True)
class Repaired:
    """One clock counted again by corrected hours: when it was due and when it is due now."""

    clock: Clock
    due_before: datetime | None
    due_after: datetime | None
    state_before: str
    state_after: str

    @property
    def before_label(self) -> str:
        return str(ClockState(self.state_before).label)

    @property
    def after_label(self) -> str:
        return str(ClockState(self.state_after).label)


@contextmanager
def keeping_elapsed(
    *,
    now: datetime,
    reps: Collection[int] = (),
    teams: Collection[int] = (),
    actor: User | None = None,
) -> Iterator[None]:
    """Let open clocks go over to the hours that the block within writes, keeping what has elapsed.

    For absences and a person's calendar name the `reps`, for a team's calendar the `teams`; what a revision
    changes clocks `follow_calendar`. Clocks already due by the old hours are swept by these first. For hours
    that were wrong all along use `repair`.
    """
    personal = Q(rep__in=reps, commitment__whose_hours="rep")
    of_team = Q(team__in=teams) | Q(rep__team__in=teams, commitment__whose_hours="rep")
    with transaction.atomic():
        found = _locked(personal | of_team) if reps or teams else []
        before = terms.schedules_of(found)
        yield
        _carry_over(found, before, now, actor)


def follow_calendar(*, key: str, now: datetime, actor: User | None = None) -> int:
    """Let open clocks count on by the newest revision of a calendar; return how many did."""
    newest = calendars.current_revision(key)
    stale = Q(calendar_key=key, calendar_revision__lt=newest)
    return sum(
        _carry_over(batch, terms.schedules_of(batch), now, actor) for batch in _batches(stale, keep=False)
    )


def repair(
    *,
    key: str,
    now: datetime,
    since: datetime | None = None,
    actor: User | None = None,
    dry_run: bool = False,
) -> list[Repaired]:
    """Count open clocks of a calendar again from their start by its newest revision; return what changes.

    The log keeps old and new due time; a breach that the corrected hours do not know is taken back. `since`
    leaves out clocks that started earlier. A dry run writes nothing. Safe to run twice.
    """
    newest = calendars.current_revision(key)
    which = Q(calendar_key=key) & (Q(started_at__gte=since) if since else Q())
    return [
        one
        for batch in _batches(which, keep=dry_run)
        for one in _repaired(batch, newest, now, actor, dry_run=dry_run)
    ]


def _batches(which: Q, *, keep: bool) -> Iterator[list[Clock]]:
    """Yield open clocks in the order of their ids, each batch locked in a transaction of its own."""
    last = 0
    while True:
        with transaction.atomic():
            batch = _locked(which & Q(pk__gt=last), most=BATCH, keep=keep)
            if not batch:
                return
            last = batch[-1].pk
            yield batch


def _locked(which: Q, most: int | None = None, *, keep: bool = False) -> list[Clock]:
    found = Clock.objects.open().filter(which, is_history=False)
    if not keep:
        found = found.select_for_update(of=("self",), no_key=True)
    found = found.select_related("commitment", "version")
    return list(found.defer("version__document", "version__canonical_text").order_by("id")[:most])


def _carry_over(found: list[Clock], before: dict[int, Schedule], now: datetime, actor: User | None) -> int:
    ruling = _hours_now(found)
    changes = []
    for clock in found:
        hours = ruling(clock)
        if hours.schedule == before[clock.pk] and hours.key == clock.calendar_key:
            continue
        rows.rest_over(clock, before[clock.pk])
        state = rows.state_of(clock)
        detail = terms.replaced(clock, before[clock.pk])
        state, entries = clockwork.recalendar(
            state,
            at=now,
            noticed_at=now,
            terms=terms.terms_of(clock),
            before=before[clock.pk],
            schedule=hours.schedule,
        )
        entries[-1] = entries[-1]._replace(detail={**entries[-1].detail, **detail})
        changes.append(_change(clock, state, entries, hours.revision, hours.key, actor))
    rows.write(changes, now=now)
    return len(changes)


def _repaired(
    found: list[Clock], newest: int, now: datetime, actor: User | None, *, dry_run: bool
) -> list[Repaired]:
    days, logs = terms.days_off(found), rows.logs_of(found)
    changes, repaired = [], []
    for clock in found:
        due_before, state_before = clock.due_at, clock.state
        rows.rest_over(clock, terms.schedule_of(clock, days))
        clock.calendar_revision = newest
        state, entries = clockwork.recount(
            rows.state_of(clock),
            logs[clock.pk],
            at=now,
            noticed_at=now,
            terms=terms.terms_of(clock),
            schedule=terms.schedule_of(clock, days),
            event="repaired",
        )
        if entries:
            changes.append(_change(clock, state, entries, newest, clock.calendar_key, actor))
            repaired.append(Repaired(clock, due_before, clock.due_at, state_before, clock.state))
    if not dry_run:
        rows.write(changes, now=now)
    return repaired


def _change(
    clock: Clock,
    state: clockwork.State,
    entries: list[clockwork.Entry],
    revision: int,
    key: str,
    actor: User | None,
) -> rows.Change:
    change = rows.Change(clock, clock.seq)
    change.add(entries, actor.pk if actor else None)
    rows.take(clock, state)
    clock.calendar_key, clock.calendar_revision = key, revision
    return change


def _hours_now(found: list[Clock]) -> Callable[[Clock], calendars.Hours]:
    """Return who tells the hours that rule a clock now: asked once for clocks that share them."""
    reps = User.objects.select_related("calendar", "team__calendar").in_bulk(
        {clock.rep_id for clock in found}
    )
    teams = Team.objects.select_related("calendar").in_bulk({clock.team_id for clock in found})
    known: dict[tuple[str, str, int | None, int | None], calendars.Hours] = {}

    def ruling(clock: Clock) -> calendars.Hours:
        rep = reps.get(clock.rep_id or 0) if terms.is_personal(clock) else None
        team = teams.get(clock.team_id or 0)
        key = (clock.version.sha256, clock.commitment.code, clock.team_id, rep.pk if rep else None)
        if key not in known:
            document = agreements.document(clock.version)
            known[key] = calendars.for_clock(
                commitment=document.commitment(clock.commitment.code), document=document, team=team, rep=rep
            )
        return known[key]

    return ruling
