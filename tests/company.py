"""A company as it is at this very moment, with a lead in every state: for pages, routes and journeys."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from leads.choices import Role, Stage
from leads.models import Lead, Team, User
from portal import delivery
from sla import handoffs, intake, sweep
from sla.models import AgreementVersion, Handoff
from tests import factories
from tests.factories import Cast

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
#: Journeys are walked at any hour of any day, so this company never closes.
ALWAYS_OPEN = {"timezone": "Europe/Berlin", "hours": {day: [["00:00", "24:00"]] for day in DAYS}}
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
#: The person of each column of the table of routes.
PEOPLE = (
    "rep", "other_rep", "stranger", "qualifier", "sales_manager",
    "marketer", "marketing_manager", "leader", "operations",
)  # fmt: skip


@dataclass(frozen=True)
class Company:
    """Everybody, the agreement in force since two months, and when it was looked at first."""

    cast: Cast
    version: AgreementVersion
    referee: User
    closer: User
    closers: Team
    now: datetime

    @property
    def people(self) -> dict[str, User]:
        return {**{name: getattr(self.cast, name) for name in PEOPLE}, "referee": self.referee}


def company() -> Company:
    """Create the people and sign an agreement of two legs."""
    now = timezone.now()
    cast = factories.cast(ALWAYS_OPEN)
    closers = factories.team("Closers", calendar=cast.sales.calendar, leg=2)
    return Company(
        cast=cast,
        version=factories.signed_version(
            now=now - 60 * DAY,
            signers=(cast.marketing_manager, cast.sales_manager),
            legs=factories.two_legs(),
        ),
        referee=factories.user(Role.LEADER, None, "Ruth Referee", email="referee@example.com"),
        closer=factories.user(Role.REP, closers, "Clara Closer"),
        closers=closers,
        now=now,
    )


def ready(at: Company, account: str, ago: timedelta = HOUR) -> Lead:
    """Create a sales-ready lead of an account that is named once."""
    now = at.now - ago
    return factories.ready_lead(
        f"Pat {account.split()[0]}",
        company=account,
        now=now,
        title="Head of Plant",
        phone="+49 30 1234567",
        source="Website form",
        industry="Machinery",
    )


def offered(at: Company, account: str, to: User | None = None, ago: timedelta = HOUR) -> Handoff:
    """Offer a lead to the rep, or to somebody else, some time ago."""
    return handoffs.offer(
        lead=ready(at, account, ago + HOUR), actor=at.cast.marketer, to=to or at.cast.rep, now=at.now - ago
    )


def pooled(at: Company, account: str, ago: timedelta = HOUR) -> Handoff:
    """Offer a lead to the pool of the rep's team."""
    return handoffs.pool(handoff=offered(at, account, ago=ago), now=at.now - ago)


def accepted(at: Company, account: str, to: User | None = None, ago: timedelta = HOUR) -> Handoff:
    """Have a lead offered and accepted some time ago."""
    handoff = offered(at, account, to, ago)
    return handoffs.accept(handoff=handoff, actor=handoff.rep, now=at.now - ago)


def declined(at: Company, account: str, reason: str = "no_budget", ago: timedelta = HOUR) -> Handoff:
    """Have a lead declined some time ago."""
    handoff = offered(at, account, ago=ago)
    return handoffs.decline(
        handoff=handoff,
        actor=handoff.rep,
        reason=reason,
        note="They asked for a brochure only.",
        now=at.now - ago,
    )


def qualified(at: Company, account: str, ago: timedelta = HOUR) -> Handoff:
    """Have a lead accepted and qualified by the rep some time ago."""
    handoff = accepted(at, account, ago=ago)
    return handoffs.qualify(
        handoff=handoff, actor=handoff.rep, exception="Known from before", now=at.now - ago
    )


