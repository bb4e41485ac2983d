"""Say the clocks of one handoff side by side, those that have not begun included."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from portal import badges, wording
from portal.lines import clocks as words
from sla.choices import ClockState
from sla.models import Clock, Commitment


@dataclass(frozen=True)
class Cell:
    """One commitment on the strip; the one that is due next is `is_on`."""

    side: str
    label: str
    badge: badges.Badge
    note: str
    is_on: bool
    clock_id: int | None = None


def strip(
    clocks: Iterable[Clock],
    promised: Iterable[Commitment],
    *,
    next_clock: Clock | None,
    attempts: int,
    kept: Mapping[int, timedelta],
    now: datetime,
) -> list[Cell]:
    """Return a cell per clock, the latest of its commitment, then what begins once the offer is accepted.

    `kept` holds by clock id the time that a pause keeps. A rep's own clock that no longer counts says nothing
    beside the lead's that does.
    """
    latest = {(clock.commitment.code, clock.scope): clock for clock in clocks}
    counting = {clock.commitment.code for clock in latest.values() if clock.state != ClockState.CANCELLED}
    cells = [
        Cell(
            side=clock.side,
            label=words.commitment_label(clock.commitment),
            badge=words.badge(clock, now, remaining=kept.get(clock.pk)),
            note=_note(clock, attempts, now),
            is_on=next_clock is not None and clock.pk == next_clock.pk,
            clock_id=clock.pk,
        )
        for clock in latest.values()
        if clock.state != ClockState.CANCELLED or clock.commitment.code not in counting
    ]
    waiting = badges.badge_for("not_started", now=now)
    cells += [
        Cell(one.side, words.commitment_label(one), waiting, _promise(one, words.limit(one), 0), False)
        for one in promised
    ]
    return cells


def _note(clock: Clock, attempts: int, now: datetime) -> str:
    """Say when it is due while it runs, else what was allowed."""
    limit = _promise(clock.commitment, words.allowed(clock), attempts)
    if clock.ended_at is not None or clock.due_at is None:
        return limit
    due = wording.moment_text(clock.due_at, now)
    said = _("was due %(due)s") if clock.breached_at else _("due %(due)s")
    return ", ".join(part for part in (said % {"due": due}, limit) if part)


def _promise(commitment: Commitment, limit: str, attempts: int) -> str:
    wanted = commitment.params.get("attempts")
    if commitment.kind == "persistence" and wanted:
        if attempts:
            return _("%(n)s of %(all)s attempts") % {"n": min(attempts, wanted), "all": wanted}
        return _("%(n)s attempts in %(limit)s") % {"n": wanted, "limit": limit}
    return _("limit %(limit)s") % {"limit": limit} if limit else ""
