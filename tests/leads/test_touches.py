"""Touches: written once, proved ever better, never in the future."""

from datetime import timedelta

import pytest

from leads import touches
from leads.choices import KINDS_OF_SIDE, Evidence
from leads.models import Touch
from sla import readiness
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def test_same_external_id_is_one_touch_with_the_best_evidence() -> None:
    lead = factories.make_lead()
    for evidence, reached in ((2, None), (3, True), (1, False)):
        factories.add_touch(
            lead, "call", side="sales", source="crm", external_id="7", evidence=evidence, reached=reached
        )
    touch = Touch.objects.get()
    assert (touch.evidence, touch.reached) == (Evidence.SYNCED, True)


def test_without_external_id_each_is_its_own() -> None:
    lead = factories.make_lead()
    factories.add_touch(lead, source="web")
    factories.add_touch(lead, source="web")
    assert Touch.objects.count() == 2


@pytest.mark.parametrize(
    ("side", "kind", "later"),
    [
        ("sales", "downloaded", timedelta(0)),
        ("nobody", "call", timedelta(0)),
        ("sales", "call", timedelta(1)),
    ],
)
def test_impossible_touches_are_refused(side: str, kind: str, later: timedelta) -> None:
    lead = factories.make_lead()
    with pytest.raises(touches.InvalidTouch):
        touches.add(lead=lead, side=side, kind=kind, happened_at=NOW + later, now=NOW)
    assert not Touch.objects.exists()


def test_codes_equal_those_of_the_judge() -> None:
    assert {str(side): kinds for side, kinds in KINDS_OF_SIDE.items()} == readiness.TOUCH_KINDS
    assert {grade.name.lower(): grade.value for grade in Evidence} == readiness.EVIDENCE
