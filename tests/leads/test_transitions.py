"""Stages: every pair of stages is an edge or refused, and a step counts only from where the lead stands."""

import pytest

from leads import transitions
from leads.choices import STAGE_EDGES, Stage
from leads.models import Lead, StageChange
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("from_stage", Stage.values)
def test_every_pair_of_stages(from_stage: str) -> None:
    account = factories.make_account()
    for to_stage in Stage.values:
        lead = factories.make_lead(account=account, stage=from_stage)
        if (from_stage, to_stage) in STAGE_EDGES:
            change = transitions.change_stage(
                lead=lead, to_stage=to_stage, cause="test", happened_at=NOW, now=NOW
            )
            assert (change.from_stage, change.seq) == (from_stage, lead.stage_seq)
            assert Lead.objects.get(pk=lead.pk).stage == to_stage
        else:
            with pytest.raises(transitions.WrongStage):
                transitions.change_stage(lead=lead, to_stage=to_stage, cause="test", happened_at=NOW, now=NOW)
            assert Lead.objects.get(pk=lead.pk).stage == from_stage


def test_a_stale_reader_is_told_where_the_lead_stands() -> None:
    lead = factories.make_lead(stage=Stage.MQL)
    stale = Lead.objects.get(pk=lead.pk)
    transitions.change_stage(lead=lead, to_stage=Stage.SAL, cause="accept", happened_at=NOW, now=NOW)
    with pytest.raises(transitions.WrongStage) as refusal:
        transitions.change_stage(
            lead=stale, to_stage=Stage.RECYCLED, cause="decline", happened_at=NOW, now=NOW
        )
    assert refusal.value.stage == Stage.SAL
    assert StageChange.objects.filter(lead=lead).count() == 2


def test_a_lead_that_came_back_to_the_same_stage_has_moved() -> None:
    lead = factories.make_lead(stage=Stage.MQL)
    stale = Lead.objects.get(pk=lead.pk)
    for stage in (Stage.NURTURING, Stage.MQL):
        transitions.change_stage(lead=lead, to_stage=stage, cause="test", happened_at=NOW, now=NOW)
    with pytest.raises(transitions.WrongStage):
        transitions.change_stage(lead=stale, to_stage=Stage.SAL, cause="accept", happened_at=NOW, now=NOW)


def test_history_may_set_any_stage_without_a_time() -> None:
    lead = factories.make_lead()
    transitions.change_stage(
        lead=lead, to_stage=Stage.CUSTOMER, cause=transitions.HISTORY, happened_at=None, now=NOW
    )
    assert (Lead.objects.get().stage, StageChange.objects.get().happened_at) == (Stage.CUSTOMER, None)
