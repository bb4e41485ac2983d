"""What was promised over a period: by every version that was in force in it, one line for each commitment.

Each case is judged by the version that it names. What is counted over a period is promised day by day: of a
month in which the amount changed, each version promises the share of its own days.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Min, Q

from sla import agreements
from sla.compliance.periods import Filters, Period
from sla.compliance.tallies import Day
from sla.document import Commitment, Document, explain_clause
from sla.models import AgreementVersion
from sla.wording import Sentence

_MONTHS = {"month": 1, "quarter": 3}


@dataclass(frozen=True, slots=True)
class Term:
    """A commitment as one version words it.

    `period` are the days of the question on which the version was in force: None where it was on none (it
    judged what had begun before), and where the question is of all times.
    """

    version: AgreementVersion
    commitment: Commitment
    document: Document
    period: Period | None = None

    @property
    def is_by_value(self) -> bool:
        """Tell whether leads count by what their tier is worth."""
        return bool(self.commitment.params.get("weighted"))

    def worth(self, tier: str | None) -> float:
        """Return as how many leads one of a tier counts."""
        return self.document.worth(tier) if self.is_by_value else 1

    @property
    def amount(self) -> float | None:
        """How much it promises over its days, None where it promises no amount."""
        if self.period is None or self.commitment.amount is None:
            return None
        return float(self.commitment.amount) * self.period.months / _MONTHS[self.commitment.per or "month"]


@dataclass(frozen=True, slots=True)
class Wording:
    """What one agreement promised on the days from one to another; None of both: before the period began."""

    agreement: str
    commitment: Commitment
    terms: Sentence
    first_on: date | None
    last_on: date | None


@dataclass(frozen=True, slots=True)
class Promise:
    """One commitment of one side on one leg: a term for each version that has it, the newest last.

    Agreements and versions are summed, never averaged: kept and closed by the counts, amounts by the days.
    """

    terms: tuple[Term, ...]

    @property
    def versions(self) -> frozenset[int]:
        """The ids of the versions that have it."""
        return frozenset(term.version.pk for term in self.terms)

    @property
    def commitment(self) -> Commitment:
        """Return the newest wording; of several agreements' amounts, their sum in a month or quarter."""
        newest = self.terms[-1].commitment
        parts = list({term.version.agreement_id: term.commitment for term in self.terms}.values())
        if newest.amount is None or len(parts) == 1:
            return newest
        per = _MONTHS[newest.per or "month"]
        total = sum(float(one.amount or 0) / _MONTHS[one.per or "month"] * per for one in parts)
        return replace(newest, amount=total)

    @property
    def document(self) -> Document:
        return self.terms[-1].document

    @property
    def leg(self) -> int:
        """Return the leg it is counted on: the first where it names none, as `owed_by` reads it."""
        return self.terms[-1].commitment.leg or 1

    def wordings(self) -> list[Wording]:
        """Return what was promised when, agreement by agreement; versions that say the same are one."""
        found: list[Wording] = []
        for term in sorted(self.terms, key=lambda one: one.version.agreement_id):
            name, text = term.version.agreement.name, explain_clause(term.commitment, term.document)
            days = (term.period.first_on, term.period.last_on) if term.period else (None, None)
            last = found[-1] if found else None
            if last and (last.agreement, last.terms) == (name, text):
                found[-1] = replace(last, first_on=last.first_on or days[0], last_on=days[1] or last.last_on)
            else:
                found.append(Wording(name, term.commitment, text, *days))
        return found

    def amounts(self) -> Iterator[tuple[Period, float]]:
        """Yield the days of each version in force with the amount that it promises over them."""
        for term in self.terms:
            if term.period is not None and term.amount is not None:
                yield term.period, term.amount

    def target(self, closed: Mapping[int, int]) -> float | None:
        """Return the share promised; where versions differ, weighted by how many cases each closed.

        `closed` counts by the id of the version.
        """
        targets = {
            term.version.pk: float(term.commitment.target)
            for term in self.terms
            if term.commitment.target is not None
        }
        weights = {key: closed.get(key, 0) for key in targets}
        total = sum(weights.values())
        if not total:
            last = self.terms[-1].commitment.target
            return None if last is None else float(last)
        # One target is itself, free of the noise of binary fractions.
        if len(used := {targets[key] for key, weight in weights.items() if weight}) == 1:
            return used.pop()
        return sum(targets[key] * weight for key, weight in weights.items()) / total


