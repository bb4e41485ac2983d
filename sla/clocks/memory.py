"""Reading a clock's log: taking a move back, and telling how a clock came to be where it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from leads.models import User
from sla import clockwork
from sla.clocks import rows, terms
from sla.clocks.hearing import Hearing
from sla.models import Clock, ClockEvent, Handoff

#: What the sweep writes by itself: no act of anybody.
_STEPS = ("warned", "breached", "escalated")


@dataclass(frozen=True)
class Replay:
    """How one clock came about: the state its log leads to, the log, and its life as stretches."""

    state: clockwork.State
    entries: tuple[clockwork.Entry, ...]
    spans: tuple[clockwork.Span, ...]


def replay(clock: Clock, until: datetime) -> Replay:
    """Fold a clock's log and draw its life up to its end or a moment."""
    entries = rows.entries_of(clock.events.order_by("seq"))
    rules, schedule = terms.terms_of(clock), terms.schedules_of([clock])[clock.pk]
    before = terms.earlier(entries)
    state = clockwork.fold(entries, rules, schedule, before)._replace(seq=clock.seq)
    return Replay(state, tuple(entries), tuple(clockwork.spans(entries, rules, schedule, until, before)))


def has_moved_since(written: dict[str, list[int]]) -> bool:
    """Tell whether anybody acted on these clocks after the log lines named (clock id → numbers)."""
    later = ClockEvent.objects.filter(clock_id__in=[int(pk) for pk in written]).exclude(event__in=_STEPS)
    return any(
        seq > max(written[str(clock_id)], default=0) for clock_id, seq in later.values_list("clock_id", "seq")
    )


def undo(
    *, handoff: Handoff, written: dict[str, list[int]], now: datetime, actor: User | None = None
) -> list[Clock]:
    """Take log lines (clock id → numbers) back, so that the clocks go on as if they had never been.

    Clocks that these lines started are cancelled.
    """
    ids = [int(pk) for pk in written]
    hearing = Hearing(lead=handoff.lead, handoff=handoff, now=now, actor=actor, also=ids)
    for clock in hearing.clocks:
        seqs = written.get(str(clock.pk), [])
        if 1 in seqs:
            hearing.advance(clock, "cancel", at=now, detail={"by": "undone"})
        elif seqs:
            _take_back(hearing, clock, seqs)
    return hearing.save()


def _take_back(hearing: Hearing, clock: Clock, seqs: Sequence[int]) -> None:
    entries = rows.entries_of(clock.events.order_by("seq"))
    known = {entry.seq for entry in entries}
    state, lines = clockwork.undo(
        entries,
        [seq for seq in seqs if seq in known],
        at=hearing.now,
        noticed_at=hearing.now,
        terms=terms.terms_of(clock),
        schedule=hearing.schedule(clock),
        earlier=terms.earlier(entries),
    )
    # Lines that clockwork does not know have numbers too.
    lines = [line._replace(seq=clock.seq + 1) for line in lines]
    hearing.take(clock, state._replace(seq=clock.seq + len(lines)), lines)
