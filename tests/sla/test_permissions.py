"""Who may do what: the cast against every verb."""

import pytest

from sla import permissions
from sla.choices import MOVES
from tests.factories import NOW
from tests.sla.scene import in_state, scene

pytestmark = pytest.mark.django_db
PEOPLE = (
    *("rep", "other_rep", "stranger", "qualifier", "sales_manager"),
    *("marketer", "marketing_manager", "leader", "operations"),
)
MARKETING = {"marketer", "marketing_manager"}


def people(play):
    return {name: getattr(play.cast, name) for name in PEOPLE} | {"referee": play.referee}


def allowed(play, move, handoff):
    return {name for name, person in people(play).items() if permissions.can(person, move, handoff)}


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (
            "offered",
            {
                "accept": {"rep"},
                "ask": {"rep"},
                "answer": MARKETING,
                "decline": {"rep"},
                "reroute": {"rep", "sales_manager"},
                "withdraw": MARKETING,
            },
        ),
        ("accepted", {"reassign": {"sales_manager"}, "qualify": {"rep"}, "hand_back": {"rep"}}),
        ("qualified", {"reassign": {"sales_manager"}, "hand_back": {"rep"}, "convert": {"rep"}}),
        ("converted", {"win": {"rep"}, "lose": {"rep"}}),
        (
            "declined",
            {"acknowledge": MARKETING, "repair": MARKETING, "contest": MARKETING, "rule": {"referee"}},
        ),
        ("withdrawn", {}),
    ],
)
def test_each_state_lets_the_people_of_the_table_act_and_nobody_else(state, expected):
    play = scene()
    handoff = in_state(play, state)
    found = {move: allowed(play, move, handoff) for move in MOVES}
    assert {move: names for move, names in found.items() if names} == expected


def test_pool_is_open_to_the_reps_of_its_team():
    play = scene()
    handoff = in_state(play, "offered")
    handoff.rep = None
    assert allowed(play, "accept", handoff) == {"rep", "other_rep", "qualifier"}
    assert allowed(play, "decline", handoff) == set()


def test_leg_two_is_given_and_withdrawn_by_the_qualifier():
    play = scene()
    handoff = in_state(play, "offered", leg=2)
    assert permissions.can_accept(play.closer, handoff)
    assert (allowed(play, "withdraw", handoff), allowed(play, "answer", handoff)) == ({"rep"}, {"rep"})


def test_nobody_acts_without_an_active_login():
    play = scene()
    offer, taken = in_state(play, "offered"), in_state(play, "accepted")
    assert permissions.can_undo(play.rep, taken, NOW)
    play.rep.is_active = False
    assert not permissions.can_accept(play.rep, offer)
    assert not permissions.can_undo(play.rep, taken, NOW)


def test_referee_within_the_decliners_team_may_not_rule():
    play = scene()
    handoff = in_state(play, "declined")
    play.referee.team = play.cast.sales
    assert not permissions.can_rule(play.referee, handoff)


@pytest.mark.parametrize(
    ("predicate", "expected"),
    [
        (lambda person, handoff: permissions.can_offer(person, handoff.lead), MARKETING),
        (lambda person, handoff: permissions.can_reopen(person, handoff.lead), MARKETING),
        (permissions.can_rate, {"rep"}),
        (permissions.can_nudge, {*MARKETING, "sales_manager"}),
        (
            lambda person, _handoff: permissions.can_sign(person, "sales"),
            {"sales_manager", "leader", "referee"},
        ),
        (
            lambda person, _handoff: permissions.can_sign(person, "marketing"),
            {"marketing_manager", "leader", "referee"},
        ),
    ],
    ids=["offer", "reopen", "rate", "nudge", "sign for sales", "sign for marketing"],
)
def test_verbs_beside_the_table(predicate, expected):
    play = scene()
    handoff = in_state(play, "accepted")
    assert {name for name, person in people(play).items() if predicate(person, handoff)} == expected
