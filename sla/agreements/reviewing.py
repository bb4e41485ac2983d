"""Reviews: reminded of before they are due, recorded with minutes, and confirmed by both sides."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Coalesce

from leads import audit, kept, outbox
from leads.choices import Side
from leads.models import User
from sla import document as documents
from sla.agreements import choosing, signing
from sla.choices import ReviewKind, ReviewOutcome, VersionState
from sla.models import AgreementVersion, Review, Signature

REMINDERS_IN_DAYS = (30, 14, 7)
_A_DAY = timedelta(days=1)


class NothingToConfirm(Exception):
    """The review did not end in a confirmation, or its version is no longer in force."""


@transaction.atomic
def record(
    *,
    version: AgreementVersion,
    kind: str,
    held_on: date,
    attendees: str,
    minutes: str,
    now: datetime,
    actor: User,
    agenda: list[str] | None = None,
    outcome: str = "",
) -> Review:
    """Keep a review that was held. One that confirms the text waits for both sides' signatures."""
    review = Review(
        agreement=version.agreement,
        version=version,
        kind=kind,
        held_on=held_on,
        attendees=attendees,
        minutes=minutes,
        agenda=agenda or [],
        outcome=outcome if kind == ReviewKind.DEFINITION else "",
        recorded_by=actor,
        recorded_at=now,
    )
    if review.outcome == ReviewOutcome.CONFIRMED:
        review.next_due_on = documents.latest_review(held_on)
        review.sha256 = documents.sha256(confirmation(review))
    review.save()
    _log(review, f"{kind}_review_recorded", actor, now)
    return review


def confirmation(review: Review) -> str:
    """Return the canonical text that both sides sign to confirm a version unchanged."""
    data = {
        "confirms": review.version.sha256,
        "held_on": review.held_on.isoformat(),
        "next_review_on": review.next_due_on and review.next_due_on.isoformat(),
    }
    return documents.canonical_text(data)


@transaction.atomic
def confirm(
    *, review: Review, user: User, side: str, name: str, now: datetime, address: str | None = None
) -> Signature:
    """Sign for one side that the text stays as it is; with both the next review is put off.

    Raises NothingToConfirm and what `signing.sign` raises.
    """
    version = AgreementVersion.objects.select_for_update().get(pk=review.version_id)
    is_whole = review.sha256 == documents.sha256(confirmation(review))
    if review.outcome != ReviewOutcome.CONFIRMED or version.state != "active" or not is_whole:
        raise NothingToConfirm(f"Review {review.pk} confirms nothing that is in force.")
    signature = signing.write(version, user, side, name, review.sha256, now, address)
    _log(review, f"confirmed_for_{side}", user, now)
    if confirmed_sides(review) == set(Side.values):
        # Signed later than one that was held after it, a review brings the next no nearer.
        days = [day for day in (review.next_due_on, version.review_on) if day]
        version.confirmed_until, review.confirmed_at = max(days), now
        version.save(update_fields=["confirmed_until"])
        review.save(update_fields=["confirmed_at"])
    return signature


def confirmed_sides(review: Review) -> set[str]:
    """Return the sides that have signed what a review confirms."""
    found = Signature.objects.filter(version_id=review.version_id, sha256=review.sha256)
    return set(found.values_list("side", flat=True))


def remind(*, now: datetime) -> int:
    """Leave the reminders that are due in the outbox, each once; return how many are new.

    Of reminders missed while nothing ran only the nearest is left.
    """
    left = 0
    for version in _nearing(**days_of_reminders(now)):
        days = days_left(version, now)
        assert days is not None  # by that it was found
        nearest = min((mark for mark in REMINDERS_IN_DAYS if days <= mark), default=None)
        if nearest is None or days < 0:  # not yet, or no longer, where the version counts its days
            continue
        left += outbox.put(
            key=f"review:{version.pk}:{version.review_on}:{nearest}",
            kind="agreement.review_due",
            subject_type="version",
            subject_id=version.pk,
            not_before=now,
            now=now,
            data={"due_on": str(version.review_on), "days": days},
        )
    return left


def days_left(version: AgreementVersion, now: datetime) -> int | None:
    """Return how many days a version's review is away, below zero once it is overdue; None owes none."""
    return (version.review_on - choosing.today(version, now)).days if version.review_on else None


def to_remind(today: kept.Day, remind_by: kept.Day) -> QuerySet[AgreementVersion]:
    """Return the versions in force whose review is near, as `days_of_reminders` tells."""
    found = AgreementVersion.objects.filter(state=VersionState.ACTIVE, is_baseline=False)
    review_on = Coalesce("confirmed_until", "review_due_on")
    return found.annotate(reviewed_on=review_on).filter(reviewed_on__gte=today, reviewed_on__lte=remind_by)


def days_of_reminders(now: datetime) -> dict[str, date]:
    """Return between which days a review lies that is reminded of now, wherever its days begin."""
    longest = timedelta(days=max(REMINDERS_IN_DAYS))
    return {"today": now.date() - _A_DAY, "remind_by": now.date() + longest + _A_DAY}


@kept.planned_anew
def _nearing() -> QuerySet[AgreementVersion]:
    found = to_remind(kept.day("today"), kept.day("remind_by"))
    return found.defer("document", "canonical_text")


def _log(review: Review, verb: str, actor: User, now: datetime) -> None:
    audit.record(
        stream=f"agreement:{review.agreement_id}",
        verb=verb,
        subject_type="review",
        subject_id=review.pk,
        actor=actor,
        at=now,
        data={"number": review.version.number, "sha256": review.sha256},
    )
