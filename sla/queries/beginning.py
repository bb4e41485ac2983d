"""How far a company is with setting up."""

from dataclasses import dataclass

from leads.choices import Role, Side
from leads.models import Calendar, Company, Lead, Team, User
from sla.choices import VersionState
from sla.models import AgreementVersion

#: What an agreement needs people for: somebody to take leads, and a signature of each side.
NEEDED = (
    frozenset({Role.REP, Role.QUALIFIER}),
    frozenset({Role.MARKETING_MANAGER, Role.LEADER}),
    frozenset({Role.SALES_MANAGER, Role.LEADER}),
)


@dataclass(frozen=True, slots=True)
class Beginning:
    """What is there; `agreement` is the furthest state of a version, "" without any."""

    company: Company | None
    has_calendar: bool
    has_teams: bool
    has_people: bool
    agreement: str
    has_leads: bool

    @property
    def is_bare(self) -> bool:
        """Whether nothing can be judged yet: Concord begins with setting up."""
        return self.agreement != VersionState.ACTIVE

    @property
    def is_done(self) -> bool:
        """Whether every step that cannot wait is done."""
        parts = (self.company, self.has_calendar, self.has_teams, self.has_people, self.has_leads)
        return all(parts) and not self.is_bare


def beginning() -> Beginning:
    """Return how far setting up is, in six small queries."""
    roles = set(User.objects.filter(is_active=True).values_list("role", flat=True).distinct())
    sides = set(Team.objects.values_list("side", flat=True).distinct())
    states = set(
        AgreementVersion.objects.filter(is_baseline=False).values_list("state", flat=True).distinct()
    )
    order = (VersionState.ACTIVE, VersionState.PROPOSED, VersionState.DRAFT)
    return Beginning(
        company=Company.objects.first(),
        has_calendar=Calendar.objects.exists(),
        has_teams={Side.MARKETING, Side.SALES} <= sides,
        has_people=all(roles & wanted for wanted in NEEDED),
        agreement=next((str(state) for state in order if state in states), ""),
        has_leads=Lead.objects.exists(),
    )
