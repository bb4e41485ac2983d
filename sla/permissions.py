"""Who may do what: one predicate per verb; whether it is still possible is the move's own question."""

from datetime import datetime

from leads.choices import Role, Side
from leads.models import Lead, User
from sla.choices import MOVES, UNDOABLE
from sla.models import Clock, Dispute, Handoff

TAKES_LEADS = frozenset({Role.REP, Role.QUALIFIER})
MARKETS = frozenset({Role.MARKETER, Role.MARKETING_MANAGER})
#: Who may bind a side by a signature. A leader stands above both and may sign for either, never for both.
SIGNS = {
    Side.MARKETING: frozenset({Role.MARKETING_MANAGER, Role.LEADER}),
    Side.SALES: frozenset({Role.SALES_MANAGER, Role.LEADER}),
}
_DRAFTS = frozenset({Role.MARKETING_MANAGER, Role.SALES_MANAGER, Role.LEADER, Role.OPERATIONS})


def is_party(user: User, party: str, handoff: Handoff) -> bool:
    """Tell whether a person is the `owner`, `pool`, `marketer` … of the move table for this handoff."""
    match party:
        case "owner":
            return handoff.rep_id == user.pk
        case "pool":
            return handoff.rep_id is None and handoff.team_id == user.team_id and user.role in TAKES_LEADS
        case "marketer":
            return handoff.leg == 1 and user.role in MARKETS
        case "qualifier":
            return handoff.leg > 1 and handoff.offered_by_id == user.pk
        case "sales_manager":
            return user.role == Role.SALES_MANAGER and handoff.team_id == user.team_id
        case "referee":
            return _is_referee(user, handoff)
    return False


def may(user: User, move: str, handoff: Handoff) -> bool:
    """Tell whether the move table names this person, whatever the handoff's state."""
    return user.is_active and any(is_party(user, party, handoff) for party in MOVES[move].by)


def can(user: User, move: str, handoff: Handoff) -> bool:
    """Tell whether this person may make a move of the table now, as the handoff stands."""
    return handoff.state in MOVES[move].from_states(handoff.leg) and may(user, move, handoff)


def can_accept(user: User, handoff: Handoff) -> bool:
    """Tell whether this person may accept the offer: whom it was made to, or any rep of its pool."""
    return can(user, "accept", handoff)


def can_decide(user: User, handoff: Handoff) -> bool:
    """Tell whether this person may decline the offer or pass it on to another rep."""
    return can(user, "decline", handoff)


def can_ask(user: User, handoff: Handoff) -> bool:
    """Tell whether this person may ask Marketing a question about the offer."""
    return can(user, "ask", handoff)


def can_answer(user: User, handoff: Handoff) -> bool:
    """Tell whether this person may answer the rep's question."""
    return can(user, "answer", handoff)


def can_hand_back(user: User, handoff: Handoff) -> bool:
    """Tell whether this person may hand the lead back."""
    return can(user, "hand_back", handoff)


def can_reroute(user: User, handoff: Handoff) -> bool:
    """Tell whether this person may pass the offer on to another rep."""
    return can(user, "reroute", handoff)


def can_reassign(user: User, handoff: Handoff) -> bool:
    """Tell whether this person may give accepted work to another rep."""
    return can(user, "reassign", handoff)


def can_withdraw(user: User, handoff: Handoff) -> bool:
    """Tell whether this person may take the offer back."""
    return can(user, "withdraw", handoff)


def can_qualify(user: User, handoff: Handoff) -> bool:
    """Tell whether this person may call the lead qualified."""
    return can(user, "qualify", handoff)


def can_convert(user: User, handoff: Handoff) -> bool:
    """Tell whether this person may make an opportunity of the lead."""
    return can(user, "convert", handoff)


def can_close(user: User, handoff: Handoff) -> bool:
    """Tell whether this person may note the win or loss."""
    return can(user, "win", handoff)


def can_acknowledge(user: User, handoff: Handoff) -> bool:
    """Tell whether this person may take a refused lead up again for Marketing."""
    return can(user, "acknowledge", handoff)


def can_repair(user: User, handoff: Handoff) -> bool:
    """Tell whether this person may note that Marketing's data is right again."""
    return can(user, "repair", handoff)


def can_contest(user: User, handoff: Handoff) -> bool:
    """Tell whether this person may call the referee."""
    return can(user, "contest", handoff)


def can_rule(user: User, handoff: Handoff) -> bool:
    """Tell whether this person is the referee; reads the handoff's version."""
    return can(user, "rule", handoff)


def can_rate(user: User, handoff: Handoff) -> bool:
    """Tell whether this person may say how good the lead was: whoever took it."""
    return user.is_active and handoff.accepted_at is not None and handoff.rep_id == user.pk


