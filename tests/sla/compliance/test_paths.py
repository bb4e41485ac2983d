"""Where leads went is counted per cohort: each lead once, skipped stages passed, duplicates left out."""

from datetime import date, datetime, timedelta

import pytest

from leads.models import Lead, StageChange
from sla.compliance import paths
from sla.compliance.periods import Filters, Period
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
MONTH = Period(date(2026, 11, 1), date(2026, 11, 30), "UTC")
SEEN = datetime(2026, 11, 2, 9, tzinfo=NOW.tzinfo)


def lead(*stages: str, seen: datetime = SEEN, every: timedelta = DAY, **known) -> Lead:
    """Create a lead first seen at a moment that then changed its stage day by day."""
    made = factories.make_lead(created_at=seen, now=seen, **known)
    before = "inquiry"
    for number, stage in enumerate(stages, start=1):
        StageChange.objects.create(
            lead=made,
            seq=number,
            from_stage=before,
            to_stage=stage,
            happened_at=seen + number * every,
            recorded_at=seen + number * every,
            cause="history",
        )
        before = stage
    Lead.objects.filter(pk=made.pk).update(stage=before)
    return made


def reached(found: paths.Paths) -> dict[str, int]:
    return {step.stage: step.reached for step in found.steps}


def test_each_stage_counts_who_ever_reached_it() -> None:
    lead()
    lead("nurturing")
    lead("mql", "sal", "recycled", "nurturing", "mql", "sal")
    lead("mql", "sal", "sql", "opportunity", "customer")
    found = paths.find(MONTH, Filters())
    assert reached(found) == {
        "inquiry": 4, "mql": 2, "sal": 2, "sql": 1, "opportunity": 1, "customer": 1,
    }  # fmt: skip
    assert [step.rate for step in found.steps][1:3] == [0.5, 1.0]
    assert found.per_win == 4
    assert found.went["mql", "sal"] == 2
    assert found.stands == {"inquiry": 1, "nurturing": 1, "sal": 1, "customer": 1}


def test_a_skipped_stage_is_passed_and_has_no_time() -> None:
    lead("opportunity")
    found = paths.find(MONTH, Filters())
    assert reached(found)["sal"] == 1
    assert [step.median for step in found.steps] == [None] * 6


def test_time_is_the_middle_from_the_stage_before() -> None:
    lead("mql", "sal", every=DAY)
    lead("mql", "sal", every=3 * DAY)
    found = {step.stage: step.median for step in paths.find(MONTH, Filters()).steps}
    assert (found["mql"], found["sal"], found["sql"]) == (2 * DAY, 2 * DAY, None)


def test_the_cohort_is_who_was_first_seen_in_the_period() -> None:
    lead("mql", seen=SEEN - 10 * DAY)
    lead("mql", source="Fair")
    merged = lead("mql")
    Lead.objects.filter(pk=merged.pk).update(merged_into=lead())
    assert paths.find(MONTH, Filters()).leads == 2
    assert reached(paths.find(MONTH, Filters(source="Fair")))["mql"] == 1
    assert paths.find(None, Filters()).leads == 3


def test_nobody_first_seen_says_nothing() -> None:
    found = paths.find(MONTH, Filters())
    assert (found.leads, found.per_win, found.steps[1].rate) == (0, None, None)
