"""How far the agreed attempts have come on an accepted lead, and when the next one belongs."""

from dataclasses import dataclass
from datetime import datetime

from leads.choices import TouchSide
from leads.models import Touch
from sla import agreements, clocks
from sla.models import Clock, Handoff


@dataclass(frozen=True, slots=True)
class Cadence:
    """Attempts made and agreed since acceptance; `next_at` spreads what is left over the agreed time.

    `channels_left` more kinds of touch are needed; `reason` is the code under which a lead goes back
    once all was tried, "" where the agreement has none.
    """

    made: int
    wanted: int
    next_at: datetime | None
    channels_left: int
    reason: str

    @property
    def is_used_up(self) -> bool:
        return self.made >= self.wanted

    @property
    def next_number(self) -> int:
        return min(self.made + 1, self.wanted)


def cadence(handoff: Handoff) -> Cadence | None:
    """Return the cadence of a handoff that is being worked, None where no attempts are agreed."""
    found = Clock.objects.filter(handoff=handoff, kind="persistence", scope="lead")
    clock = found.select_related("commitment").order_by("-pk").first()
    if clock is None or handoff.accepted_at is None:
        return None
    touches = Touch.objects.filter(
        lead=handoff.lead_id,
        side=TouchSide.SALES,
        is_automatic=False,
        happened_at__gte=handoff.accepted_at,
    )
    kinds = list(touches.values_list("kind", flat=True))
    wanted = clock.commitment.params["attempts"]
    return Cadence(
        made=len(kinds),
        wanted=wanted,
        next_at=_spread(clock, len(kinds) + 1, wanted),
        channels_left=max(clock.commitment.params["channels"] - len(set(kinds)), 0),
        reason=_reason(handoff),
    )


def _spread(clock: Clock, number: int, wanted: int) -> datetime | None:
    """Return by when the n-th attempt belongs if all are spread evenly over the time allowed."""
    if clock.ended_at is not None or number > wanted:
        return None
    hours = clocks.schedules_of([clock])[clock.pk]
    share = hours.allowance(clock.allowance, clock.unit) * number / wanted
    return hours.due_by(clock.started_at, share, clock.unit)


def _reason(handoff: Handoff) -> str:
    reasons = agreements.document(handoff.version).reasons
    return next((reason.code for reason in reasons if reason.needs_attempts), "")
