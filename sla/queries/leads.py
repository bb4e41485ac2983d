"""Lists of leads with how each stands."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from leads import kept, keys
from leads import queries as lead_queries
from leads.choices import Side, Stage
from leads.models import ExternalId, Lead, User
from sla.clocks import attach_commitments
from sla.models import Clock, Handoff, Standing
from sla.permissions import TAKES_LEADS
from sla.queries import inbox

#: What leads may be narrowed by, each by an index of its own.
FILTERS: dict[str, Callable[[Any], Q | Exists]] = {
    "stage": lambda code: Q(stage=code),
    "owner": lambda pk: Q(owner_id=pk),
    "team": lambda pk: Q(team_id=pk),
    "account": lambda pk: Q(account_id=pk),
    "email": lambda address: Q(email_key=keys.email_key(address) or "none"),
    "source": lambda name: Q(source=name),
    "grade": lambda cell: Exists(Standing.objects.filter(lead=OuterRef("pk"), grid=cell)),
    "ready": lambda is_on: _is_ready() if is_on else ~Q(_is_ready()),
    "late": lambda is_on: _is_late() if is_on else ~Q(_is_late()),
    "q": lambda text: lead_queries.holds(keys.search_term(text)),
}
#: The columns that lists and the API show: most of a page's time would go into reading the others.
SEEN = (
    *("name", "title", "seniority", "email", "phone", "language", "country", "source", "campaign"),
    *("first_identified", "is_sales_generated", "stage", "stage_since", "team", "next_step", "next_step_on"),
    *("created_at", "recorded_at", "account__name", "owner__name"),
)
STANDING = ("is_ready", "ready_since", "fit", "grid", "tier", "held_because", "judged_at")
HANDOFF = ("lead", "state", "leg", "cycle", "hop", "tier", "grid", "offered_at", "expires_at")
CLOCK = (
    *("lead", "commitment", "kind", "side", "state", "started_at", "due_at"),
    *("warned_at", "breached_at", "ended_at", "lateness"),
)
VIEWS = ("mine", "ready", "late", "recycled", "all")


@dataclass(frozen=True, slots=True)
class LeadRow:
    """One lead of a list: its standing, its open handoff and the clock that is due next."""

    lead: Lead
    standing: Standing | None
    handoff: Handoff | None
    clock: Clock | None


def first_view(user: User) -> str:
    """Return the view that a person starts with."""
    return "mine" if user.role in TAKES_LEADS else "all"


def narrowed(user: User, asked: Mapping[str, Any]) -> QuerySet[Lead]:
    """Return the leads a person may see that meet every filter asked, by the names of FILTERS.

    `view` is one of VIEWS, `system` goes with `external_id`; a short `q` finds nothing.
    """
    found = lead_queries.in_sight(user)
    views: dict[str, Any] = {
        "mine": Q(owner_id=user.pk),
        "ready": Q(stage=Stage.MQL),
        "late": _is_late(),
        "recycled": Q(stage=Stage.RECYCLED),
        "all": Q(),
    }
    if "view" in asked:
        found = found.filter(views[asked["view"]])
    if "system" in asked:
        named = ExternalId.objects.filter(
            system=asked["system"], external_id=keys.external_id_key(asked["system"], asked["external_id"])
        )
        found = found.filter(pk__in=named.values("lead_id"))
    return found.filter(*[FILTERS[name](value) for name, value in asked.items() if name in FILTERS])


def whole(numbers: Sequence[int]) -> tuple[Lead, ...]:
    """Return leads of a list with what is shown of them, in the order of their numbers."""
    found = {lead.pk: lead for lead in _shown(leads=numbers)}
    return tuple(found[pk] for pk in numbers if pk in found)


def rows(leads: Sequence[Lead], user: User) -> list[LeadRow]:
    """Return the leads of one page with how they stand, in three queries."""
    ids = [lead.pk for lead in leads]
    standings = {one.pk: one for one in _standings(leads=ids)}
    handoffs = {handoff.lead_id: handoff for handoff in _open_handoffs(leads=ids)}
    side = Side.SALES if user.side != Side.MARKETING else None
    clocks: dict[int, Clock] = {}
    for clock in _running(leads=ids):
        if side is None or clock.side == side:
            clocks.setdefault(clock.lead_id or 0, clock)
    attach_commitments(clocks.values())
    return [
        LeadRow(lead, standings.get(lead.pk), handoffs.get(lead.pk), clocks.get(lead.pk)) for lead in leads
    ]


@kept.question
def _shown() -> QuerySet[Lead]:
    return Lead.objects.filter(pk__among=kept.ids("leads")).select_related("account", "owner").only(*SEEN)


@kept.question
def _standings() -> QuerySet[Standing]:
    return Standing.objects.filter(pk__among=kept.ids("leads")).only(*STANDING)


@kept.question
def _open_handoffs() -> QuerySet[Handoff]:
    return Handoff.objects.open().filter(lead_id__among=kept.ids("leads")).only(*HANDOFF).order_by("leg")


@kept.question
def _running() -> QuerySet[Clock]:
    found = Clock.objects.open().filter(lead_id__among=kept.ids("leads"), due_at__isnull=False)
    return found.only(*CLOCK).order_by(F("breached_at").asc(nulls_last=True), "due_at")


def _is_ready() -> Exists:
    return Exists(Standing.objects.filter(lead=OuterRef("pk"), is_ready=True))


def _is_late() -> Exists:
    return Exists(Clock.objects.late().filter(lead=OuterRef("pk")))


def attempts(lead: Lead) -> tuple[int, int]:
    """Return how many sales touches were made since acceptance and how many are agreed (0: none agreed)."""
    handoff = Handoff.objects.open().filter(lead=lead, accepted_at__isnull=False).order_by("-leg").first()
    if handoff is None:
        return 0, 0
    clock = Clock.objects.filter(handoff=handoff, kind="persistence").select_related("commitment").first()
    wanted = clock.commitment.params.get("attempts", 0) if clock else 0
    return inbox.attempts_of(handoff), wanted
