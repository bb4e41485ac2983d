"""How leads come to be known and what they do before Sales hears of them."""

from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from leads.models import User
from portal.demo import words
from portal.demo.agreement import STALE_DAYS
from portal.demo.market import Market, draw, few
from portal.demo.story import Story, World

_CARE_BEGINS = timedelta(days=20)
_TRACES = {"opened": 40, "clicked": 20, "visited": 25, "downloaded": 15}
TOP_TITLES = ("Head of Production", "Plant Manager", "Managing Director", "CIO")
LOW_TITLES = ("Process Planner", "Production Engineer")
#: What makes a lead sales-ready in the end, once enough is known of its means.
_DECISIVE = {"submitted": 42, "attended": 28, "visited": 30}
#: How often Marketing learns of each before Sales does.
MEANS = {"need": 0.8, "timing": 0.62, "budget": 0.5, "authority": 0.34}


def ready_story(world: World, market: Market, rng: Random, ready_at: datetime) -> Story:
    """Tell of somebody who becomes sales-ready at a moment."""
    created_at = ready_at - timedelta(days=min(rng.expovariate(1 / 24), 140) + 0.2)
    story = Story(market.fitting_lead(created_at), rng)
    _get_ready(story, world, ready_at)
    return story


def scene_story(
    world: World, market: Market, rng: Random, ready_at: datetime, is_top: bool, owner: User
) -> Story:
    """Tell of somebody who becomes ready for a certain rep, with much or little pressing."""
    created_at = ready_at - timedelta(days=rng.uniform(3, 30))
    story = Story(market.fitting_lead(created_at, TOP_TITLES if is_top else LOW_TITLES, owner), rng)
    _get_ready(story, world, ready_at, "submitted" if is_top else "visited")
    return story


def other_story(world: World, market: Market, rng: Random, created_at: datetime) -> Story:
    """Tell of somebody who never becomes sales-ready: no fit, or nothing that presses."""
    is_fit = rng.random() < 0.34
    story = Story(market.fitting_lead(created_at) if is_fit else market.other_lead(created_at), rng)
    if rng.random() < 0.85:
        story.tell(created_at, "consent", state="given", source=story.lead.source)
    until = min(world.now, created_at + timedelta(days=300))
    _wander(story, created_at, until, 1 + rng.randrange(6))
    if is_fit and rng.random() < 0.4:
        _learn(story, world, created_at + timedelta(minutes=5), rng.choice(list(MEANS)))
    _leave(story, world, created_at, 0.25 if is_fit else 0.5)
    first_sight(story, world, created_at)
    return story


def _get_ready(story: Story, world: World, ready_at: datetime, decisive: str = "") -> None:
    created_at = story.lead.created_at or ready_at
    story.tell(created_at, "consent", state="given", source=story.lead.source)
    _wander(story, created_at, ready_at - timedelta(hours=2), 0 if decisive else story.rng.randrange(5))
    first_sight(story, world, created_at)
    show_interest(story, world, ready_at, decisive=decisive)


def first_sight(story: Story, world: World, created_at: datetime) -> None:
    """Let Marketing look after a lead; before the agreement it was put into nurturing by hand."""
    rng = story.rng
    sorted_at = created_at + timedelta(days=rng.uniform(8, 35))
    if sorted_at < world.versions.first_at:
        story.tell(sorted_at, "sort")
    story.tell(world.days(created_at, rng.uniform(0.5, 6)), "care")
    for at in (world.versions.first_at, world.versions.second_at):
        if at > created_at:
            story.tell(at, "new_version")


def show_interest(
    story: Story, world: World, at: datetime, known: tuple[str, ...] = (), decisive: str = ""
) -> None:
    """Let a lead do what makes it sales-ready, with enough of its means becoming known."""
    rng = story.rng
    # Told which it is, need and timing are what is known: the lead's priority is certain then.
    chances = {"need": 1.0, "timing": 1.0} if decisive else MEANS
    kinds = [kind for kind, chance in chances.items() if kind not in known and rng.random() < chance]
    missing = [kind for kind in MEANS if kind not in (*kinds, *known)]
    kinds += few(rng, missing, max(0, 2 - len(kinds) - len(known)))
    for kind in kinds:
        _learn(story, world, at, kind)
    decisive = decisive or draw(rng, _DECISIVE)
    if decisive == "visited":
        for days in (5, 2):
            story.tell(
                at - timedelta(days=days, minutes=rng.randrange(300)), "touch", **prospect(rng, "visited")
            )
    story.tell(at, "interest", **prospect(rng, decisive))


def is_cared_for(world: World, at: datetime) -> bool:
    """Tell whether Marketing already looks after leads as the version in force asks."""
    return at > world.versions.second_at - _CARE_BEGINS


def care_again(story: Story, world: World, stage: str, at: datetime) -> None:
    """Tell when Marketing writes next: in time mostly; before anybody asked for it, once a season."""
    rng = story.rng
    share = rng.uniform(0.55, 0.95) if rng.random() < 0.9 else rng.uniform(1.02, 1.5)
    days = STALE_DAYS.get(stage, 12) * share
    if is_cared_for(world, at):
        story.tell(world.days(at, days), "care")
    else:
        begins = world.days(world.versions.second_at - _CARE_BEGINS, days)
        story.tell(min(at + timedelta(days=rng.uniform(80, 120)), begins), "care")


def useful(rng: Random, kind: str) -> dict[str, str]:
    """Return a touch by Marketing that is worth opening."""
    return {"side": "marketing", "kind": kind, "summary": rng.choice(words.MARKETING_WORDS[kind])}


def prospect(rng: Random, kind: str) -> dict[str, object]:
    """Return a touch by the person themselves."""
    return {"side": "prospect", "kind": kind, "summary": rng.choice(words.PROSPECT_WORDS[kind])}


def means(world: World, rng: Random, kind: str, at: datetime) -> dict[str, object]:
    """Return what becomes known of budget, authority, need or timing."""
    if kind == "budget":
        return {"amount": Decimal(rng.randrange(11, 42) * 5000), "currency": "EUR"}
    if kind == "authority":
        return {"text": rng.choice(words.BUDGET_ROLES)}
    if kind == "need":
        return {"text": rng.choice(words.NEEDS)}
    return {"on": world.day(at) + timedelta(days=rng.randrange(60, 170))}


def _learn(story: Story, world: World, at: datetime, kind: str) -> None:
    about = means(world, story.rng, kind, at)
    story.tell(at, "learn", kind=kind, source=story.lead.source.lower(), **about)


def _wander(story: Story, start: datetime, end: datetime, count: int) -> None:
    """Leave some traces between two moments, few enough to mean little."""
    rng = story.rng
    for _ in range(count):
        at = start + (end - start) * rng.random()
        story.tell(at, "touch", **prospect(rng, draw(rng, _TRACES)))


def _leave(story: Story, world: World, created_at: datetime, chance: float) -> None:
    """Let some of those who do not press opt out, and Marketing sort some out."""
    rng = story.rng
    at = created_at + timedelta(days=rng.uniform(3, 160))
    fate = rng.random()
    if fate < chance:
        story.tell(at, "consent", state="withdrawn", source="Unsubscribed")
    elif fate < 1.6 * chance and at < world.versions.first_at:
        story.tell(at, "sort_out")
