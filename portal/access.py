"""Fetch what a person may see: whoever may not see a thing cannot tell it from a missing one."""

from collections.abc import Iterable
from datetime import datetime
from typing import TypeVar

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from leads import kept
from leads.choices import Role
from leads.models import Account, Deal, Lead, User
from leads.models.querysets import SEES_ALL
from sla import handoffs, permissions
from sla.models import Clock, Dispute, Handoff

Kind = TypeVar("Kind", bound=Model)


def person(request: HttpRequest) -> User:
    """Return who asks; every page but the login is behind it."""
    assert isinstance(request.user, User)
    return request.user


def lead(user: User, pk: int) -> Lead:
    """Return a lead that this person may see, with its account, owner and team; raise Http404."""
    return _one(Lead.objects.visible_to(user).select_related("account", "owner", "team"), pk)


def sees_all(user: User) -> bool:
    """Tell whether this person may see every lead, and with it every team."""
    return user.is_active and user.role in SEES_ALL


def accounts(user: User) -> QuerySet[Account]:
    """Return the accounts of which this person may see a lead, or which are theirs."""
    if sees_all(user):
        return Account.objects.all()
    seen = Lead.objects.visible_to(user).filter(account=OuterRef("pk"))
    return Account.objects.filter(Exists(seen) | Q(owner_id=user.pk, owner__is_active=True))


def account(user: User, pk: int) -> Account:
    """Return an account that this person may see, with its owner; raise Http404."""
    return _one(accounts(user).select_related("owner"), pk)


def deal(user: User, pk: int) -> Deal:
    """Return a deal of a lead, or else of an account, that this person may see; raise Http404."""
    found = _one(Deal.objects.select_related("account", "lead__account"), pk)
    if found.lead_id:
        lead(user, found.lead_id)
    else:
        account(user, found.account_id)
    return found


def handoff(user: User, pk: int) -> Handoff:
    """Return a handoff that this person may see, with its lead, account and version; raise Http404."""
    found = Handoff.objects.visible_to(user)
    whole = found.select_related("lead__account", "version__agreement", "rep", "team")
    # The long texts are known by their hash once they were read.
    return _one(whole.defer("version__document", "version__canonical_text"), pk)


def current(user: User, pk: int) -> Handoff:
    """Return a handoff whose lead's facts this person may read; raise Http404.

    Once it has ended the lead may be with somebody else: then it needs to be seen in its own right.
    """
    found = handoff(user, pk)
    if found.is_ended:
        lead(user, found.lead_id)
    return found


def accept(user: User, pk: int, now: datetime) -> Handoff:
    """Accept an offer; raises Http404 or, to whoever sees it, why it was refused.

    Whom the move table names sees the offer, and the move asks that: it is read before by nobody.
    """
    try:
        return handoffs.accept(handoff=Handoff(pk=pk), actor=user, now=now)
    except Handoff.DoesNotExist:
        raise Http404 from None
    except handoffs.MoveRefused:
        offer(user, pk)
        raise


def offer(user: User, pk: int) -> Handoff:
    """Return a handoff that this person sees, or saw in the team's pool until a colleague took it.

    Whoever was a moment too late is told by whom and when instead of being sent away; raises Http404.
    """
    found = _offer.first(pk=pk)
    if found is None:
        raise Http404
    # Whoever may accept sees it: the scope is asked for the others only.
    if permissions.may(user, "accept", found) or (found.team_id == user.team_id and _was_in_pool(found)):
        return found
    if Handoff.objects.visible_to(user).filter(pk=pk).exists():
        return found
    raise Http404


@kept.question
def _offer() -> QuerySet[Handoff]:
    return Handoff.objects.select_related("lead__account").filter(pk=kept.number("pk"))


def was_taken(user: User, pk: int) -> bool:
    """Say whether a colleague just took this offer from the pool in which this person saw it."""
    taken = Handoff.objects.filter(pk=pk, is_ended=False, rep__isnull=False).first()
    if taken is None or taken.team_id != user.team_id or user.role not in permissions.TAKES_LEADS:
        return False
    return _was_in_pool(taken)


def clock(user: User, pk: int) -> Clock:
    """Return a clock on a handoff or lead that this person may see, or has to answer for; raise Http404."""
    parts = ("handoff__version", "lead__account", "commitment", "version", "rep")
    running = _one(Clock.objects.select_related(*parts), pk)
    if Dispute.objects.for_answer_by(user).filter(pk=pk).exists():
        return running
    if running.handoff_id:
        found = handoff(user, running.handoff_id)
        if not clocks_of(user, found, [running]):
            raise Http404
    elif running.lead_id:
        lead(user, running.lead_id)
    return running


def clocks_of(user: User, handed: Handoff, found: Iterable[Clock]) -> list[Clock]:
    """Keep those clocks of a visible handoff that this person may see.

    Once it has ended, whoever no longer sees the lead sees what counted for them or their team, and no more:
    the others tell what became of it with somebody else.
    """
    if not handed.is_ended or sees_lead(user, handed.lead_id):
        return list(found)
    return [one for one in found if permissions.can_dispute(user, one)]


def sees_lead(user: User, pk: int | None) -> bool:
    """Tell whether this person may see a lead."""
    return Lead.objects.visible_to(user).filter(pk=pk or 0).exists()


def dispute(user: User, pk: int) -> Dispute:
    """Return a dispute about a clock that this person may see; raise Http404."""
    found = _one(Dispute.objects.select_related("clock__lead__account", "asked_by"), pk)
    clock(user, pk)
    return found


def operations(request: HttpRequest) -> User:
    """Return who asks, who must run Concord; raise PermissionDenied for everybody else."""
    user = person(request)
    require(user.role == Role.OPERATIONS)
    return user


def require(is_allowed: bool) -> None:
    """Refuse with 403 what a person sees but may not do."""
    if not is_allowed:
        raise PermissionDenied(_("This is not yours to do."))


def _was_in_pool(taken: Handoff) -> bool:
    """Tell whether the last move took the handoff from the pool: what an undo would restore says so."""
    before = taken.undo_seqs.get("values", {})
    return taken.undo_seqs.get("move") == "accept" and before.get("rep_id", taken.rep_id) is None


def _one(found: QuerySet[Kind], pk: int) -> Kind:
    thing = found.filter(pk=pk).first()
    if thing is None:
        raise Http404
    return thing
