"""How clocks came to be where they are: stretches of time, and what a pause keeps."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sla import clocks, clockwork
from sla.choices import ClockState
from sla.models import Clock


def life(clock: Clock, now: datetime) -> tuple[clockwork.Span, ...]:
    """Return the stretches of a clock from its start to its due time, or to now while it has none."""
    return clocks.replay(clock, clock.due_at or now).spans


def kept_by_pause(found: Iterable[Clock]) -> dict[int, timedelta]:
    """Return by clock id the time that paused clocks have left, in the measure of their commitment."""
    paused = [clock for clock in found if clock.state == ClockState.PAUSED]
    schedules = clocks.schedules_of(paused) if paused else {}
    return {
        clock.pk: max(
            schedules[clock.pk].allowance(clock.allowance, clock.unit) - clock.elapsed, timedelta(0)
        )
        for clock in paused
    }
