"""The dossier of a lead."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from leads import permissions as lead_permissions
from leads.models import Lead, User
from portal import access
from portal.forms.facts import OUTCOMES
from portal.lines import actions, refused, tracks
from portal.lines import dossier as pages
from portal.lines import timeline as moments
from sla import permissions
from sla.choices import REFUSED_STATES, HandoffState
from sla.models import Handoff
from sla.queries import cadence, nurture
from sla.queries import dossier as queries
from sla.queries import timeline as timeline_queries

ENTRIES = 30
SHOWN: dict[str, str | Promise] = {
    "all": gettext_lazy("All"),
    "touches": gettext_lazy("Touches"),
    "clocks": gettext_lazy("Clocks"),
    "stages": gettext_lazy("Stages"),
    "notes": gettext_lazy("Notes"),
}


@require_safe
def dossier(request: HttpRequest, pk: int) -> HttpResponse:
    """Show everything that is known, judged and agreed about one lead."""
    user, now = access.person(request), timezone.now()
    lead = access.lead(user, pk)
    show = request.GET.get("show", "all")
    show = show if show in SHOWN else "all"
    found = queries.dossier(lead, user, now)
    limit = None if request.GET.get("earlier") else ENTRIES
    timeline = timeline_queries.timeline(lead, found.handoffs, found.facts, show=show, limit=limit)
    context = {
        "lead": lead,
        "dossier": found,
        "handoff": found.handoff,
        "now": now,
        "actions": actions.actions(lead, found.handoffs, user),
        "chips": _chips(lead, timeline, show),
        "timeline": timeline,
        "days": moments.days(timeline.moments, now),
        "verdicts": actions.verdicts(found.handoff, user),
        "undo": _undo(found, user, now),
        **_first_touch(found, user),
        "can_edit": lead_permissions.edits_facts(user),
        **pages.page(found, now),
        **_given_back(found, user, now),
    }
    return render(request, "leads/dossier.html", context)


def _chips(lead: Lead, timeline: timeline_queries.Timeline, show: str) -> list[dict[str, Any]]:
    here = reverse("lead", args=[lead.pk])
    return [
        {
            "label": label,
            "count": timeline.counts[code] if code != "all" else None,
            "url": f"{here}?show={code}#timeline" if code != "all" else f"{here}#timeline",
            "is_current": code == show,
        }
        for code, label in SHOWN.items()
    ]


def _first_touch(found: queries.Dossier, user: User) -> dict[str, Any]:
    """Return what whoever works the lead needs for the next attempt; nothing for everybody else."""
    handoff = found.handoff
    if handoff is None or handoff.rep_id != user.pk or handoff.state != HandoffState.ACCEPTED:
        return {"outcomes": ()}
    return {"outcomes": OUTCOMES, "cadence": cadence.cadence(handoff)}


def _given_back(found: queries.Dossier, user: User, now: datetime) -> dict[str, Any]:
    """Return what became of the last refusal: what Marketing answered, and the track the lead is on."""
    handoff, last = found.handoff, found.last_round
    shown: dict[str, Any] = {"last_answers": refused.answers(last.handoff, now) if last else ()}
    if handoff is None or not handoff.is_ended:
        return shown
    can_do = found.lead.stage in nurture.ON_TRACK and permissions.can_acknowledge(user, handoff)
    steps = nurture.steps_of(handoff) if handoff.state in REFUSED_STATES else []
    track = tracks.progress(handoff, steps, timezone.localtime(now).date(), can_do=can_do)
    return shown | {"refused": refused.lines(handoff, now), "track": track}


def _undo(found: queries.Dossier, user: User, now: datetime) -> Handoff | None:
    return next((one for one in found.handoffs if permissions.can_undo(user, one, now)), None)
