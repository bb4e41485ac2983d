"""Making one lead of two: all that happened moves to the survivor, the other record points to it."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from leads import audit, facts, marks
from leads.models import BantFact, Consent, Deal, ExternalId, FactChange, Lead, Touch, User
from sla import clocks, intake
from sla.models import Clock, Handoff, Standing

#: What belongs to a lead and moves with it. Stages are a record that nobody rewrites: they stay.
_MOVED = (Touch, BantFact, Consent, Deal, ExternalId, Handoff, Clock)
#: Facts that the survivor takes over where it knows nothing itself.
_TAKEN_OVER = (
    *("name", "title", "seniority", "email", "phone", "language", "country"),
    *("source", "campaign", "first_identified"),
)
_APART = 1_000


class MergeRefused(Exception):
    """Two leads cannot be made one; `sentence` says why."""

    sentence: str | Promise = ""


class AlreadyMerged(MergeRefused):
    """One of them is part of another lead by now, or both are the same."""

    sentence = _("One of the two records is already part of another lead.")


class BothWithSales(MergeRefused):
    """Both have an open handoff on one leg."""

    sentence = _("Both records are with Sales right now. Take one offer back or hand one lead back first.")


def survivor(first: Lead, second: Lead) -> Lead:
    """Return which record stays: the one that is with Sales, else the older one."""
    busy = set(Handoff.objects.open().filter(lead__in=(first, second)).values_list("lead_id", flat=True))
    return min((first, second), key=lambda lead: (lead.pk not in busy, lead.pk))


def merge(*, keep: Lead, other: Lead, actor: User, now: datetime) -> Lead:
    """Make `other` part of `keep`, which is then judged anew; returns `keep`.

    The record with Sales stays, whichever was named. What `keep` knows wins; what only `other`
    knows is taken over. Raises AlreadyMerged, BothWithSales.
    """
    with transaction.atomic():
        keep, other = _locked(keep, other)
        moved = _move(keep, other)
        _end_clocks(other, now, actor)
        Clock.objects.filter(lead=other).update(lead=keep)
        _number_cycles(keep)
        _point(other, keep)
        _take_over(keep, other, now, actor)
        for lead, data in ((keep, {"merged": other.pk, **moved}), (other, {"into": keep.pk})):
            audit.record(
                stream=f"lead:{lead.pk}",
                verb="merged",
                subject_type="lead",
                subject_id=other.pk,
                actor=actor,
                at=now,
                data=data,
            )
        marks.mark(lead_ids=[keep.pk], since=now, now=now)
    intake.drain_lead(lead_id=keep.pk, now=now, actor=actor)
    return keep


def _locked(keep: Lead, other: Lead) -> tuple[Lead, Lead]:
    """Lock both in the order of their ids, and look which one stays."""
    ids = {keep.pk, other.pk}
    rows = Lead.objects.alive().select_for_update(of=("self",), no_key=True).filter(pk__in=ids)
    found = {lead.pk: lead for lead in rows.order_by("pk")}
    if len(found) < 2:
        raise AlreadyMerged
    open_ones = list(Handoff.objects.open().filter(lead__in=ids).values_list("lead_id", "leg"))
    legs = [leg for _lead, leg in open_ones]
    busy = {lead for lead, _leg in open_ones}
    if len(set(legs)) < len(legs) or len(busy) > 1:
        raise BothWithSales
    if busy == {other.pk}:
        keep, other = other, keep
    return found[keep.pk], found[other.pk]


def _move(keep: Lead, other: Lead) -> dict[str, int]:
    """Let everything of `other` but its clocks belong to `keep`; return how many rows of each moved."""
    Handoff.objects.filter(lead=other).update(cycle=F("cycle") + _APART)
    moved = {}
    for model in _MOVED:
        if model is not Clock:
            moved[str(model._meta.model_name)] = model._base_manager.filter(lead=other).update(lead=keep)
    return {name: count for name, count in moved.items() if count}


def _end_clocks(other: Lead, now: datetime, actor: User) -> None:
    """Cancel what ran on the record itself: the survivor has clocks of its own."""
    hearing = clocks.Hearing(lead=other, now=now, actor=actor)
    for clock in hearing.clocks:
        if clock.handoff_id is None:
            hearing.advance(clock, "cancel", at=max(now, clock.started_at), detail={"by": "merged"})
    hearing.save()


def _number_cycles(keep: Lead) -> None:
    """Number the cycles of both records in the order in which they began; an open one stays the last."""
    began: dict[tuple[int, int], tuple[bool, float]] = {}
    rows = Handoff.objects.filter(lead=keep).values_list("leg", "cycle", "is_ended", "offered_at")
    for leg, cycle, is_ended, offered_at in rows:
        at = offered_at.timestamp() if offered_at else 0.0
        is_open, first_at = began.get((leg, cycle), (False, at))
        began[leg, cycle] = (is_open or not is_ended, min(first_at, at))
    for leg in {leg for leg, _cycle in began}:
        order = sorted((place, cycle) for (of_leg, cycle), place in began.items() if of_leg == leg)
        _renumber(keep, leg, [cycle for _place, cycle in order])


def _renumber(keep: Lead, leg: int, cycles: Iterable[int]) -> None:
    """Give cycles the numbers 1, 2, 3 in this order; through numbers that nobody has."""
    handoffs = Handoff.objects.filter(lead=keep, leg=leg)
    numbered = list(enumerate(cycles, start=1))
    for number, cycle in numbered:
        handoffs.filter(cycle=cycle).update(cycle=10 * _APART + number)
    for number, _cycle in numbered:
        handoffs.filter(cycle=10 * _APART + number).update(cycle=number)


def _point(other: Lead, keep: Lead) -> None:
    Lead.objects.filter(merged_into=other).update(merged_into=keep)
    Lead.objects.filter(pk=other.pk).update(merged_into=keep, owner=None, team=None)
    Standing.objects.filter(pk=other.pk).delete()
    FactChange.objects.filter(pk=other.pk).delete()


def _take_over(keep: Lead, other: Lead, now: datetime, actor: User) -> None:
    changes = {
        name: getattr(other, name) for name in _TAKEN_OVER if getattr(other, name) and not getattr(keep, name)
    }
    if other.email_key and not keep.email_key:
        changes["email"] = other.email
    own = {key: value for key, value in other.attributes.items() if key not in keep.attributes}
    if own:
        changes["attributes"] = own
    if changes:
        facts.update_lead(lead=keep, changes=changes, now=now, actor=actor)
