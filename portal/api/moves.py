"""The moves of handoffs: one table of verbs, one address each; a state is never written directly."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from leads.models import User
from portal import access
from portal.api import matching
from portal.api.shapes import work as shapes
from portal.api.views import ApiView, Shape
from portal.models import Scope
from sla import handoffs, intake, permissions
from sla.models import Handoff
from sla.queries import handoffs as queries

Act = Callable[..., Handoff]
Guard = Callable[[User, Handoff], bool]


@dataclass(frozen=True)
class Verb:
    """One move: its part of the address, what it must be told, who may, and what it calls."""

    name: str
    says: str
    shape: Shape
    act: Act
    guard: Guard | None = None
    fetch: Callable[[User, int], Handoff] = access.handoff
    #: The move itself asks who sees the handoff: it is read before only to compare its tag.
    is_own_door: bool = False


def _by_table(move: str) -> Guard:
    """Let whoever the move table names, whatever the handoff's state."""
    return lambda user, handoff: permissions.may(user, move, handoff)


def _accept(*, handoff: Handoff, actor: User, now: datetime) -> Handoff:
    return access.accept(actor, handoff.pk, now)


def _reroute(*, handoff: Handoff, actor: User, now: datetime, to: int | None = None, reason: str = "") -> Any:
    if reason and reason not in {one.code for one in queries.reroute_reasons(handoff)}:
        raise handoffs.UnknownReason
    return handoffs.reroute(
        handoff=handoff, actor=actor, now=now, to=_colleague(handoff, to) if to else None, reason=reason
    )


def _reassign(*, handoff: Handoff, actor: User, now: datetime, to: int) -> Handoff:
    return handoffs.reassign(handoff=handoff, actor=actor, now=now, to=_colleague(handoff, to))


def _step(*, handoff: Handoff, actor: User, now: datetime, number: int) -> Handoff:
    intake.take_step(handoff=handoff, number=number, actor=actor, now=now)
    return handoff


def _colleague(handoff: Handoff, pk: int) -> User:
    found = queries.others(handoff).filter(pk=pk).first()
    if found is None:
        raise handoffs.NotEligible
    return found


VERBS = (
    Verb("accept", "Accept an offer; one of two who try is told who was faster.", shapes.Nothing,
         _accept, fetch=access.offer, is_own_door=True),
    Verb("decline", "Say no to an offer, with a reason.", shapes.Refused,
         handoffs.decline, _by_table("decline")),
    Verb("hand-back", "Hand an accepted lead back, with a reason.", shapes.Refused,
         handoffs.hand_back, _by_table("hand_back")),
    Verb("ask", "Ask Marketing one question; the clock to decide waits.", shapes.Said,
         handoffs.ask, _by_table("ask")),
    Verb("answer", "Answer the rep's question.", shapes.Said,
         handoffs.answer, _by_table("answer")),
    Verb("reroute", "Pass an offer on to another rep.", shapes.Passed,
         _reroute, _by_table("reroute")),
    Verb("reassign", "Give accepted work to another rep of the team.", shapes.Given,
         _reassign, _by_table("reassign")),
    Verb("withdraw", "Take an offer back.", shapes.Withdrawn,
         handoffs.withdraw, _by_table("withdraw")),
    Verb("qualify", "Call a lead qualified: the gate is met or the exception named.", shapes.Qualified,
         handoffs.qualify, _by_table("qualify"), access.current),
    Verb("convert", "Make an opportunity of a qualified lead.", shapes.Nothing,
         handoffs.convert, _by_table("convert")),
    Verb("win", "Note the win.", shapes.Won,
         handoffs.win, _by_table("win")),
    Verb("lose", "Note the loss.", shapes.Lost,
         handoffs.lose, _by_table("lose")),
    Verb("acknowledge", "Take a refused lead up again for Marketing.", shapes.Acknowledged,
         handoffs.acknowledge, _by_table("acknowledge")),
    Verb("step", "Do the next step of the nurture track; it is written down as a touch.", shapes.Stepped,
         _step, _by_table("acknowledge")),
    Verb("repair", "Say that Marketing's data is right again.", shapes.Noted,
         handoffs.repair, _by_table("repair")),
    Verb("contest", "Call the referee about a refusal.", shapes.Contested,
         handoffs.contest, _by_table("contest")),
    Verb("rule", "Rule on a contested refusal.", shapes.Ruled,
         handoffs.rule, _by_table("rule")),
    Verb("rate", "Say how the lead was against what was promised.", shapes.Rated,
         handoffs.rate, permissions.can_rate),
    Verb("nudge", "Remind the owner, on record.", shapes.Nothing,
         handoffs.nudge, permissions.can_nudge),
    Verb("undo", "Take your last move back while nothing else has happened.", shapes.Nothing,
         handoffs.undo),
)  # fmt: skip


class MoveView(ApiView):
    """One verb on one handoff: 409 names who was faster, 422 what is missing."""

    verb: Verb
    writes = Scope.MOVES
    is_matched = True

    def post(self, request: Request, pk: int) -> Response:
        user, now = self.person, timezone.now()
        is_read_later = self.verb.is_own_door and "If-Match" not in request.headers
        handoff = Handoff(pk=pk) if is_read_later else self.verb.fetch(user, pk)
        if self.verb.guard:
            access.require(self.verb.guard(user, handoff))
        with matching.held(request, handoff):
            said = self.sent(self.verb.shape)
            moved = self.verb.act(handoff=handoff, actor=user, now=now, **said)
        # A reroute leads to the next hop, which may be nothing of the caller's any more.
        done = moved if moved.pk == pk else access.handoff(user, pk)
        return self.show(done, shapes.HandoffShape, tagged=done)


def view_of(verb: Verb) -> type[MoveView]:
    """Return the view of one verb, described by its line of the table."""
    name = "".join(part.title() for part in verb.name.split("-"))
    view: type[MoveView] = type(f"{name}View", (MoveView,), {"verb": verb})
    describe = extend_schema(
        operation_id=f"handoff_{verb.name.replace('-', '_')}",
        description=verb.says,
        request=verb.shape,
        responses=shapes.HandoffShape,
        tags=["moves"],
    )
    view.post = describe(lambda self, request, pk: MoveView.post(self, request, pk))  # type: ignore[method-assign]  # a copy that carries its own description
    return view


VIEWS = {verb.name: view_of(verb) for verb in VERBS}
