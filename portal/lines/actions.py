"""Say what a person may do with a lead now, the most likely first."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from leads import permissions as lead_permissions
from leads.choices import Stage
from leads.models import Lead, User
from sla import agreements, permissions
from sla.choices import REFUSED_STATES, Disposition, Quality, Ruling
from sla.models import Handoff, Refusal

#: So many buttons stand beside the title; the others lie under "More".
BUTTONS = 2


@dataclass(frozen=True)
class Action:
    """One button: its verb, address and key; `is_post` makes the move at once, else a dialog opens."""

    code: str
    verb: str | Promise
    url: str
    key: str = ""
    is_post: bool = False


@dataclass(frozen=True)
class Actions:
    """The buttons of a page: those beside the title, the first of them filled, and those under "More"."""

    buttons: tuple[Action, ...]
    more: tuple[Action, ...]

    @property
    def all(self) -> tuple[Action, ...]:
        return self.buttons + self.more


@dataclass(frozen=True)
class Rule:
    """When a move has a button: whom the permissions allow, and what the row itself must not know yet."""

    move: str
    verb: str | Promise
    allows: Callable[[User, Handoff], bool]
    key: str = ""
    is_post: bool = False
    fits: Callable[[Handoff], bool] = lambda handoff: True


def _has_no_question(handoff: Handoff) -> bool:
    return not hasattr(handoff, "question")


def _awaits_answer(handoff: Handoff) -> bool:
    question = getattr(handoff, "question", None)
    return question is not None and question.answered_at is None


def _awaits_marketing(handoff: Handoff) -> bool:
    refusal = getattr(handoff, "refusal", None)
    if refusal is None or refusal.acknowledged_at or refusal.repaired_at:
        return False
    return not _is_disputed(refusal)


def _may_be_contested(handoff: Handoff) -> bool:
    """Tell by the row; lists of rows with refusals tell with it whether the clock to contest is late."""
    is_late = getattr(handoff, "is_late_to_contest", False)
    return _awaits_marketing(handoff) and handoff.refusal.contested_at is None and not is_late


def _is_contradicted(handoff: Handoff) -> bool:
    return _may_be_contested(handoff) and bool(handoff.refusal.mismatch)


def _awaits_repair(handoff: Handoff) -> bool:
    refusal = getattr(handoff, "refusal", None)
    if refusal is None or refusal.repaired_at or handoff.disposition != Disposition.REPAIR:
        return False
    return not _is_disputed(refusal)


def _is_disputed(refusal: Refusal) -> bool:
    return refusal.contested_at is not None and refusal.ruling != Ruling.UPHELD


def _awaits_ruling(handoff: Handoff) -> bool:
    refusal = getattr(handoff, "refusal", None)
    return refusal is not None and refusal.contested_at is not None and refusal.ruled_at is None


#: What was promised is in the question.
VERDICTS: dict[str, str | Promise] = {
    Quality.BETTER: _("Better"),
    Quality.AS_PROMISED: _("As promised"),
    Quality.WORSE: _("Worse"),
}

#: In the order of the page: what somebody most likely came for stands first.
RULES: tuple[Rule, ...] = (
    Rule("accept", _("Accept"), permissions.can_accept, "1", is_post=True),
    Rule("answer", _("Answer…"), permissions.can_answer, "1", fits=_awaits_answer),
    Rule("rule", _("Rule…"), permissions.can_rule, "1", fits=_awaits_ruling),
    Rule("repair", _("Data is right again…"), permissions.can_repair, "1", fits=_awaits_repair),
    Rule("acknowledge", _("Acknowledge…"), permissions.can_acknowledge, "2",
         fits=lambda handoff: _awaits_marketing(handoff) and not _awaits_repair(handoff)),
    # Where the dossier says otherwise there is nothing more to say.
    Rule("contest", _("Contest"), permissions.can_contest, "3", is_post=True, fits=_is_contradicted),
    Rule("contest", _("Contest…"), permissions.can_contest, "3", fits=_may_be_contested),
    Rule("decline", _("Decline…"), permissions.can_decide, "3"),
    Rule("ask", _("Ask Marketing…"), permissions.can_ask, "H", fits=_has_no_question),
    Rule("win", _("Won…"), permissions.can_close),
    Rule("lose", _("Lost…"), permissions.can_close),
    Rule("hand-back", _("Hand back…"), permissions.can_hand_back, "3"),
    Rule("convert", _("Make it an opportunity"), permissions.can_convert, is_post=True,
         fits=lambda handoff: not _has_next_leg(handoff)),
    Rule("qualify", _("Qualify…"), permissions.can_qualify),
    Rule("reassign", _("Give to another rep…"), permissions.can_reassign),
    Rule("reroute", _("Pass on…"), permissions.can_reroute),
    Rule("withdraw", _("Take the offer back…"), permissions.can_withdraw, "3"),
    Rule("nudge", _("Send a reminder"), permissions.can_nudge, "R", is_post=True),
)  # fmt: skip


def actions(lead: Lead, handoffs: tuple[Handoff, ...], user: User) -> Actions:
    """Return every move that this person may make now on a lead in sight, and nothing else."""
    found = moves(lead, handoffs, user)
    if lead_permissions.logs_touches(user):
        is_mine = any(handoff.rep_id == user.pk and handoff.accepted_at for handoff in _subjects(handoffs))
        found.insert(0 if is_mine else len(found), touch(lead))
    more = found[BUTTONS:]
    if permissions.can_erase(user):
        more.append(Action("erase", _("Erase this person…"), reverse("lead-erase", args=[lead.pk])))
    return Actions(tuple(found[:BUTTONS]), tuple(more))


def moves(lead: Lead, handoffs: tuple[Handoff, ...], user: User) -> list[Action]:
    """Return the moves alone, for rows of a list whose leads are known to be visible."""
    return [*_of_handoffs(_subjects(handoffs), user), *_of_lead(lead, handoffs, user)]


def verdicts(handoff: Handoff | None, user: User) -> list[Action]:
    """Return the three buttons that say in one tap how good the lead was, for whom it is asked."""
    if handoff is None or not permissions.can_rate(user, handoff):
        return []
    return [
        Action(code, label, reverse("handoff-rate", args=[handoff.pk, code]), is_post=True)
        for code, label in VERDICTS.items()
    ]


def touch(lead: Lead) -> Action:
    """Return the button that logs a touch."""
    return Action("touch", _("Log touch"), reverse("lead-touch", args=[lead.pk]), "C")


def _subjects(handoffs: tuple[Handoff, ...]) -> list[Handoff]:
    """Return the handoffs that may still be moved: the open ones, else the last."""
    return [handoff for handoff in handoffs if not handoff.is_ended] or list(handoffs[:1])


def _of_handoffs(handoffs: Iterable[Handoff], user: User) -> Iterator[Action]:
    seen: set[str] = set()
    for handoff in handoffs:
        for rule in RULES:
            if rule.move in seen or not rule.fits(handoff) or not rule.allows(user, handoff):
                continue
            seen.add(rule.move)
            url = reverse(f"handoff-{rule.move}", args=[handoff.pk])
            yield Action(rule.move, rule.verb, url, rule.key, rule.is_post)


def _of_lead(lead: Lead, handoffs: tuple[Handoff, ...], user: User) -> list[Action]:
    has_open = any(not handoff.is_ended for handoff in handoffs)
    if lead.stage == Stage.MQL and not has_open and permissions.can_offer(user, lead):
        url = reverse("lead-offer", args=[lead.pk])
        return [Action("offer", _("Hand over to Sales"), url, "1", is_post=True)]
    if lead.stage in (Stage.LOST, Stage.DISQUALIFIED) and permissions.can_reopen(user, lead):
        refused = bool(handoffs) and handoffs[0].state in REFUSED_STATES and _awaits_ruling(handoffs[0])
        return [] if refused else [Action("reopen", _("Open again…"), reverse("lead-reopen", args=[lead.pk]))]
    is_qualified = any(one.leg == 1 and one.state == "qualified" and not one.is_ended for one in handoffs)
    is_alone = not any(one.leg > 1 and not one.is_ended for one in handoffs)
    if is_qualified and is_alone and _has_next_leg(handoffs[0]) and permissions.can_offer(user, lead, leg=2):
        return [
            Action("offer", _("Hand over to a closer"), reverse("lead-offer", args=[lead.pk]), is_post=True)
        ]
    return []


def _has_next_leg(handoff: Handoff) -> bool:
    return any(leg.leg > handoff.leg for leg in agreements.document(handoff.version).legs)
