"""What people usually do with an offer, each in their manner: decide, work, qualify, sell, give back."""

from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from leads.choices import Evidence
from portal.demo import aftermath, words
from portal.demo.beginnings import means
from portal.demo.market import draw
from portal.demo.story import Offer, Story

_FATES = {"accept": 765, "decline": 140, "reroute": 40, "expire": 22, "withdraw": 12}
_DECLINES = {
    "no_budget": 21, "timing_later": 19, "wrong_contact": 15, "too_small": 6, "wrong_industry": 6,
    "not_a_buyer": 7, "wrong_contact_data": 10, "duplicate": 5, "already_customer": 5,
}  # fmt: skip
_RETURNS = {"no_budget": 32, "timing_later": 34, "wrong_contact": 22, "not_a_buyer": 6, "already_customer": 4}
_GIVEN_UP = {"timing_later": 40, "no_budget": 28, "wrong_contact_data": 32}
_WITHDRAWN = {"duplicate": 40, "not_ready": 30, "mistake": 20, "opted_out": 10}
_CHANNELS = ("call", "mail", "call", "voicemail", "call", "mail", "call")
_REACHED = 0.24
_QUALIFIED = 0.8
_WON = 0.76


def follow(story: Story, offer: Offer) -> None:
    """Tell what becomes of an offer."""
    rng = story.rng
    fates = {fate: weight for fate, weight in _FATES.items() if fate != "expire" or offer.document.expiry}
    fate = draw(rng, fates)
    asked = _ask(story, offer) if rng.random() < 0.05 and not offer.handoff.is_history else offer.at
    decided_at = offer.within(rng, asked, "decide", offer.manner.decides)
    if fate == "accept":
        story.tell(decided_at, "accept")
        work(story, offer, decided_at)
    elif fate == "decline":
        _decline(story, offer, decided_at)
    elif fate == "reroute":
        reason = rng.choice(("no_capacity", "away"))
        story.tell(decided_at, "reroute", reason=reason, note=rng.choice(words.NOTES[reason]))
    elif fate == "withdraw":
        story.tell(offer.world.minutes(offer.at, 45), "withdraw", reason=draw(rng, _WITHDRAWN))
    elif offer.handoff.expires_at:
        story.tell(offer.handoff.expires_at, "expire")


def work(story: Story, offer: Offer, accepted_at: datetime) -> None:
    """Tell how an accepted lead is worked until it is sold, lost or given back."""
    rng, world = story.rng, offer.world
    if rng.random() < 0.92:
        plan_next_step(story, offer, world.minutes(accepted_at, 4))
    if rng.random() < 0.034:
        _hand_back(story, offer, world.days(accepted_at, rng.uniform(7, 16)), "timing_later")
        return
    at = offer.within(rng, accepted_at, "first_touch", offer.manner.touches)
    persists = rng.random() < offer.manner.persists
    for attempt in range(6 if persists else rng.choice((2, 3, 3, 4, 4))):
        is_reached = rng.random() < _REACHED
        story.tell(at, "touch", **sales_touch(rng, _CHANNELS[attempt], is_reached))
        if is_reached:
            _converse(story, offer, at)
            return
        last, at = at, world.days(at, rng.uniform(1.05, 1.5) if persists else rng.uniform(0.7, 1.9))
    if persists:
        _hand_back(story, offer, world.days(last, rng.uniform(0.2, 0.8)), "not_reached")
    else:
        given_up_at = world.days(accepted_at, rng.triangular(8.6, 15.6, 12))
        _hand_back(story, offer, max(given_up_at, world.minutes(last, 20)), draw(rng, _GIVEN_UP))


def plan_next_step(story: Story, offer: Offer, at: datetime) -> None:
    """Let the rep write down what comes next."""
    on = offer.world.day(offer.world.days(at, story.rng.uniform(2, 6)))
    story.tell(at, "next_step", step=story.rng.choice(words.NEXT_STEPS), on=on)


