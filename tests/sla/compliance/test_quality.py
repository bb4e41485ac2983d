"""What Sales said: ratings by origin, and reasons that were contested and ruled upon."""

import pytest

from sla.compliance import quality
from sla.compliance.periods import Filters
from sla.models import Refusal
from tests.factories import NOW, cast, make_lead, signed_version
from tests.sla.compliance import rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    return cast()


@pytest.fixture
def version(people):
    return signed_version(signers=(people.marketing_manager, people.sales_manager))


def took(version, team, source: str, said: str, state: str = "accepted"):
    lead = make_lead(source=source)
    return rows.offer(version, team, state, NOW, lead=lead, quality=said)


def test_ratings_are_counted_by_source_and_the_unrated_stand_apart(people, version) -> None:
    for said in ("better", "worse", "worse", ""):
        took(version, people.sales, "Webinar", said)
    took(version, people.sales, "", "as_promised")
    rows.offer(version, people.sales, "offered", NOW, lead=make_lead(source="Webinar"))

    found = quality.by("source", None, Filters())

    assert [(one.name, one.better, one.as_promised, one.worse, one.unrated) for one in found] == [
        ("Webinar", 1, 0, 2, 1),
        ("", 0, 1, 0, 0),
    ]
    assert (found[0].kept, found[0].rated, found[0].is_few) == (1, 3, True)


@pytest.mark.parametrize(("said", "n"), [("better", 1), ("worse", 2), ("unrated", 1), ("", 4)])
def test_figure_drills_down_to_its_leads(people, version, said: str, n: int) -> None:
    for one in ("better", "worse", "worse", ""):
        took(version, people.sales, "Webinar", one)
    took(version, people.sales, "Fair", "better")

    assert quality.of("source", "Webinar", said, None, Filters()).count() == n


def refused(version, team, ruling: str = "", **said):
    handoff = rows.offer(version, team, "declined", NOW, reason_code="too_small")
    Refusal.objects.create(handoff=handoff, ruling=ruling, contested_at=NOW if ruling else None, **said)


def test_reason_keeps_how_often_it_was_overturned(people, version) -> None:
    refused(version, people.sales, "overturned", mismatch="Employees: 400")
    refused(version, people.sales, "overturned")
    refused(version, people.sales, "upheld")
    refused(version, people.sales)

    (stood,) = quality.stood(None, Filters())

    assert (stood.given, stood.contradicted, stood.contested) == (4, 1, 3)
    assert (stood.ruled, stood.upheld, stood.overturned) == (3, 1, 2)
