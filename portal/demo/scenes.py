"""What is going on at this very moment, at whatever hour the demo is opened.

All times count back from now in business minutes: at night and at the weekend everything stands as
it stood when the office closed.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

from portal.demo import aftermath, beginnings, words, work
from portal.demo.market import Market
from portal.demo.story import Offer, Story, World

Script = Callable[[Story, Offer], None]
DAY = 600  # business minutes


@dataclass(frozen=True)
class Scene:
    """A lead that became ready so long ago, for whom it was, and what happened since."""

    rep: str
    ready: float
    script: Script
    is_top: bool = True


def waits(story: Story, offer: Offer) -> None:
    """Leave the offer undecided."""


def accepted(ago: float, *more: Script) -> Script:
    """Let the rep accept, and tell what came after."""

    def script(story: Story, offer: Offer) -> None:
        work.plan_next_step(story, offer, story.tell(offer.world.ago(ago), "accept"))
        for after in more:
            after(story, offer)

    return script


def touched(*agos: float, reached: bool = False) -> Script:
    """Let the rep try, each time a while ago; the last one may have got through."""

    def script(story: Story, offer: Offer) -> None:
        for number, ago in enumerate(agos, start=1):
            is_contact = reached and number == len(agos)
            touch = work.sales_touch(story.rng, "call" if number % 3 else "mail", is_contact)
            story.tell(offer.world.ago(ago), "touch", **touch)

    return script


def qualified(ago: float) -> Script:
    """Let the rep learn what was missing, qualify and convert the lead."""

    def script(story: Story, offer: Offer) -> None:
        at = offer.world.ago(ago)
        for kind in offer.unknown:
            known = beginnings.means(offer.world, story.rng, kind, at)
            story.tell(at, "learn", kind=kind, source="conversation", **known)
        story.tell(at, "qualify")
        story.tell(offer.world.ago(ago - 20), "rate", quality="as_promised")

    return script


def asked(ago: float, answered: float | None = None) -> Script:
    """Let the rep ask Marketing a question, perhaps answered since."""

    def script(story: Story, offer: Offer) -> None:
        question, answer = story.rng.choice(words.QUESTIONS)
        story.tell(offer.world.ago(ago), "ask", text=question)
        if answered is not None:
            story.tell(offer.world.ago(answered), "answer", text=answer)

    return script


def refused(verb: str, ago: float, reason: str, *more: Script) -> Script:
    """Let the rep say no, and tell what Marketing did since."""

    def script(story: Story, offer: Offer) -> None:
        at = offer.world.ago(ago)
        story.tell(offer.world.ago(ago + 12), "touch", **work.sales_touch(story.rng, "call", ago > DAY))
        story.tell(at, verb, **aftermath.said(story, offer, reason, at))
        for after in more:
            after(story, offer)

    return script


def then(verb: str, ago: float, **about: str) -> Script:
    """Let one more thing happen."""

    def script(story: Story, offer: Offer) -> None:
        story.tell(offer.world.ago(ago), verb, **about)

    return script


def contested(ago: float, reason: str) -> Script:
    return then("contest", ago, note=words.CONTESTS[reason])


def passed_round(*agos: float) -> Script:
    """Let rep after rep pass the offer on, until it lies in the pool."""

    def script(story: Story, offer: Offer) -> None:
        reason = story.rng.choice(("no_capacity", "away"))
        at = offer.world.ago(agos[offer.handoff.hop - 1])
        story.tell(at, "reroute", reason=reason, note=words.NOTES[reason][0])

    return script


def asleep(ago: float, reason: str, signs: str) -> Script:
    """Let the rep wait for a sign of the buyer, and Marketing take the lead up."""

    def script(story: Story, offer: Offer) -> None:
        at = offer.world.ago(ago)
        about = aftermath.said(story, offer, reason, at)
        story.tell(at, "decline", **{**about, "wake_trigger": signs})
        story.tell(offer.world.ago(ago - 90), "acknowledge")

    return script


def shown(ago: float, kind: str, summary: str) -> Script:
    """Let the buyer do something by themselves."""

    def script(story: Story, offer: Offer) -> None:
        about = {"side": "prospect", "kind": kind, "summary": summary}
        story.tell(offer.world.ago(ago), "interest", **about)

    return script


def both(*scripts: Script) -> Script:
    """Let several things happen."""

    def script(story: Story, offer: Offer) -> None:
        if offer.handoff.cycle > 1:
            return  # what comes again waits for a decision
        for one in scripts:
            one(story, offer)

    return script


def again(ago: float, script: Script) -> Script:
    """Let the first rep say later, and the lead come back on its own."""

    def first_or_second(story: Story, offer: Offer) -> None:
        if offer.handoff.cycle > 1:
            script(story, offer)
            return
        at = offer.world.minutes(offer.at, 70)
        about = aftermath.said(story, offer, "no_budget", at)
        story.tell(at, "decline", **about)
        story.tell(offer.world.minutes(at, 120), "acknowledge")
        story.tell(offer.world.days(at, 3), "nurture")
        beginnings.show_interest(story, offer.world, offer.world.ago(ago), known=offer.known)

    return first_or_second


OPTED_OUT = then("consent", 45, state="withdrawn", source="Asked on the phone")
ACKNOWLEDGED = then("acknowledge", 2 * DAY)
SCENES = (
    Scene("Mia Keller", 18, waits),
    Scene("Mia Keller", 98, waits),
    Scene("Mia Keller", 165, waits),
    Scene("Mia Keller", 95, waits, is_top=False),
    Scene("Mia Keller", 160, accepted(95)),
    Scene("Mia Keller", 410, accepted(330)),
    Scene("Mia Keller", 75, asked(40)),
    Scene("Mia Keller", 380, asked(340, answered=62)),
    Scene("Mia Keller", 2 * DAY, accepted(2 * DAY - 50, touched(2 * DAY - 140, DAY + 60, 200))),
    Scene(
        "Mia Keller",
        4 * DAY,
        accepted(4 * DAY - 30, touched(4 * DAY - 80, 3 * DAY, reached=True), qualified(400)),
    ),
    Scene("Mia Keller", 130 * DAY, again(50, waits)),
    Scene("Jonas Weber", 320, waits),
    Scene("Jonas Weber", 700, accepted(590)),
    Scene("Jonas Weber", 6 * DAY, accepted(6 * DAY - 100, touched(5 * DAY))),
    Scene("Lena Hofmann", 260, accepted(215)),
    Scene("Karim Haddad", 900, accepted(800)),
    Scene("Tomas Reiter", 40, waits),
    Scene("David Marin", 30, waits, is_top=False),
    Scene("Sofia Lenz", 110 * DAY, again(35, waits)),
    Scene("Moritz Frei", 300, accepted(230, OPTED_OUT)),
    Scene("Lena Hofmann", 560, passed_round(500, 420, 300)),
    Scene("Sofia Lenz", 420, passed_round(390, 340, 280)),
    Scene("Paul Egger", 140, refused("decline", 60, "wrong_contact")),
    Scene("David Marin", 520, refused("decline", 425, "timing_later")),
    Scene("Jonas Weber", 680, refused("decline", 590, "no_budget")),
    Scene("Lena Hofmann", 300, refused("decline", 210, "wrong_contact_data")),
    Scene("Moritz Frei", 1.9 * DAY, refused("decline", 2 * DAY - 150, "duplicate")),
    Scene("Paul Egger", 330, asked(290)),
    Scene(
        "Jonas Weber",
        1.55 * DAY,
        refused("decline", 1.4 * DAY, "wrong_industry", contested(DAY, "wrong_industry")),
    ),
    Scene(
        "Sofia Lenz", 3.3 * DAY, refused("decline", 3.2 * DAY, "too_small", contested(2.6 * DAY, "too_small"))
    ),
    Scene(
        "Tomas Reiter",
        16 * DAY,
        both(
            asleep(15 * DAY, "timing_later", "prospect.replied prospect.submitted"),
            shown(70, "submitted", "Asked for a demo again"),
        ),
    ),
    Scene("Sofia Lenz", 22 * DAY, asleep(21 * DAY, "no_budget", "prospect.replied")),
    Scene("Mia Keller", 12 * DAY, asleep(11 * DAY, "wrong_contact", "prospect.replied")),
    Scene("Tomas Reiter", 2.4 * DAY, refused("decline", 2.3 * DAY, "timing_later", ACKNOWLEDGED)),
)


def stories(world: World, market: Market, seed: int) -> Iterator[Story]:
    """Tell all scenes; each lead's account belongs to the rep whom it is for."""
    for number, scene in enumerate(SCENES):
        rng = Random(f"{seed} scene {number}")
        owner = world.company.named(scene.rep)
        story = beginnings.scene_story(world, market, rng, world.ago(scene.ready), scene.is_top, owner)
        story.script = scene.script
        yield story