def sales_touch(rng: Random, kind: str, is_reached: bool) -> dict[str, object]:
    """Return a touch by the rep who works the lead; one that reached somebody went both ways."""
    if is_reached and kind in ("mail", "voicemail"):
        kind = "call"
    evidence = Evidence.TWO_WAY if is_reached else rng.choice((Evidence.LOGGED, Evidence.SYNCED))
    summary = rng.choice(words.SALES_WORDS[is_reached])
    return {
        "side": "sales",
        "kind": kind,
        "evidence": int(evidence),
        "reached": is_reached,
        "summary": summary,
    }


def sell(story: Story, offer: Offer, qualified_at: datetime) -> None:
    """Tell how a qualified lead becomes a deal, and how that ends."""
    rng, world = story.rng, offer.world
    converted_at = story.tell(world.days(qualified_at, rng.uniform(0.4, 3.5)), "convert")
    closing = world.days(offer.at, rng.triangular(11, 33, 18))
    closed_at = max(closing, world.days(converted_at, rng.uniform(2, 6)))
    at = qualified_at
    while (at := world.days(at, _pause(rng))) < closed_at:
        touch = sales_touch(rng, rng.choice(("meeting", "call", "mail")), rng.random() < 0.6)
        story.tell(at, "touch", **{**touch, "summary": rng.choice(words.FOLLOW_UPS)})
    if rng.random() < _WON:
        story.tell(closed_at, "win", **bargain(rng))
    else:
        story.tell(closed_at, "lose", is_elsewhere=rng.random() < 0.2)


def bargain(rng: Random) -> dict[str, object]:
    """Return amount and margin of a deal."""
    amount = Decimal(round(rng.triangular(38, 190, 62)) * 1000)
    margin = Decimal(str(round(rng.triangular(0.24, 0.46, 0.34), 3)))
    return {"amount": amount, "currency": "EUR", "margin": margin if rng.random() < 0.94 else None}


def _pause(rng: Random) -> float:
    """Return the business days between two touches of a deal; now and then one is forgotten."""
    return rng.uniform(3, 6.5) if rng.random() < 0.92 else rng.uniform(11, 18)


def _ask(story: Story, offer: Offer) -> datetime:
    rng, world = story.rng, offer.world
    asked, answered = rng.choice(words.QUESTIONS)
    asked_at = world.hours.due_at(offer.at, offer.allowed("decide") * 0.2)
    story.tell(asked_at, "ask", text=asked)
    share = rng.triangular(0.1, 0.95, 0.4) if rng.random() < 0.9 else rng.uniform(1.1, 1.8)
    return story.tell(world.hours.due_at(asked_at, offer.allowed("answer") * share), "answer", text=answered)


def _decline(story: Story, offer: Offer, decided_at: datetime) -> None:
    rng = story.rng
    if rng.random() < 0.68:
        tried_at = offer.at + (decided_at - offer.at) * rng.uniform(0.6, 0.95)
        story.tell(max(tried_at, offer.at), "touch", **sales_touch(rng, "call", rng.random() < 0.5))
    reason = draw(rng, _DECLINES)
    story.tell(decided_at, "decline", **aftermath.said(story, offer, reason, decided_at))
    aftermath.follow(story, offer, reason, decided_at)


def _hand_back(story: Story, offer: Offer, at: datetime, reason: str) -> None:
    story.tell(at, "hand_back", **aftermath.said(story, offer, reason, at))
    aftermath.follow(story, offer, reason, at)


def _converse(story: Story, offer: Offer, at: datetime) -> None:
    """Tell what the first conversation leads to."""
    rng, world = story.rng, offer.world
    after = at + timedelta(minutes=6)
    is_good = rng.random() < _QUALIFIED
    for kind in offer.unknown:
        if is_good or rng.random() < 0.5:
            story.tell(after, "learn", kind=kind, source="conversation", **means(world, rng, kind, at))
    if not is_good:
        _hand_back(story, offer, world.days(at, rng.uniform(0.1, 4)), draw(rng, _RETURNS))
        return
    plan_next_step(story, offer, after)
    qualified_at = story.tell(world.days(at, rng.uniform(0.1, 3.5)), "qualify")
    if rng.random() < 0.95:
        quality = draw(rng, {"as_promised": 62, "better": 20, "worse": 18})
        story.tell(world.minutes(qualified_at, 3), "rate", quality=quality)
    sell(story, offer, qualified_at)
