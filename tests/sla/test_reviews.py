"""Reviews: recorded with minutes, confirmed by both sides, counted against what was promised."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db.models import QuerySet

from leads.choices import Role
from leads.models import CalendarRevision, OutboxMessage
from sla import agreements, calendars
from sla.choices import ReviewKind, ReviewOutcome
from sla.compliance import reviews
from sla.compliance.periods import Filters, month_of
from sla.models import AgreementVersion, Review
from tests import factories
from tests.factories import START

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def version() -> AgreementVersion:
    return factories.signed_version()


def held(version: AgreementVersion, on: date, kind: str = ReviewKind.DEFINITION, outcome: str = "") -> Review:
    return agreements.record(
        version=version,
        kind=kind,
        held_on=on,
        attendees="Milo, Sam",
        minutes="All said.",
        outcome=outcome,
        now=START,
        actor=factories.user(Role.LEADER),
    )


def test_confirmed_text_stands_once_both_sides_have_signed(version: AgreementVersion) -> None:
    review = held(version, START.date() + 100 * DAY, outcome=ReviewOutcome.CONFIRMED)
    people = {side: factories.user(role) for side, role in SIGNERS.items()}
    agreements.confirm(review=review, user=people["sales"], side="sales", name="S", now=START)
    version.refresh_from_db()
    assert version.review_on == version.review_due_on
    agreements.confirm(review=review, user=people["marketing"], side="marketing", name="M", now=START)
    version.refresh_from_db()
    assert version.review_on == review.next_due_on
    assert review.next_due_on is not None
    assert (review.next_due_on - review.held_on).days in range(180, 185)
    # What confirms is no signature under the text itself.
    assert agreements.signed_sides(version) == {"marketing", "sales"}


def test_review_confirmed_late_brings_the_next_one_no_nearer(version: AgreementVersion) -> None:
    people = {side: factories.user(role) for side, role in SIGNERS.items()}
    earlier, later = (
        held(version, START.date() + days * DAY, outcome=ReviewOutcome.CONFIRMED) for days in (50, 100)
    )
    for review in (later, earlier):
        for side, person in people.items():
            agreements.confirm(review=review, user=person, side=side, name=person.name, now=START)
    version.refresh_from_db()
    assert version.review_on == later.next_due_on


SIGNERS = {"marketing": Role.MARKETING_MANAGER, "sales": Role.SALES_MANAGER}


def test_nobody_confirms_for_both_sides(version: AgreementVersion) -> None:
    review = held(version, START.date() + 9 * DAY, outcome=ReviewOutcome.CONFIRMED)
    leader = factories.user(Role.LEADER)
    agreements.confirm(review=review, user=leader, side="sales", name="L", now=START)
    with pytest.raises(agreements.SignedForOtherSide):
        agreements.confirm(review=review, user=leader, side="marketing", name="L", now=START)
    with pytest.raises(agreements.MayNotSign):
        agreements.confirm(review=review, user=factories.user(Role.REP), side="sales", name="R", now=START)


def test_review_without_a_confirmation_has_nothing_to_sign(version: AgreementVersion) -> None:
    review = held(version, START.date() + 9 * DAY, outcome=ReviewOutcome.AMENDED)
    with pytest.raises(agreements.NothingToConfirm):
        agreements.confirm(
            review=review, user=factories.user(Role.SALES_MANAGER), side="sales", name="S", now=START
        )


@pytest.mark.parametrize(("days_before", "kept"), [(0, 1), (30, 1), (-1, 0), (400, 0)])
def test_definition_review_counts_when_held_by_its_date(
    version: AgreementVersion, days_before: int, kept: int
) -> None:
    due = version.review_due_on
    assert due is not None
    held(version, due - days_before * DAY)
    now = datetime(due.year, due.month, due.day, 12, tzinfo=UTC) + 40 * DAY
    found = reviews.definition([version], month_of(due), now)
    assert (found.kept, found.closed) == (kept, 1)


def test_review_of_the_definition_is_not_owed_before_its_day(version: AgreementVersion) -> None:
    due = version.review_due_on
    assert due is not None
    now = datetime(due.year, due.month, due.day, 12, tzinfo=UTC)
    assert reviews.definition([version], month_of(due), now).closed == 0


def test_pipeline_reviews_are_counted_in_their_month(version: AgreementVersion) -> None:
    month = month_of(START.date())
    held(version, month.first_on, ReviewKind.PIPELINE)
    held(version, month.first_on - DAY, ReviewKind.PIPELINE)
    held(version, month.first_on)
    found = reviews.pipeline(month, Filters(), 1, START)
    assert (found.held, found.is_over) == (1, False)
    other = Filters(agreement_id=version.agreement_id + 1)
    assert reviews.pipeline(month, other, 1, month.end_at).held == 0


def test_overdue_review_is_named_and_reminded_of_no_more(version: AgreementVersion) -> None:
    due = version.review_due_on
    assert due is not None
    assert agreements.days_left(version, noon(due)) == 0
    assert agreements.days_left(version, noon(due + DAY)) == -1
    assert agreements.remind(now=noon(due + DAY)) == 0
    assert not OutboxMessage.objects.filter(kind="agreement.review_due").exists()


@pytest.mark.parametrize(
    ("zone", "before", "at"),
    [
        ("Europe/Berlin", time(21, 59), time(22, 0)),
        ("America/New_York", time(3, 59), time(4, 0)),
        ("Pacific/Auckland", time(11, 59), time(12, 0)),
    ],
)
def test_days_until_a_review_are_those_of_the_agreement(
    version: AgreementVersion, zone: str, before: time, at: time
) -> None:
    """Midnight where Sales works, as UTC tells it in summer and in Auckland's winter."""
    CalendarRevision.objects.update(document={**factories.WORKING_HOURS, "timezone": zone})
    calendars.forget()
    AgreementVersion.objects.update(confirmed_until=date(2026, 7, 15))
    version.refresh_from_db()
    eve = date(2026, 7, 7) if zone.startswith(("Europe", "Pacific")) else date(2026, 7, 8)
    late, midnight = (datetime.combine(eve, clock, UTC) for clock in (before, at))
    assert [agreements.days_left(version, now) for now in (late, midnight)] == [8, 7]
    agreements.remind(now=late)
    assert [one.data["days"] for one in reminders()] == [8]
    agreements.remind(now=midnight)
    assert [one.data["days"] for one in reminders()] == [8, 7]
    assert agreements.remind(now=midnight + 8 * DAY) == 0


