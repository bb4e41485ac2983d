"""What the demo company signed: how it was before, the first agreement, and the one in force."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from leads.choices import Side
from portal.demo import words
from portal.demo.company import REFEREE, Company, address_of
from sla import agreements
from sla import document as documents
from sla.models import AgreementVersion

_SIGNERS = {Side.MARKETING: "Jana Wolf", Side.SALES: "Ruth Okafor"}
_HALF_YEAR = timedelta(days=181)
#: After how many business days without a word of Marketing a lead is stale.
STALE_DAYS = {"inquiry": 15, "nurturing": 25}
#: What nobody measured before there was an agreement.
_KEPT_BEFORE = ("decide", "first_touch", "qualify_or_return", "volume", "quality", "readiness", "close_rate")
_NOT_AT_FIRST = ("nurture_stale", "upkeep", "records")

Data = dict[str, Any]


@dataclass(frozen=True)
class Versions:
    """The versions in the order in which they ruled; the first judges history."""

    before: AgreementVersion
    first: AgreementVersion
    second: AgreementVersion
    first_at: datetime
    second_at: datetime

    def at(self, moment: datetime) -> AgreementVersion:
        """Return the version under which an offer of this moment is judged."""
        if moment < self.first_at:
            return self.before
        return self.first if moment < self.second_at else self.second


def sign(company: Company, since: datetime, first_at: datetime, second_at: datetime) -> Versions:
    """Load the three versions, sign the two agreements for both sides, and let them take effect."""
    day_of = company.hours.local_date
    before = agreements.load(
        key="before", name="Before the agreement", data=_before(day_of(since)), now=first_at, is_baseline=True
    )
    before = agreements.activate(version=before, now=first_at)
    first = _signed(company, _first(day_of(first_at)), first_at)
    second = _signed(company, _second(day_of(second_at)), second_at)
    first.refresh_from_db()
    return Versions(before, first, second, first_at, second_at)


def _signed(company: Company, data: Data, at: datetime) -> AgreementVersion:
    drafted_at = at - timedelta(days=12)
    jana = company.named(_SIGNERS[Side.MARKETING])
    version = agreements.load(key="default", name=data["title"], data=data, now=drafted_at, actor=jana)
    for ahead, (side, name) in zip((timedelta(days=4), timedelta(days=1)), _SIGNERS.items(), strict=True):
        agreements.sign(version=version, user=company.named(name), side=side, name=name, now=at - ahead)
    return agreements.activate(version=version, now=at, actor=company.named(_SIGNERS[Side.SALES]))


def _shipped(starts_on: date) -> Data:
    data = documents.default_agreement()
    return {
        **data,
        "title": f"Marketing and Sales at {words.COMPANY}",
        "starts_on": starts_on.isoformat(),
        "review_due_on": (starts_on + _HALF_YEAR).isoformat(),
        "preamble": words.PREAMBLE,
        "referee": {"email": address_of(REFEREE)},
        "grid": {"fit": {"A": 85, "B": 60}, "engagement": {"1": 40, "2": 20}},
        # Plants decide on the entry package within six weeks.
        "maturity_days": 45,
    }


def _before(starts_on: date) -> Data:
    data = _shipped(starts_on)
    data |= {
        "title": "How it was before the agreement",
        "preamble": "Nobody had signed anything. This text only judges what was imported from that time.",
        "review_due_on": None,
        "is_baseline": True,
        "expiry": None,
        "valve": None,
    }
    for commitment in data["commitments"]:
        commitment["is_on"] = commitment["code"] in _KEPT_BEFORE
        if commitment["code"] == "volume":
            commitment["amount"] = 80
    return data


def _first(starts_on: date) -> Data:
    data = _shipped(starts_on)
    for commitment in data["commitments"]:
        if commitment["code"] in _NOT_AT_FIRST:
            commitment["is_on"] = False
        if commitment["code"] == "volume":
            commitment["amount"] = 110
        _change(commitment)
    return data


def _second(starts_on: date) -> Data:
    data = _shipped(starts_on)
    # Amount and margin are asked of every deal; budget, authority, need and date are Marketing's work too.
    data["record"] = ["next_step", "outcome", "amount", "margin"]
    for gate in data["gates"].values():
        _each_leaf(gate, _ease)
    for stage in data["stages"]:
        stage["stale_after_business_days"] = STALE_DAYS.get(stage["code"], stage["stale_after_business_days"])
    for commitment in data["commitments"]:
        _change(commitment)
        if commitment["code"] == "qualify_or_return":
            commitment["allowances"] = [{"tier": None, "amount": 15, "unit": "business_days"}]
        if commitment["code"] == "volume":
            commitment["params"]["daily_maximum"] = 24
    return data


def _change(commitment: Data) -> None:
    """What both versions have otherwise than the shipped draft."""
    if commitment["code"] == "first_touch":
        commitment["target"] = 0.85
        commitment["ladder"] = [rung for rung in commitment["ladder"] if rung["action"] != "reassign"]
    if commitment["code"] == "first_touch_from_offer":
        commitment["target"] = 0.8


def _ease(leaf: Data) -> None:
    if leaf.get("bant") == "budget":
        leaf["value"] = 40_000
    if leaf.get("bant") == "authority":
        leaf["value"] = [*words.BUDGET_ROLES, "COO"]


def _each_leaf(criterion: Data, change: Callable[[Data], None]) -> None:
    for part in criterion.get("all") or criterion.get("any") or criterion.get("of") or ():
        _each_leaf(part, change)
    change(criterion)
