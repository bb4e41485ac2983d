"""How the legs of a lead hang together: which handoff waits for the next one, who follows a refusal."""

from sla.choices import Event, HandoffState
from sla.models import Handoff

_OPEN = (HandoffState.ACCEPTED, HandoffState.QUALIFIED)


def before(handoff: Handoff) -> Handoff | None:
    """Return the lead's open handoff on the leg before, which waits for this one."""
    if handoff.leg == 1:
        return None
    return worked_on(handoff.lead_id, handoff.leg - 1)


def worked_on(lead_id: int, leg: int) -> Handoff | None:
    """Return the lead's handoff that is being worked on a leg."""
    rows = Handoff.objects.open().filter(lead_id=lead_id, leg=leg, state__in=_OPEN)
    return rows.select_related("version__agreement", "rep", "team", "lead").first()


def marketing_again(leg: int) -> tuple[str, ...]:
    """Return what clocks hear when a lead leaves Sales: on leg one it is Marketing's again."""
    return (Event.ENTERED_MARKETING,) if leg == 1 else ()
