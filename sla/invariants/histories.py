"""Invariants that whole tables are read for: logs of clocks, signatures, the audit, counts of days."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby, islice

from django.db.models import Count, F, Max, Q

from leads import audit
from leads.choices import Side
from sla import clocks, clockwork, document
from sla.choices import VersionState
from sla.compliance import rollups
from sla.invariants.asking import Invariant
from sla.models import AgreementVersion, Clock, ClockEvent

_AT_ONCE = 1_000


def clock_apart_from_log(now: datetime) -> Iterator[str]:
    """Fold every log again; a clock that the sweep set aside is compared with its true next step."""
    found = Clock.objects.order_by("pk").iterator(chunk_size=_AT_ONCE)
    while chunk := list(islice(found, _AT_ONCE)):
        yield from _apart(chunk)


def _apart(chunk: Sequence[Clock]) -> Iterator[str]:
    clocks.attach_commitments(chunk)
    days = clocks.days_off(chunk)
    lines = ClockEvent.objects.filter(clock__in=chunk).order_by("clock_id", "seq")
    logs = {pk: clocks.entries_of(own) for pk, own in groupby(lines, key=lambda line: line.clock_id)}
    for clock in chunk:
        try:
            schedule = clocks.schedule_of(clock, days)
            clocks.rest_over(clock, schedule)
            terms, entries = clocks.terms_of(clock), logs.get(clock.pk, [])
            told = clockwork.fold(entries, terms, schedule, clocks.earlier(entries))
        except Exception as error:  # a log nobody can read is a finding, not the end of the audit
            yield f"clock {clock.pk}: {error}"
        else:
            if told._replace(seq=clock.seq) != clocks.state_of(clock):
                yield f"clock {clock.pk}"


def log_with_a_gap(now: datetime) -> Iterator[str]:
    lines = ClockEvent.objects.values("clock_id").annotate(n=Count("pk"), last=Max("seq"))
    odd = lines.filter(~Q(n=F("last")) | ~Q(last=F("clock__seq"))).order_by("clock_id")
    return (f"clock {pk}" for pk in odd.values_list("clock_id", flat=True).iterator(chunk_size=_AT_ONCE))


def version_apart_from_its_hash(now: datetime) -> Iterator[str]:
    for version in (
        AgreementVersion.objects.prefetch_related("signatures").order_by("pk").iterator(chunk_size=20)
    ):
        if version.state == VersionState.DRAFT:
            continue
        signed = {one.side for one in version.signatures.all() if one.sha256 == version.sha256}
        owes = version.state in (VersionState.ACTIVE, VersionState.SUPERSEDED) and not version.is_baseline
        is_signed = not owes or {Side.MARKETING, Side.SALES} <= signed
        if document.sha256(version.canonical_text) != version.sha256 or not is_signed:
            yield f"version {version.pk}"


def chain_broken(now: datetime) -> Iterator[str]:
    return (f"{entry.stream} {entry.seq}" for entry in audit.breaks())


def counts_apart_from_rows(now: datetime) -> Iterator[str]:
    yield from rollups.apart()


INVARIANTS = (
    Invariant(
        "log-whole", "The numbers of a clock's log have no gap and end with the clock's.", log_with_a_gap
    ),
    Invariant("clock-told", "A clock stands where its log leads.", clock_apart_from_log),
    Invariant(
        "signed", "A version's text fits its hash, and both sides signed it.", version_apart_from_its_hash
    ),
    Invariant("chain", "The chain of the audit holds.", chain_broken),
    Invariant(
        "counts-of-days",
        "The counts of a day are those of its rows, or wait to be counted anew.",
        counts_apart_from_rows,
    ),
)
