"""What Sales said of the leads: better, as or worse than promised by origin; how its refusals stood."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet

from sla.choices import REASON_NOT_RECORDED, REFUSED_STATES, Quality, Ruling
from sla.compliance.cohorts import offered_in
from sla.compliance.periods import FEW, Filters, Period
from sla.models import Handoff

#: What the leads are sorted by → the column that holds it.
BY = {"source": "lead__source", "campaign": "snapshot__campaign"}
NOT_RATED = "unrated"


@dataclass(frozen=True, slots=True)
class Seen:
    """The worked leads of one source or campaign, `name` "" where it is unknown."""

    name: str
    better: int
    as_promised: int
    worse: int
    unrated: int

    @property
    def rated(self) -> int:
        return self.better + self.as_promised + self.worse

    @property
    def kept(self) -> int:
        """The leads that were at least as good as promised."""
        return self.better + self.as_promised

    @property
    def is_few(self) -> bool:
        """Tell whether too few were rated to say anything of them."""
        return self.rated < FEW


@dataclass(frozen=True, slots=True)
class Stood:
    """How often a reason was given against the dossier, contested and ruled upon."""

    code: str
    given: int
    contradicted: int
    contested: int
    upheld: int
    overturned: int

    @property
    def ruled(self) -> int:
        return self.upheld + self.overturned


def worked(period: Period | None, filters: Filters) -> QuerySet[Handoff]:
    """Return what Sales took of the period's offers on the first leg, rated or not."""
    return offered_in(period, filters, leg=1).filter(accepted_at__isnull=False)


def by(what: str, period: Period | None, filters: Filters) -> list[Seen]:
    """Return the ratings by `source` or `campaign`, the most rated first; one query."""
    counts: dict[str, Any] = {value: Count("id", filter=Q(quality=value)) for value in Quality.values}
    counts[NOT_RATED] = Count("id", filter=Q(quality=""))
    seen: dict[str, list[int]] = {}
    grouped = worked(period, filters).order_by().values_list(BY[what]).annotate(**counts)
    for name, *numbers in grouped:
        before = seen.get(name or "", [0] * len(numbers))
        seen[name or ""] = [one + other for one, other in zip(before, numbers, strict=True)]
    found = [Seen(name, *numbers) for name, numbers in seen.items()]
    return sorted(found, key=lambda each: (-each.rated, -each.unrated, each.name))


def of(what: str, name: str, said: str, period: Period | None, filters: Filters) -> QuerySet[Handoff]:
    """Return the worked leads behind one figure; `said` is a Quality or NOT_RATED, blank for all."""
    is_named = Q(**{BY[what]: name})
    if not name:
        is_named |= Q(**{f"{BY[what]}__isnull": True})
    found = worked(period, filters).filter(is_named)
    return found.filter(quality="" if said == NOT_RATED else said) if said else found


def stood(period: Period | None, filters: Filters) -> list[Stood]:
    """Return by reason how refusals of the period stood up, the most often contested first; one query.

    Counted where the no was said, as the reasons themselves are.
    """
    found = Handoff.objects.filter(filters.on_handoffs(), state__in=REFUSED_STATES)
    found = found.exclude(reason_code__in=["", REASON_NOT_RECORDED])
    if period is not None:
        found = found.filter(ended_at__gte=period.start_at, ended_at__lt=period.end_at)
    rows = found.order_by().values_list("reason_code").annotate(
        given=Count("id"),
        contradicted=Count("id", filter=Q(refusal__isnull=False) & ~Q(refusal__mismatch="")),
        contested=Count("id", filter=Q(refusal__contested_at__isnull=False)),
        upheld=Count("id", filter=Q(refusal__ruling=Ruling.UPHELD)),
        overturned=Count("id", filter=Q(refusal__ruling=Ruling.OVERTURNED)),
    )  # fmt: skip
    return sorted((Stood(*row) for row in rows), key=lambda each: (-each.contested, -each.given, each.code))
