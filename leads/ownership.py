"""Writing who holds a lead: decided on the floor above, a fact here, so that scopes read facts only."""

from datetime import datetime

from leads import audit
from leads.models import Lead, Team, User


def assign(*, lead: Lead, owner: User | None, team: Team | None, now: datetime, actor: User | None) -> bool:
    """Give a lead to a person or, without one, to a team's pool; return whether that changed anything.

    Marks nothing for the judge: who holds a lead is no fact that a gate reads.
    """
    owner_id, team_id = owner.pk if owner else None, team.pk if team else None
    if (lead.owner_id, lead.team_id) == (owner_id, team_id):
        return False
    lead.owner, lead.team = owner, team
    Lead.objects.filter(pk=lead.pk).update(owner_id=owner_id, team_id=team_id)
    data = {"owner": owner_id, "team": team_id}
    audit.by_person(subject="lead", subject_id=lead.pk, verb="assigned", actor=actor, at=now, data=data)
    return True
