"""How far leads are on their nurture tracks, and what their dossiers lack."""

from collections.abc import Collection, Iterator, Mapping
from datetime import date

from django.db.models import Exists, F, OuterRef, QuerySet, Subquery

from leads.choices import ConsentState, Stage
from leads.models import Consent, Touch
from sla.choices import REFUSED_STATES, HandoffState
from sla.models import Handoff, NurtureStep

#: Stages in which a track goes on.
ON_TRACK = (Stage.RECYCLED, Stage.NURTURING)
#: What of a dossier may have come since the offer, as a condition on the values of its row.
_HAS_COME = {
    "source": lambda row: bool(row["lead__source"]),
    "first_identified": lambda row: bool(row["lead__first_identified"]),
    "touches": lambda row: row["has_touch"],
    "consent": lambda row: row["has_consent"],
    "contact": lambda row: bool(row["lead__email_key"] or row["lead__phone_key"]),
}


def steps_of(handoff: Handoff) -> list[NurtureStep]:
    """Return the steps of the track that a refused lead was put on, in their order."""
    return list(NurtureStep.objects.filter(refusal=handoff.pk).select_related("done_by").order_by("number"))


def due_steps(until: date) -> QuerySet[NurtureStep]:
    """Return the next step of each lead on a track whose day has come, unless the lead opted out."""
    return following().filter(due_on__lte=until)


def following(handoffs: Collection[int] | None = None) -> QuerySet[NurtureStep]:
    """Return the next step of each lead that is on a track now, of all or of some refused handoffs."""
    refused = Handoff.objects.filter(state__in=REFUSED_STATES, lead__stage__in=ON_TRACK, leg=1)
    later = Handoff.objects.filter(lead=OuterRef("refusal__handoff__lead"), leg=1).filter(
        cycle__gt=OuterRef("refusal__handoff__cycle")
    )
    first = NurtureStep.objects.filter(refusal=OuterRef("refusal"), done_at__isnull=True).order_by("number")
    newest_word = Consent.objects.filter(lead=OuterRef("refusal__handoff__lead")).order_by(
        "-recorded_at", "-pk"
    )
    open_ones = NurtureStep.objects.filter(done_at__isnull=True, refusal__handoff__in=refused)
    if handoffs is not None:
        open_ones = open_ones.filter(refusal__in=handoffs)
    alone = open_ones.filter(number=Subquery(first.values("number")[:1])).exclude(Exists(later))
    worded = alone.annotate(word=Subquery(newest_word.values("state")[:1]))
    return worded.exclude(word=ConsentState.WITHDRAWN, word__isnull=False)


def lacking(handoffs: Collection[int] | None = None) -> Mapping[int, tuple[int, tuple[str, ...]]]:
    """Return by open handoff of leg one its lead and what its dossier lacked at the offer and still lacks."""
    found = Handoff.objects.filter(leg=1, is_ended=False, is_history=False, snapshot__is_complete=False)
    found = found.filter(state__in=(HandoffState.OFFERED, HandoffState.ACCEPTED))
    if handoffs is not None:
        found = found.filter(pk__in=handoffs)
    return dict(_lacking(found))


def _lacking(found: QuerySet[Handoff]) -> Iterator[tuple[int, tuple[int, tuple[str, ...]]]]:
    said = found.annotate(
        has_touch=Exists(Touch.objects.filter(lead=OuterRef("lead"))),
        has_consent=Exists(Consent.objects.filter(lead=OuterRef("lead"))),
        missing=F("snapshot__missing"),
    )
    columns = ("lead__source", "lead__first_identified", "lead__email_key", "lead__phone_key")
    for row in said.values("pk", "lead_id", "missing", "has_touch", "has_consent", *columns):
        still = tuple(code for code in row["missing"] if not _HAS_COME.get(code, lambda row: False)(row))
        if still:
            yield row["pk"], (row["lead_id"], still)
