"""Nurture tracks: steps with their days, one tap each, until Sales has the lead again."""

from datetime import date, timedelta

import pytest

from leads.choices import ConsentState, Stage
from leads.models import Touch
from sla import handoffs, intake
from sla.models import NurtureStep
from sla.queries import nurture
from tests.factories import NOW, agreement_data
from tests.sla.scene import MINUTE, offered, scene, states_of

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
TRACK = {
    "code": "stay_in_touch",
    "label": "Stay in touch",
    "steps": [
        {"after_days": 7, "kind": "mail", "label": "A useful article"},
        {"after_days": 30, "kind": "call", "label": "Has anything changed?"},
    ],
}


def play_with_track():
    return scene(tracks=[TRACK])


def on_track(play):
    handoff = handoffs.decline(handoff=offered(play), actor=play.rep, reason="no_budget", now=NOW)
    return handoffs.acknowledge(handoff=handoff, actor=play.marketer, now=NOW + MINUTE, track="stay_in_touch")


def take(play, handoff, number, now=NOW + 7 * DAY):
    return intake.take_step(handoff=handoff, number=number, actor=play.marketer, now=now)


def test_acknowledging_writes_down_each_step_with_its_day():
    handoff = on_track(play_with_track())
    steps = nurture.steps_of(handoff)
    today = NOW.date()
    assert [(step.number, step.due_on) for step in steps] == [
        (1, today + 7 * DAY),
        (2, today + 30 * DAY),
    ]


def test_never_comes_onto_no_track():
    play = play_with_track()
    handoff = handoffs.decline(handoff=offered(play), actor=play.rep, reason="competitor", now=NOW)
    handoffs.acknowledge(handoff=handoff, actor=play.marketer, now=NOW, track="stay_in_touch")
    assert not NurtureStep.objects.exists()


def test_step_is_a_touch_of_marketing_and_the_next_one_follows():
    play = play_with_track()
    handoff = on_track(play)
    touch = take(play, handoff, 1)
    assert (touch.side, touch.kind, touch.summary, touch.actor) == (
        "marketing",
        "mail",
        "A useful article",
        play.marketer,
    )
    assert states_of(handoff)["nurture"] == "met"
    assert [step.number for step in nurture.following([handoff.pk])] == [2]


@pytest.mark.parametrize("number", [0, 2, 3])
def test_only_the_next_step_can_be_done(number):
    play = play_with_track()
    with pytest.raises(handoffs.AlreadyDone):
        take(play, on_track(play), number)
    assert not Touch.objects.filter(side="marketing", summary=TRACK["steps"][1]["label"]).exists()


def test_second_tap_on_the_same_step_writes_nothing():
    play = play_with_track()
    handoff = on_track(play)
    take(play, handoff, 1)
    with pytest.raises(handoffs.AlreadyDone):
        take(play, handoff, 1)
    assert Touch.objects.filter(summary="A useful article").count() == 1


def due(on: date) -> list[int]:
    return [step.number for step in nurture.due_steps(on)]


def test_step_is_due_from_its_day_on_and_only_one_at_a_time():
    on_track(play_with_track())
    day = NOW.date() + 7 * DAY
    assert due(day - DAY) == []
    assert due(day) == [1]
    assert due(day + 90 * DAY) == [1]


def test_track_rests_once_sales_has_the_lead_again():
    play = play_with_track()
    handoff = on_track(play)
    handoffs.wake(handoff=handoff, now=NOW + 40 * DAY)
    assert due(NOW.date() + 50 * DAY) == [1]
    lead = handoff.lead
    lead.refresh_from_db()
    lead.stage = Stage.MQL
    lead.save()
    assert due(NOW.date() + 50 * DAY) == []
    with pytest.raises(handoffs.WrongStage):
        take(play, handoffs_of(handoff), 1)


def handoffs_of(handoff):
    return type(handoff).objects.select_related("lead", "refusal", "version").get(pk=handoff.pk)


def test_nobody_who_opted_out_is_on_the_list():
    play = play_with_track()
    handoff = on_track(play)
    intake.consent(
        lead=handoff.lead, now=NOW + DAY, channel="any", state=ConsentState.WITHDRAWN, source="Unsubscribed",
        happened_at=NOW + DAY,
    )  # fmt: skip
    assert due(NOW.date() + 50 * DAY) == []


def test_agreement_without_such_a_step_has_none():
    play = scene(tracks=agreement_data()["tracks"])
    handoff = on_track(play)
    assert len(nurture.steps_of(handoff)) == 1
