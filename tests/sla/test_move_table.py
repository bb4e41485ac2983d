"""The move table: its stage edges are those of the facts' floor, and no state knows another move."""

from collections.abc import Callable

import pytest
from django.db import transaction

from leads.choices import STAGE_EDGES, Stage
from sla import handoffs
from sla.choices import (
    BY_DISPOSITION,
    CLOCK_KINDS,
    LEAD_MOVES,
    MOVES,
    NOT_YET,
    STAGE_AFTER_REFUSAL,
    UNDOABLE,
    Event,
    HandoffState,
)
from sla.document import KINDS
from sla.models import Handoff
from tests.factories import NOW
from tests.sla.scene import LATER, MINUTE, Scene, in_state, scene

#: What a handoff can become on each leg.
REACHABLE = {
    1: tuple(HandoffState.values),
    2: tuple(
        state
        for state in HandoffState.values
        if state not in (HandoffState.QUALIFIED, HandoffState.CONVERTED)
    ),
}


def edges_of_moves() -> set[tuple[str, str]]:
    edges = set()
    for move in MOVES.values():
        for states in move.legs.values():
            for stages in states.values():
                for before, after in stages.items():
                    ends = STAGE_AFTER_REFUSAL.values() if after == BY_DISPOSITION else (after,)
                    edges |= {(before, str(end)) for end in ends}
                    edges |= {(str(end), before) for end in ends if move.code in UNDOABLE}
    return {(before, after) for before, after in edges if before != after}


def test_stage_edges_are_those_of_moves_and_undo():
    lead_moves = {edge for edges in LEAD_MOVES.values() for edge in edges}
    assert edges_of_moves() | lead_moves == STAGE_EDGES


def test_move_table_names_known_codes():
    named = [
        (state, stage)
        for move in MOVES.values()
        for states in move.legs.values()
        for state, stages in states.items()
        for pair in stages.items()
        for stage in pair
    ]
    unknown = [
        one
        for one in named
        if one[0] not in (*HandoffState.values, NOT_YET) or one[1] not in (*Stage.values, BY_DISPOSITION)
    ]
    assert unknown == []


def test_clock_kinds_are_the_timed_kinds_of_agreements():
    assert set(CLOCK_KINDS) == {code for code, kind in KINDS.items() if kind.is_timed}


def test_clock_kinds_listen_to_known_events():
    known = {value for name, value in vars(Event).items() if not name.startswith("_")}
    heard = {
        event
        for kind in CLOCK_KINDS.values()
        for events in (kind.start, kind.stop, kind.pause, kind.resume, kind.cancel, kind.refresh, kind.retime)
        for event in events
    }
    assert heard == known


def tries(play: Scene, leg: int) -> dict[str, Callable[[Handoff], object]]:
    """Return each move of the table as somebody entitled would make it."""
    owner, giver = (play.rep, play.marketer) if leg == 1 else (play.closer, play.rep)
    other = play.cast.other_rep if leg == 1 else play.other_closer
    now = NOW + MINUTE

    def answer(handoff: Handoff) -> object:
        if handoff.state == HandoffState.OFFERED:
            handoffs.ask(handoff=handoff, actor=owner, text="Which plant?", now=now)
        return handoffs.answer(handoff=handoff, actor=giver, text="Hall 2", now=now)

    def rule(handoff: Handoff) -> object:
        if handoff.state in MOVES["contest"].from_states(leg):
            handoffs.contest(handoff=handoff, actor=play.marketer, note="It was met", now=now)
        return handoffs.rule(handoff=handoff, actor=play.referee, ruling="upheld", now=now)

    return {
        "accept": lambda one: handoffs.accept(handoff=one, actor=owner, now=now),
        "ask": lambda one: handoffs.ask(handoff=one, actor=owner, text="Which plant?", now=now),
        "answer": answer,
        "reassign": lambda one: handoffs.reassign(handoff=one, to=other, actor=None, now=now),
        "decline": lambda one: handoffs.decline(handoff=one, actor=owner, reason="no_budget", now=now),
        "reroute": lambda one: handoffs.reroute(handoff=one, actor=owner, now=now),
        "expire": lambda one: handoffs.expire(handoff=one, now=LATER),
        "withdraw": lambda one: handoffs.withdraw(handoff=one, actor=giver, reason="mistake", now=now),
        "qualify": lambda one: handoffs.qualify(handoff=one, actor=owner, now=now, exception="Known"),
        "hand_back": lambda one: handoffs.hand_back(handoff=one, actor=owner, reason="no_budget", now=now),
        "convert": lambda one: handoffs.convert(handoff=one, actor=owner, now=now),
        "win": lambda one: handoffs.win(handoff=one, actor=owner, now=now),
        "lose": lambda one: handoffs.lose(handoff=one, actor=owner, now=now),
        "acknowledge": lambda one: handoffs.acknowledge(handoff=one, actor=play.marketer, now=now),
        "repair": lambda one: handoffs.repair(handoff=one, actor=play.marketer, now=now),
        "contest": lambda one: handoffs.contest(handoff=one, actor=play.marketer, note="It was met", now=now),
        "rule": rule,
        "wake": lambda one: handoffs.wake(handoff=one, now=now),
    }


def outcome(attempt: Callable[[Handoff], object], handoff: Handoff) -> str:
    """Make a move, roll it back, and say whether the state knew it."""
    try:
        with transaction.atomic():
            attempt(handoff)
            transaction.set_rollback(True)
    except (handoffs.UnknownMove, handoffs.AlreadyDecided) as refused:
        return "refused" if str(refused.sentence) else "refused without a word"
    except handoffs.AlreadyDone:  # the state knows the move, this refusal does not need it
        return "known"
    return "known"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("leg", "state"), [(leg, state) for leg, states in REACHABLE.items() for state in states]
)
def test_every_state_knows_the_moves_of_the_table_and_no_other(leg, state):
    play = scene()
    handoff = in_state(play, state, leg)
    assert handoff.state == state
    attempts = tries(play, leg)
    assert {"offer", *attempts} == set(MOVES)
    found = {code: outcome(attempt, handoff) for code, attempt in attempts.items()}
    expected = {code: "known" if state in MOVES[code].from_states(leg) else "refused" for code in attempts}
    assert found == expected
