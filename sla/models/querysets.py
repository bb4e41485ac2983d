"""Questions over one table of the judging floor; the moment is always given."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Exists, OuterRef, Q

from leads import kept
from leads.choices import DealState, Role, Side
from leads.models import Deal, User
from leads.models.querysets import SEES_ALL
from sla.choices import HandoffState

if TYPE_CHECKING:
    from sla.models.clocks import Clock, Dispute  # noqa: F401  (names for annotations only)
    from sla.models.handoffs import Handoff  # noqa: F401  (names for annotations only)


class HandoffQuerySet(models.QuerySet["Handoff"]):
    def open(self) -> "HandoffQuerySet":
        return self.filter(is_ended=False)

    def contradicted(self) -> "HandoffQuerySet":
        """Keep those won or lost whose every deal closed since the offer says the opposite."""
        closed = Deal.objects.filter(
            lead_id=OuterRef("lead_id"), is_elsewhere=False, closed_at__gte=OuterRef("offered_at")
        )
        mine = self.filter(state__in=(HandoffState.WON, HandoffState.LOST), is_history=False)
        ended = closed.filter(state__in=(DealState.WON, DealState.LOST))
        return mine.filter(Exists(ended), ~Exists(closed.filter(state=OuterRef("state"))))

    def visible_to(self, user: User) -> "HandoffQuerySet":
        """Keep what this person may see: own ones and the team's pool, the team's, or all of them.

        Whoever gave a lead on to the next leg answers for the offer until it is decided.
        """
        if not user.is_active:
            return self.none()
        if user.role in SEES_ALL:
            return self
        if user.role == Role.SALES_MANAGER:
            return self.filter(team_id=user.team_id)
        given_on = Q(offered_by_id=user.pk, leg__gt=1, state=HandoffState.OFFERED)
        return self.filter(Q(rep_id=user.pk) | Q(team_id=user.team_id, rep__isnull=True) | given_on)


class ClockQuerySet(models.QuerySet["Clock"]):
    def open(self) -> "ClockQuerySet":
        return self.filter(ended_at__isnull=True)

    def due(self, now: kept.Moment) -> "ClockQuerySet":
        """Clocks on which something must happen at or before `now`, the earliest first."""
        return self.filter(next_at__lte=now).order_by("next_at", "id")

    def late(self) -> "ClockQuerySet":
        """Open clocks that the worker has marked as breached."""
        return self.filter(ended_at__isnull=True, breached_at__isnull=False)

    def due_soon(self) -> "ClockQuerySet":
        """Open clocks that the worker has warned of and that are not late."""
        return self.filter(ended_at__isnull=True, breached_at__isnull=True, warned_at__isnull=False)


class DisputeQuerySet(models.QuerySet["Dispute"]):
    def waiting(self) -> "DisputeQuerySet":
        return self.filter(answered_at__isnull=True)

    def for_answer_by(self, user: User) -> "DisputeQuerySet":
        """Keep those that this person may answer: the other side's manager, for the referee a leader.

        A sales manager answers for the team that has the lead; where it has none, any of them.
        """
        if not user.is_active:
            return self.none()
        match user.role:
            case Role.MARKETING_MANAGER:
                return self.filter(clock__side=Side.SALES)
            case Role.SALES_MANAGER if user.team_id is not None:
                own = Q(clock__handoff__team_id=user.team_id) | Q(clock__lead__team_id=user.team_id)
                nobodys = Q(clock__handoff__team_id=None, clock__lead__team_id=None)
                return self.filter(own | nobodys, clock__side=Side.MARKETING)
            case Role.LEADER:
                return self.filter(clock__side="referee")
        return self.none()
