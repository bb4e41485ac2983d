"""The dossier: one lead with what is known, judged and agreed, whatever its past."""

from datetime import timedelta

import pytest

from leads.choices import Stage
from leads.models import Lead, User
from sla import intake
from sla.queries import dossier, lists, panel, timeline
from tests import factories
from tests.factories import NOW
from tests.sla.scene import MINUTE, Scene, accepted, offered, offered_on_two, scene, second_round

pytestmark = pytest.mark.django_db


@pytest.fixture
def play() -> Scene:
    return scene()


def listed(user: User, view: str) -> set[Lead]:
    return set(lists.page(user, {"view": view}).leads)


def test_lead_without_handoff_is_judged_as_it_stands_now(play: Scene) -> None:
    lead = factories.ready_lead()
    found = dossier.dossier(lead, play.marketer, NOW)
    assert (found.handoff, found.clocks, found.promised, found.last_round) == (None, (), (), None)
    assert found.judgement is not None
    assert (found.judgement.is_frozen, found.judgement.verdict.is_ready) == (False, True)


def test_open_offer_shows_the_verdict_frozen_with_it(play: Scene) -> None:
    handoff = offered(play)
    intake.edit_account(account=handoff.lead.account, changes={"employees": 3}, now=NOW + MINUTE)
    found = dossier.dossier(handoff.lead, play.rep, NOW + 2 * MINUTE)
    assert found.judgement is not None
    assert found.explanation is not None
    assert (found.judgement.is_frozen, found.judgement.verdict.is_ready) == (True, True)
    assert found.explanation.verdict.is_ready is False


def test_strip_holds_both_sides_and_what_acceptance_will_begin(play: Scene) -> None:
    found = dossier.dossier(offered(play).lead, play.rep, NOW)
    assert [clock.commitment.code for clock in found.clocks] == ["decide", "touch_from_offer"]
    assert [one.code for one in found.promised] == ["first_touch", "persistence", "qualify_or_return"]
    assert found.next_clock is not None
    assert found.next_clock.kind == "decide"


def test_accepted_handoff_promises_nothing_more(play: Scene) -> None:
    found = dossier.dossier(accepted(play).lead, play.rep, NOW)
    assert found.promised == ()


def test_current_handoff_is_the_open_one_of_the_latest_leg(play: Scene) -> None:
    second = offered_on_two(play)
    found = dossier.dossier(second.lead, play.closer, NOW)
    assert found.handoff == second
    assert [handoff.leg for handoff in found.handoffs] == [2, 1]


def test_newest_word_of_bant_and_consent_holds(play: Scene) -> None:
    lead = offered(play).lead
    for days, role in ((3, "Plant manager"), (1, "CFO")):
        at = NOW - timedelta(days=days)
        intake.learn(lead=lead, kind="authority", text=role, known_at=at, now=NOW, actor=play.rep)
    for state in ("given", "withdrawn"):
        intake.consent(lead=lead, channel="mail", state=state, happened_at=NOW, now=NOW, actor=play.rep)
    found = dossier.dossier(lead, play.rep, NOW)
    assert [(kind, fact.text) for kind, fact in found.bant.items()] == [("authority", "CFO")]
    assert [(one.channel, one.state) for one in found.consents] == [("mail", "withdrawn")]


def test_committee_is_those_whom_the_person_may_see(play: Scene) -> None:
    lead = offered(play).lead
    other = factories.make_lead("Edda Holm", account=lead.account)
    factories.add_touch(other)
    assert dossier.dossier(lead, play.rep, NOW).committee == ()
    seen = dossier.dossier(lead, play.marketer, NOW).committee
    assert [(member.lead, member.touches) for member in seen] == [(other, 1)]


def test_second_round_tells_what_was_then_and_what_is_now(play: Scene) -> None:
    second = second_round(play)
    found = dossier.dossier(second.lead, play.marketer, NOW + timedelta(days=3))
    last = found.last_round
    assert last is not None
    assert (last.handoff.state, last.handoff.refusal.note) == ("declined", "No money this year")
    assert (last.before.budget, last.now.budget) == (None, 90_000)
    assert last.touches_since == 1


def test_timeline_tells_touch_move_stage_and_clock_of_one_moment_together(play: Scene) -> None:
    handoff = accepted(play)
    told = timeline.timeline(handoff.lead, dossier.handoffs_of(handoff.lead), (), show="all", limit=None)
    first = told.moments[0]
    assert first.first.kind == "moves"
    assert {other.kind for other in first.others} == {"stages", "clocks", "moves"}


def test_timeline_shows_one_kind_and_counts_what_is_earlier(play: Scene) -> None:
    lead = offered(play).lead
    for hours in range(1, 6):
        factories.add_touch(lead, ago=timedelta(hours=hours, minutes=5))
    told = timeline.timeline(lead, (), (), show="touches", limit=2)
    assert [moment.first.kind for moment in told.moments] == ["touches", "touches"]
    assert (told.counts["touches"], told.earlier) == (6, 4)


def test_panel_says_what_accepting_would_begin(play: Scene) -> None:
    found = panel.summary(offered(play), play.rep, NOW + timedelta(minutes=30))
    assert found.left == timedelta(minutes=90)
    assert found.starts is not None
    assert (found.starts.code, found.starts_due_at) == ("first_touch", NOW + timedelta(hours=4, minutes=30))


def test_views_of_the_list_hold_what_their_name_says(play: Scene) -> None:
    mine, ready = offered(play).lead, factories.ready_lead()
    recycled = factories.make_lead(stage=Stage.RECYCLED)
    assert listed(play.rep, "mine") == {mine}
    assert listed(play.marketer, "ready") == {mine, ready}
    assert listed(play.marketer, "recycled") == {recycled}
    assert listed(play.rep, "all") == {mine}
    assert listed(play.marketer, "late") == set()