def reminders() -> QuerySet[OutboxMessage]:
    return OutboxMessage.objects.filter(kind="agreement.review_due").order_by("pk")


def test_amending_starts_from_the_text_in_force_and_once(version: AgreementVersion) -> None:
    actor = factories.user(Role.LEADER)
    draft = agreements.amend(version=version, starts_on=date(2027, 1, 31), now=START, actor=actor)
    assert draft.document["commitments"] == version.document["commitments"]
    assert (draft.review_due_on, draft.based_on) == (date(2027, 7, 31), version)
    again = agreements.amend(version=version, starts_on=date(2027, 2, 1), now=START, actor=actor)
    assert again == draft


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def due_of(version: AgreementVersion) -> date:
    assert version.review_due_on is not None
    return version.review_due_on


def test_a_confirmation_counts_from_the_second_signature_on(version: AgreementVersion) -> None:
    due = due_of(version)
    review = held(version, due - 10 * DAY, outcome=ReviewOutcome.CONFIRMED)
    people = {side: factories.user(role) for side, role in SIGNERS.items()}
    agreements.confirm(review=review, user=people["sales"], side="sales", name="S", now=START)

    def owed(day: date) -> tuple[str, tuple[str, ...]]:
        [one] = reviews.owed([AgreementVersion.objects.get(pk=version.pk)], month_of(due), noon(day))
        assert one.review == review
        return one.outcome, one.lacks

    assert owed(due) == ("open", ("marketing",))
    assert owed(due + DAY) == ("missed", ("marketing",))
    agreements.confirm(review=review, user=people["marketing"], side="marketing", name="M", now=START)
    assert owed(due + DAY) == ("kept", ())


def test_every_confirmed_date_stays_owed_however_often_the_text_is_confirmed(
    version: AgreementVersion,
) -> None:
    first = due_of(version)
    people = {side: factories.user(role) for side, role in SIGNERS.items()}
    for on in (first - 10 * DAY, first + 100 * DAY):
        review = held(version, on, outcome=ReviewOutcome.CONFIRMED)
        for side, person in people.items():
            agreements.confirm(review=review, user=person, side=side, name="N", now=START)
    days = [one.due_on for one in reviews.owed([version], None, noon(first + 300 * DAY))]
    assert len(days) == 3
    assert days[-1] == first


def test_a_review_to_come_is_open_until_it_is_held(version: AgreementVersion) -> None:
    due = due_of(version)
    assert [one.outcome for one in reviews.owed([version], month_of(due), noon(due - 3 * DAY))] == ["open"]
    held(version, due - 4 * DAY)
    assert [one.outcome for one in reviews.owed([version], month_of(due), noon(due - 3 * DAY))] == ["kept"]