def every_state(at: Company) -> dict[str, Handoff]:
    """Bring a handoff into every state that a page can show, then let worker and post run once."""
    rep, now = at.cast.rep, at.now
    made = {
        "offered": offered(at, "Offered Ltd", ago=HOUR / 4),
        "late_offer": offered(at, "Overdue Ltd", ago=5 * HOUR),
        "pool": pooled(at, "Pooled Ltd"),
        "foreign": offered(at, "Foreign Ltd", at.cast.stranger),
        "asked": offered(at, "Asking Ltd"),
        "answered": offered(at, "Answered Ltd"),
        "accepted": accepted(at, "Accepted Ltd"),
        "late_touch": accepted(at, "Untouched Ltd", ago=2 * DAY),
        "declined": declined(at, "Declined Ltd"),
        "faulty": declined(at, "Faulty Ltd", "bad_data"),
        "contested": declined(at, "Contested Ltd"),
        "never": declined(at, "Never Ltd", "competitor"),
        "acknowledged": declined(at, "Nurtured Ltd"),
        "returned": accepted(at, "Returned Ltd"),
        "qualified": qualified(at, "Qualified Ltd"),
        "closing": qualified(at, "Closing Ltd"),
        "converted": qualified(at, "Converted Ltd"),
        "won": qualified(at, "Won Ltd"),
        "lost": qualified(at, "Lost Ltd"),
        "withdrawn": offered(at, "Withdrawn Ltd"),
        "undoable": offered(at, "Undoable Ltd"),
    }  # fmt: skip
    _move_on(at, made)
    made["leg_two"] = handoffs.offer(lead=made["closing"].lead, actor=rep, leg=2, to=at.closer, now=now)
    made["undoable"] = handoffs.accept(handoff=made["undoable"], actor=rep, now=timezone.now())
    _learn(at, made["accepted"].lead)
    sweep.run(now)
    delivery.deliver(now=now)
    return {name: Handoff.objects.get(pk=handoff.pk) for name, handoff in made.items()}


def leads_apart(at: Company) -> dict[str, Lead]:
    """Create leads that no handoff holds: not ready, ready, and set aside by hand long ago."""
    return {
        "inquiry": factories.make_lead(company="Early Ltd", now=at.now - DAY),
        "ready": ready(at, "Ready Ltd"),
        "lost": factories.make_lead(company="Gone Ltd", stage=Stage.LOST, now=at.now - DAY),
    }


def _move_on(at: Company, made: dict[str, Handoff]) -> None:
    rep, marketer, now = at.cast.rep, at.cast.marketer, at.now - HOUR / 2
    for name in ("asked", "answered"):
        handoffs.ask(handoff=made[name], actor=rep, text="Which plant is it about?", now=now)
    handoffs.answer(handoff=made["answered"], actor=marketer, text="The one in Linz.", now=now)
    handoffs.contest(handoff=made["contested"], actor=marketer, note="The budget is known.", now=now)
    handoffs.acknowledge(handoff=made["acknowledged"], actor=marketer, now=now)
    handoffs.hand_back(
        handoff=made["returned"], actor=rep, reason="no_budget", note="Again in spring", now=now
    )
    for name in ("converted", "won", "lost"):
        handoffs.convert(handoff=made[name], actor=rep, now=now)
    handoffs.win(handoff=made["won"], actor=rep, amount=48_000, currency="EUR", now=now)
    handoffs.lose(handoff=made["lost"], actor=rep, now=now)
    handoffs.withdraw(handoff=made["withdrawn"], actor=marketer, reason="mistake", now=now)


def _learn(at: Company, lead: Lead) -> None:
    """Fill a dossier as far as it goes."""
    rep, now = at.cast.rep, at.now - HOUR / 2
    known = {"lead": lead, "known_at": now, "now": now, "actor": rep}
    intake.learn(kind="budget", amount=80_000, currency="EUR", **known)
    intake.learn(kind="authority", text="CFO", **known)
    intake.learn(kind="need", text="A second packing line", **known)
    intake.learn(kind="timing", on=(now + 90 * DAY).date(), **known)
    for kind, reached in (("call", False), ("voicemail", None), ("call", True)):
        intake.add_touch(
            lead=lead, side="sales", kind=kind, happened_at=now, reached=reached, now=now, actor=rep
        )
    intake.next_step(lead=lead, step="Visit the plant", on=(now + 3 * DAY).date(), now=now, actor=rep)
    factories.make_lead("Kim Colleague", account=lead.account, title="CFO", now=now)
