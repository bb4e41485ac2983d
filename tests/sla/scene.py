"""A small company with an agreement in force, and a handoff brought into any state by moves."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from leads.models import Lead, Team, Touch, User
from sla import clocks, handoffs, intake
from sla.models import AgreementVersion, Clock, Handoff
from tests import factories
from tests.factories import NOW, Cast

MINUTE = timedelta(minutes=1)
#: After the expiry of an offer made at NOW: two business days later.
LATER = NOW + timedelta(days=2, hours=1)
REFEREE = "referee@example.com"


@dataclass(frozen=True)
class Scene:
    """Everybody who may act; the offer goes to `rep`, on leg two to `closer`."""

    cast: Cast
    version: AgreementVersion
    referee: User
    closers: Team
    closer: User
    other_closer: User

    @property
    def rep(self) -> User:
        return self.cast.rep

    @property
    def marketer(self) -> User:
        return self.cast.marketer


def scene(**changes: object) -> Scene:
    """Create the company; `changes` replace keys of the agreement, which has two legs."""
    cast = factories.cast()
    hours = cast.sales.calendar
    closers = factories.team("Closers", calendar=hours, leg=2)
    return Scene(
        cast=cast,
        version=factories.signed_version(**{"legs": factories.two_legs(), **changes}),
        referee=factories.user("leader", None, "Ruth Referee", email=REFEREE),
        closers=closers,
        closer=factories.user("rep", closers, "Clara Closer"),
        other_closer=factories.user("rep", closers, "Carl Closer"),
    )


def committed(*own: dict[str, object]) -> list[dict[str, object]]:
    """Return the usual commitments, those given in place of the ones with the same code."""
    codes = {one["code"] for one in own}
    usual = [one for one in factories.agreement_commitments() if one["code"] not in codes]
    return [*usual, *own]


def offered(play: Scene, lead: Lead | None = None, to: User | None = None, now: datetime = NOW) -> Handoff:
    """Offer a ready lead to the rep, or to somebody else."""
    return handoffs.offer(
        lead=lead or factories.ready_lead(), actor=play.marketer, to=to or play.rep, now=now
    )


def accepted(play: Scene, now: datetime = NOW, **kwargs: object) -> Handoff:
    handoff = offered(play, now=now, **kwargs)
    return handoffs.accept(handoff=handoff, actor=handoff.rep, now=now)


def qualified(play: Scene, now: datetime = NOW) -> Handoff:
    handoff = accepted(play, now=now)
    return handoffs.qualify(handoff=handoff, actor=play.rep, now=now, exception="Known from before")


def offered_on_two(play: Scene, now: datetime = NOW) -> Handoff:
    """Qualify a lead and offer it to the closer."""
    first = qualified(play, now=now)
    return handoffs.offer(lead=first.lead, actor=play.rep, leg=2, to=play.closer, now=now)


def in_state(play: Scene, state: str, leg: int = 1) -> Handoff:
    """Bring a fresh handoff into a state by moves."""
    makers: dict[str, Callable[[], Handoff]] = {
        "accepted": lambda: handoffs.accept(handoff=start, actor=owner, now=NOW),
        "declined": lambda: handoffs.decline(handoff=start, actor=owner, reason="no_budget", now=NOW),
        "rerouted": lambda: handoffs.reroute(handoff=start, actor=owner, now=NOW),
        "expired": lambda: handoffs.expire(handoff=start, now=LATER),
        "withdrawn": lambda: handoffs.withdraw(handoff=start, actor=giver, reason="mistake", now=NOW),
        "returned": lambda: handoffs.hand_back(
            handoff=in_place("accepted"), actor=owner, reason="no_budget", now=NOW
        ),
        "qualified": lambda: handoffs.qualify(
            handoff=in_place("accepted"), actor=owner, now=NOW, exception="Known from before"
        ),
        "converted": lambda: handoffs.convert(handoff=in_place("qualified"), actor=owner, now=NOW),
        "won": lambda: handoffs.win(handoff=in_place(worked), actor=owner, now=NOW),
        "lost": lambda: handoffs.lose(handoff=in_place(worked), actor=owner, now=NOW),
    }
    start = offered(play) if leg == 1 else offered_on_two(play)
    owner, giver = (play.rep, play.marketer) if leg == 1 else (play.closer, play.rep)
    worked = "converted" if leg == 1 else "accepted"

    def in_place(wanted: str) -> Handoff:
        if wanted != "offered":
            makers[wanted]()
        return Handoff.objects.get(pk=start.pk)

    return in_place(state)


def clocks_of(handoff: Handoff, *codes: str) -> dict[str, Clock]:
    """Return the newest clock of each commitment on a handoff, by code, or only of some codes."""
    rows = Clock.objects.filter(lead=handoff.lead).select_related("commitment").order_by("id")
    found = {clock.commitment.code: clock for clock in rows}
    return {code: found[code] for code in codes} if codes else found


def states_of(handoff: Handoff) -> dict[str, str]:
    """Return the state of the newest clock of each commitment on a lead, by code."""
    return {code: clock.state for code, clock in clocks_of(handoff).items()}


def second_round(play: Scene) -> Handoff:
    """Decline a lead, wake it, let it learn of a budget and offer it again."""
    first = offered(play)
    handoffs.decline(
        handoff=first, actor=play.rep, reason="no_budget", note="No money this year", now=NOW + MINUTE
    )
    woken_at = NOW + timedelta(days=1)
    handoffs.wake(handoff=first, now=woken_at)
    intake.learn(
        lead=first.lead, kind="budget", amount=90_000, currency="EUR", known_at=woken_at, now=woken_at
    )
    factories.add_touch(first.lead, ago=timedelta(0), now=woken_at + MINUTE)
    first.lead.refresh_from_db()
    intake.drain_lead(lead_id=first.lead_id, now=woken_at + 2 * MINUTE)
    return Handoff.objects.get(lead=first.lead, cycle=2)


def hear_touch(lead: Lead, touch: Touch, *, now: datetime) -> list[Clock]:
    """Let the lead's clocks hear of a touch, as the intake does."""
    told = clocks.Told(*(getattr(touch, name) for name in clocks.Told._fields))
    return clocks.hear_touches(heard=[(lead, [told])], now=now)
