"""What was promised over a period: a commitment of one or several agreements, read as one line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sla import agreements
from sla.document import Commitment, Document
from sla.models import AgreementVersion

_MONTHS = {"month": 1, "quarter": 3}


@dataclass(frozen=True, slots=True)
class Term:
    """A commitment as one agreement words it."""

    agreement_id: int
    commitment: Commitment
    document: Document

    @property
    def leg(self) -> int:
        """Return the leg it is counted on: the first where it names none, as `owed_by` reads it."""
        return self.commitment.leg or 1


@dataclass(frozen=True, slots=True)
class Promise:
    """The commitments of one code, one term for each agreement, the newest last.

    Segments are summed, never averaged: kept and closed by the counts, amounts here.
    """

    terms: tuple[Term, ...]

    @property
    def commitment(self) -> Commitment:
        """Return the newest wording; of several amounts, their sum in a month or quarter."""
        newest = self.terms[-1].commitment
        if newest.amount is None or len(self.terms) == 1:
            return newest
        per = _MONTHS[newest.per or "month"]
        parts = [one.commitment for one in self.terms]
        total = sum(float(one.amount or 0) / _MONTHS[one.per or "month"] * per for one in parts)
        return replace(newest, amount=total)

    @property
    def document(self) -> Document:
        return self.terms[-1].document

    @property
    def leg(self) -> int:
        return self.terms[-1].leg

    def target(self, closed: Mapping[int, int]) -> float | None:
        """Return the share promised; where agreements differ, weighted by how many cases each closed."""
        targets = {
            one.agreement_id: float(one.commitment.target)
            for one in self.terms
            if one.commitment.target is not None
        }
        weights = {key: closed.get(key, 0) for key in targets}
        total = sum(weights.values())
        if not total:
            last = self.terms[-1].commitment.target
            return None if last is None else float(last)
        return sum(targets[key] * weight for key, weight in weights.items()) / total


def of_versions(versions: Sequence[AgreementVersion]) -> dict[str, Promise]:
    """Return each commitment that is on, by code; of each agreement the newest version that has it."""
    found: dict[str, dict[int, Term]] = {}
    for version in versions:
        document = agreements.document(version)
        for commitment in document.commitments:
            if commitment.is_on:
                terms = found.setdefault(commitment.code, {})
                terms.pop(version.agreement_id, None)
                terms[version.agreement_id] = Term(version.agreement_id, commitment, document)
    return {code: Promise(tuple(terms.values())) for code, terms in found.items()}