def can_nudge(user: User, handoff: Handoff) -> bool:
    """Tell whether this person may remind the owner: Marketing, or the manager of the team."""
    parties = ("marketer", "qualifier", "sales_manager")
    return user.is_active and not handoff.is_ended and any(is_party(user, one, handoff) for one in parties)


def can_undo(user: User, handoff: Handoff, now: datetime) -> bool:
    """Tell whether this person may still take the last move back, as far as the handoff itself tells."""
    return (
        user.is_active
        and handoff.undo_until is not None
        and now < handoff.undo_until
        and handoff.undo_seqs.get("actor") == user.pk
        and handoff.undo_seqs.get("move") in UNDOABLE
    )


def can_offer(user: User, lead: Lead, leg: int = 1) -> bool:
    """Tell whether this person may hand the lead over on a leg: Marketing, later whoever qualified it."""
    if not user.is_active:
        return False
    return user.role in MARKETS if leg == 1 else lead.owner_id == user.pk and user.role in TAKES_LEADS


def can_reopen(user: User, lead: Lead) -> bool:
    """Tell whether this person may bring a lost or disqualified lead back."""
    return user.is_active and user.role in MARKETS


def can_dispute(user: User, clock: Clock) -> bool:
    """Tell whether this person may say that a breach was not their side's: its owner, or the side's manager.

    Marketing owns its clocks together; the referee's are the referee's own.
    """
    if not user.is_active:
        return False
    match clock.side:
        case Side.SALES:
            is_manager = user.role == Role.SALES_MANAGER and user.team_id == clock.team_id
            return is_manager or (clock.rep_id is not None and clock.rep_id == user.pk)
        case Side.MARKETING:
            return user.role in MARKETS
    return clock.handoff is not None and _is_referee(user, clock.handoff)


def can_answer_dispute(user: User, dispute: Dispute) -> bool:
    """Tell whether this person may grant or refuse a dispute: never whoever asked."""
    return (
        dispute.asked_by_id != user.pk and Dispute.objects.for_answer_by(user).filter(pk=dispute.pk).exists()
    )


def can_draft(user: User) -> bool:
    """Tell whether this person may write a draft of an agreement and propose it."""
    return user.is_active and user.role in _DRAFTS


def can_order(user: User) -> bool:
    """Tell whether this person may say which agreement is asked first.

    Neither side alone: it decides whose terms a lead falls under, and nobody signs the order.
    """
    return user.is_active and user.role in (Role.LEADER, Role.OPERATIONS)


def can_sign(user: User, side: str) -> bool:
    """Tell whether this person is entitled to sign for a side."""
    return user.is_active and user.role in SIGNS.get(Side(side), frozenset())


def _is_referee(user: User, handoff: Handoff) -> bool:
    referee = handoff.version.document.get("referee") or {}
    email = referee.get("email", "") if isinstance(referee, dict) else referee
    # Outside the reporting line of whoever declined.
    is_apart = user.team_id is None or user.team_id != handoff.team_id
    return bool(email) and user.email.casefold() == email.casefold() and is_apart


def can_see_alignment(user: User) -> bool:
    """Tell whether this person gets leadership's page: leaders, both managers and operations."""
    return user.is_active and user.role in _DRAFTS


def can_see_desk(user: User) -> bool:
    """Tell whether this person gets Marketing's desk, which shows all leads: who may see all of them."""
    return user.is_active and (user.role in MARKETS or user.role == Role.OPERATIONS)


def can_see_lab(user: User) -> bool:
    """Tell whether this person tests drafts: Marketing, both managers, leaders and operations."""
    return user.is_active and (user.role in MARKETS or user.role in _DRAFTS)


def can_note_absence(user: User, whose: User) -> bool:
    """Tell whether this person may say when somebody is away: themselves, their sales manager, operations."""
    if not user.is_active:
        return False
    is_manager = user.role == Role.SALES_MANAGER and user.team_id is not None
    is_own_team = is_manager and whose.team_id == user.team_id
    return user.pk == whose.pk or is_own_team or user.role == Role.OPERATIONS


def can_see_team(user: User) -> bool:
    """Tell whether this person gets the page of Sales' teams: both managers and operations.

    A sales manager sees a team of their own, so without one nothing.
    """
    if user.role == Role.SALES_MANAGER:
        return user.is_active and user.team_id is not None
    return user.is_active and user.role in (Role.MARKETING_MANAGER, Role.OPERATIONS)


def can_erase(user: User) -> bool:
    """Tell whether this person may erase people who ask to be forgotten."""
    return user.is_active and user.role == Role.OPERATIONS
