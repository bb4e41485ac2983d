"""Scopes on facts: the one meaning of who sees which lead."""

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from leads.choices import Role, Stage

if TYPE_CHECKING:
    from leads.models import Lead, User  # noqa: F401  (names for annotations only)

#: Roles that see every lead: Marketing owns the whole path, leaders judge it, operations keeps it.
SEES_ALL = frozenset({Role.MARKETER, Role.MARKETING_MANAGER, Role.LEADER, Role.OPERATIONS})


#: Stages in which a lead without an owner lies in its team's pool; later it was refused.
OFFERED_IN = (Stage.MQL, Stage.SQL)


class LeadQuerySet(models.QuerySet["Lead"]):
    def alive(self) -> "LeadQuerySet":
        """Leave out leads that were merged into another one, and people who were erased."""
        return self.filter(merged_into__isnull=True, erased_at__isnull=True)

    def visible_to(self, user: "User") -> "LeadQuerySet":
        """Keep the leads this person may see.

        A rep or qualifier sees what is theirs, what their team's pool holds and what they
        own by account; a sales manager sees the team's; the other roles see all of them.
        """
        ways = ways_to(user)
        if ways is None:
            return self.alive()
        return self.alive().filter(reduce(or_, ways)) if ways else self.none()


def ways_to(user: "User") -> tuple[Q, ...] | None:
    """Return each way in which a lead comes into a person's sight, one index each; None: all are in it."""
    if not user.is_active:
        return ()
    if user.role in SEES_ALL:
        return None
    mine = (Q(owner_id=user.pk), Q(account__owner_id=user.pk))
    # Without a team nothing is the team's: a blank team must not match leads of nobody.
    if user.team_id is None:
        return () if user.role == Role.SALES_MANAGER else mine
    if user.role == Role.SALES_MANAGER:
        return Q(team_id=user.team_id), Q(owner__team_id=user.team_id)
    return *mine, Q(team_id=user.team_id, owner__isnull=True, stage__in=OFFERED_IN)
