"""Which commitments an event starts a clock for, under which version, and the row of a new clock."""

from collections.abc import Callable, Iterator

from leads.models import Lead
from sla import agreements
from sla.choices import CLOCK_KINDS, Event
from sla.models import AgreementVersion, Commitment, Handoff, Standing

Started = tuple[Commitment, AgreementVersion]
#: Who says which version and tier judge a lead itself.
JudgeOfLead = Callable[[Lead], tuple[AgreementVersion, str] | None]
#: What kinds of subject have clocks that an event starts, by event.
_SUBJECTS = {
    event: sorted({kind.subject for kind in CLOCK_KINDS.values() if event in kind.start})
    for event in {event for kind in CLOCK_KINDS.values() for event in kind.start}
}
_BEGINS = {"acceptance": Event.ACCEPTED, "offer": Event.OFFERED}


def of_handoff(handoff: Handoff | None) -> tuple[AgreementVersion, str] | None:
    """Return the version and tier that judge a handoff: those of its offer."""
    return (handoff.version, handoff.tier) if handoff else None


def of_lead(lead: Lead) -> tuple[AgreementVersion, str] | None:
    """Return the version and tier that judge a lead itself now, None before the first agreement."""
    standing = Standing.objects.filter(lead=lead).select_related("version").first()
    if standing:
        return standing.version, standing.tier
    version = agreements.current()
    return (version, "") if version else None


def started_by(
    event: str, lead: Lead, handoff: Handoff | None, judge: JudgeOfLead = of_lead
) -> Iterator[Started]:
    """Yield the commitments that start a clock with this event, each with its version."""
    for subject in _SUBJECTS.get(event, ()):
        is_of_lead = subject == "lead" and not (handoff and handoff.is_history)
        judged = judge(lead) if is_of_lead else of_handoff(handoff)
        if judged is None:
            continue
        for commitment in agreements.commitments_on(*judged):
            kind = CLOCK_KINDS[commitment.kind]
            if kind.subject == subject and event in kind.start and _is_begun(commitment, event, handoff):
                yield commitment, judged[0]


def followed_by(
    code: str, lead: Lead, handoff: Handoff | None, judge: JudgeOfLead = of_lead
) -> Started | None:
    """Return the commitment of a code under which the next clock of a lead or handoff starts."""
    judged = of_handoff(handoff) if handoff else judge(lead)
    rows = agreements.commitments_on(*judged) if judged else ()
    return next(((row, judged[0]) for row in rows if judged and row.code == code), None)


def _is_begun(commitment: Commitment, event: str, handoff: Handoff | None) -> bool:
    leg = handoff.leg if handoff else 1
    # What is qualified on one leg waits to be handed over on the next.
    legs = (leg + 1,) if event == Event.QUALIFIED else (None, leg)
    begins = commitment.params.get("from")
    return commitment.leg in legs and (begins is None or event == _BEGINS[begins])