def ruling(period: Period | None, filters: Filters, used: Iterable[int]) -> list[AgreementVersion]:
    """Return the versions that answer for a question, the oldest first.

    Those that were in force in its period (of all times: are in force), and of `used` those that judged what
    it counts. Their long texts are left in the database until somebody needs them.
    """
    if period is None:
        own = Q(pk__in=[version.pk for version in agreements.in_force()])
    else:
        lasted = Q(superseded_at__isnull=True) | Q(superseded_at__gt=period.start_at)
        own = lasted & Q(is_baseline=False, activated_at__lt=period.end_at)
    asked = {"agreement_id": filters.agreement_id, "pk": filters.version_id}
    found = AgreementVersion.objects.filter(own | Q(pk__in=list(used)))
    found = found.filter(**{name: value for name, value in asked.items() if value is not None})
    found = found.select_related("agreement").defer("document", "canonical_text")
    return list(found.order_by("starts_on", "number", "pk"))


def of_versions(
    versions: Sequence[AgreementVersion], period: Period | None = None, days: Iterable[Day] = ()
) -> list[Promise]:
    """Return what versions promise, each commitment that is on; `days` are those that they judged."""
    in_force = _in_force(versions, period, days) if period else {}
    found: dict[tuple[str, str, str, int], list[Term]] = {}
    for version in versions:
        document = agreements.document(version)
        for one in document.commitments:
            if one.is_on:
                # Under one code two agreements may mean two legs: these are two promises, often of two sides.
                same = one.code, one.kind, one.side, one.leg or 1
                found.setdefault(same, []).append(Term(version, one, document, in_force.get(version.pk)))
    return [Promise(tuple(terms)) for terms in found.values()]


def by_key(found: Iterable[Promise]) -> dict[str, Promise]:
    """Return promises by what names them in addresses: their code; of several under one code `code-2` …"""
    codes: Counter[str] = Counter()
    named: dict[str, Promise] = {}
    for promise in found:
        code = promise.commitment.code
        codes[code] += 1
        named[code if codes[code] == 1 else f"{code}-{codes[code]}"] = promise
    return named


def _in_force(
    versions: Sequence[AgreementVersion], period: Period, days: Iterable[Day]
) -> dict[int, Period | None]:
    """Return by version the days of the period on which it was in force.

    Imported history is judged by the version that the import names, also of days before it took effect: an
    agreement's first version then reaches back to the start of the period.
    """
    spans = {version.pk: _span(version, period.zone) for version in versions}
    if any(version.is_baseline for version in versions):
        spans |= _of_baselines(versions, period.zone)
    judged: dict[int, date] = {}
    for day in days:
        judged[day.version_id] = min(day.day, judged.get(day.version_id, day.day))
    firsts: dict[int, AgreementVersion] = {}
    for version in sorted(versions, key=lambda one: spans[one.pk]):
        firsts.setdefault(version.agreement_id, version)
    for version in firsts.values():
        first_on, last_on = spans[version.pk]
        if judged.get(version.pk, first_on) < first_on:
            spans[version.pk] = period.first_on, last_on
    return {version.pk: period.part(*spans[version.pk]) for version in versions}


def _span(version: AgreementVersion, zone: str) -> tuple[date, date]:
    """Return the first and last day on which a version is in force; on the day of a change the new one is."""
    own = ZoneInfo(zone)
    started, ended = version.activated_at, version.superseded_at
    first_on = started.astimezone(own).date() if started else version.starts_on
    return first_on, ended.astimezone(own).date() - timedelta(days=1) if ended else date.max


def _of_baselines(versions: Sequence[AgreementVersion], zone: str) -> dict[int, tuple[date, date]]:
    """Return the days of baselines: each until the next of its agreement, or the first that was signed."""
    own = {version.agreement_id for version in versions if version.is_baseline}
    signed = AgreementVersion.objects.filter(is_baseline=False).aggregate(at=Min("activated_at"))["at"]
    signed_on = signed.astimezone(ZoneInfo(zone)).date() if signed else date.max
    found = AgreementVersion.objects.filter(is_baseline=True, agreement__in=own, activated_at__isnull=False)
    spans: dict[int, tuple[date, date]] = {}
    until: dict[int, date] = {}
    for pk, agreement, starts_on in found.order_by("-starts_on", "-number").values_list(
        "pk", "agreement_id", "starts_on"
    ):
        end_on = min(signed_on, until.get(agreement, date.max))
        spans[pk] = starts_on, end_on if end_on == date.max else end_on - timedelta(days=1)
        until[agreement] = starts_on
    return spans
