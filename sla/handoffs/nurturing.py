"""The nurture track of a refused lead: its steps are written down when Marketing takes the lead up."""

from datetime import datetime, timedelta

from leads import setbased
from leads.models import User
from sla import agreements, calendars
from sla.document import Document, Step
from sla.handoffs import errors, reading
from sla.models import Handoff, NurtureStep, Refusal


def put_on_track(*, refusal: Refusal, track: str, document: Document, now: datetime) -> int:
    """Write down the steps of a track with the days on which they are due; return how many."""
    today = calendars.schedule(document.calendars["marketing"]).local_date(now)
    steps = [
        {"refusal_id": refusal.pk, "number": number, "due_on": today + timedelta(days=step.after_days)}
        for number, step in enumerate(document.track(track).steps, start=1)
    ]
    return setbased.insert_rows(NurtureStep, steps, ignore_conflicts=True)


def step_of(handoff: Handoff, number: int) -> Step:
    """Return what a step of the track of a refused lead asks for; raises AlreadyDone when it has none."""
    track = handoff.refusal.track
    found = {one.code: one.steps for one in agreements.document(handoff.version).tracks}.get(track, ())
    if not 1 <= number <= len(found):
        raise errors.AlreadyDone
    return found[number - 1]


def claim_step(*, handoff: Handoff, number: int, actor: User, now: datetime) -> Step:
    """Note that a step is done, for whoever writes down its touch in the same transaction.

    Raises AlreadyDone when it is not the next one, or somebody was faster; NotAsSeen.
    """
    reading.locked(handoff)
    following = NurtureStep.objects.filter(refusal=handoff.pk, done_at__isnull=True)
    if following.values_list("number", flat=True).order_by("number").first() != number:
        raise errors.AlreadyDone
    if not following.filter(number=number).update(done_at=now, done_by=actor):
        raise errors.AlreadyDone
    return step_of(handoff, number)
