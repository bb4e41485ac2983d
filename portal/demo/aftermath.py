"""What follows a no: Marketing acknowledges, repairs or contests, the lead rests, and some come back."""

from datetime import date, datetime, timedelta

from portal.demo import words
from portal.demo.market import draw
from portal.demo.story import Offer, Story
from sla.choices import Disposition, Ruling

#: How often Marketing contests a reason.
_CONTESTED = {"too_small": 0.62, "wrong_industry": 0.62, "no_budget": 0.1}
_IN_TIME = 0.96


def said(story: Story, offer: Offer, reason: str, at: datetime) -> dict[str, object]:
    """Return what the rep fills in for a reason."""
    asks = offer.document.reason(reason).asks
    rng = story.rng
    return {
        "reason": reason,
        "note": rng.choice(words.NOTES[reason]),
        "right_contact": rng.choice(words.RIGHT_CONTACTS) if "contact" in asks else "",
        "wake_on": _month(offer.world.day(at), rng.randrange(2, 7)) if "month" in asks else None,
    }


def follow(story: Story, offer: Offer, reason: str, at: datetime) -> None:
    """Tell what Marketing does, and whether the lead comes back or buys without being asked."""
    rng = story.rng
    disposition = offer.document.reason(reason).disposition
    if not offer.handoff.is_history:
        _care(story, offer, reason, at)
    if disposition != Disposition.REPAIR and rng.random() < 0.055:
        story.tell(at + timedelta(days=rng.uniform(35, 190)), "buy")
    elif disposition == Disposition.RECYCLE and rng.random() < 0.3:
        story.tell(
            at + timedelta(days=rng.uniform(5, 120)), "consent", state="withdrawn", source="Unsubscribed"
        )
    elif disposition == Disposition.RECYCLE and rng.random() < 0.48:
        story.tell(at + timedelta(days=rng.uniform(30, 150)), "return_of_interest")


def _care(story: Story, offer: Offer, reason: str, at: datetime) -> None:
    if story.rng.random() < _CONTESTED.get(reason, 0):
        _contest(story, offer, reason, at)
    else:
        _take_up(story, offer, reason, at)


def _take_up(story: Story, offer: Offer, reason: str, at: datetime) -> None:
    """Let Marketing do its part: put the data right, or acknowledge the lead and put it on its track."""
    rng = story.rng
    disposition, track = offer.document.reason(reason).disposition, offer.document.reason(reason).track
    if disposition == Disposition.REPAIR:
        story.tell(offer.within(rng, at, "repair", _IN_TIME), "repair", note="Checked with the company.")
        return
    acknowledged_at = offer.within(rng, at, "acknowledge", _IN_TIME)
    story.tell(acknowledged_at, "acknowledge")
    if disposition == Disposition.RECYCLE:
        share = rng.triangular(0.15, 0.95, 0.5) if rng.random() < _IN_TIME else rng.uniform(1.05, 1.7)
        nurtured_at = offer.world.hours.due_at(at, offer.allowed("nurture") * share)
        began_at = max(nurtured_at, acknowledged_at)
        steps = offer.document.track(track).steps if track else ()
        for days in (0, *(step.after_days + 0.2 + offer.handoff.pk % 3 for step in steps[1:])):
            story.tell(began_at + timedelta(days=days), "nurture")


def _contest(story: Story, offer: Offer, reason: str, at: datetime) -> None:
    rng, world = story.rng, offer.world
    contested_at = world.minutes(at, rng.uniform(60, 420))
    story.tell(contested_at, "contest", note=words.CONTESTS[reason])
    ruling = draw(rng, {Ruling.OVERTURNED: 55, Ruling.UPHELD: 45})
    note = words.RULINGS[0 if ruling == Ruling.OVERTURNED else 1]
    ruled_at = world.days(contested_at, rng.uniform(0.4, 2.7))
    story.tell(ruled_at, "rule", ruling=ruling.value, note=note)
    if ruling == Ruling.UPHELD:
        _take_up(story, offer, reason, ruled_at)


def _month(day: date, months: int) -> date:
    index = day.year * 12 + day.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)
