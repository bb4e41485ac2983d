"""What both sides of the demo company are talking about: a proposed draft, and the reviews they held."""

from copy import deepcopy
from datetime import date, datetime, timedelta
from typing import Any

from portal.demo.company import Company
from sla import agreements
from sla import document as documents
from sla.choices import ReviewKind
from sla.models import AgreementVersion

_MARKETING, _SALES = "Jana Wolf", "Ruth Okafor"
#: Who said what to which clause, how many days ago.
_SAID = (
    (_SALES, "commitments.first_touch", 6, "Can we hold three hours on Mondays? Two are out until noon."),
    (_MARKETING, "commitments.first_touch", 5, "Most late first touches fall on Mondays. Let us try it."),
    (_SALES, "gates.readiness.Need and means", 5, "Plants under 30,000 never got past the offer last year."),
    (_MARKETING, "reasons.not_a_buyer", 3, "Two whom we had sent away as students bought later."),
)
_MINUTES = (
    "Went through the oldest stale leads one by one. Sales closes those without a date, Marketing takes the "
    "rest back.",
    "First touch is late mostly on Mondays. Sales tries a second person on duty until noon.",
    "Talked over declines for wrong contact data: Marketing checks the form of the trade fair.",
)


def talk(company: Company, version: AgreementVersion, first_at: datetime, now: datetime) -> None:
    """Hold a pipeline review each month, and put the draft of the next version before both sides."""
    _hold_reviews(company, version, first_at, now)
    draft = _draft(company, version, now - timedelta(days=8))
    agreements.propose(version=draft, now=now - timedelta(days=7), actor=company.named(_MARKETING))
    for author, clause, days, text in _SAID:
        agreements.comment(
            version=draft,
            clause=clause,
            text=text,
            author=company.named(author),
            now=now - timedelta(days=days, hours=2),
        )
    agreements.sign(
        version=draft,
        user=company.named(_MARKETING),
        side="marketing",
        name=_MARKETING,
        now=now - timedelta(days=2),
    )


def _draft(company: Company, version: AgreementVersion, now: datetime) -> AgreementVersion:
    day = company.hours.local_date(now) + timedelta(days=30)
    text = documents.starting(version.document, date(day.year, day.month, 1))
    return agreements.load(
        key=version.agreement.key, data=_amended(text), now=now, actor=company.named(_MARKETING)
    )


def _amended(text: dict[str, Any]) -> dict[str, Any]:
    """Shorten the first touch, lower the budget, and give up one reason for a no."""
    text = deepcopy(text)
    for one in text["commitments"]:
        if one["code"] == "first_touch":
            one["allowances"][0]["amount"] = 3
        if one["code"] == "volume":
            one["amount"] = 130
    for part in text["gates"]["readiness"]["all"]:
        for leaf in part.get("of", ()):
            if leaf.get("bant") == "budget":
                leaf["value"] = 30_000
    text["reasons"] = [reason for reason in text["reasons"] if reason["code"] != "not_a_buyer"]
    return text


def _hold_reviews(company: Company, version: AgreementVersion, first_at: datetime, now: datetime) -> None:
    """Record one pipeline review a month, on the second day of work or so."""
    day, held = company.hours.local_date(first_at), 0
    while (day := _next_month(day)) <= company.hours.local_date(now):
        agreements.record(
            version=version,
            kind=ReviewKind.PIPELINE,
            held_on=day,
            attendees=f"{_MARKETING}, {_SALES}, Tomas Reiter",
            minutes=_MINUTES[held % len(_MINUTES)],
            now=now - (company.hours.local_date(now) - day),
            actor=company.named(_SALES if held % 2 else _MARKETING),
        )
        held += 1


def _next_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 4)
