"""Marketing's desk: what Sales gave back, what is ready to hand over, what waits."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from leads.models import User
from portal import access, numbers, wording
from portal.lines import desk as words
from portal.lines.inbox import day_ends_at, in_groups
from sla import agreements, permissions
from sla.compliance import offers, periodic, promises
from sla.compliance.periods import Filters, month_of
from sla.queries import desk as queries

PAGE = 50


@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """Show what waits for Marketing, the earliest due first."""
    now, user = timezone.now(), access.person(request)
    access.require(permissions.can_see_desk(user))
    tab = request.GET.get("tab", "all")
    tab = tab if tab in words.TABS else "all"
    limit = PAGE * (numbers.whole(request.GET.get("pages")) or 1)
    found = queries.desk(tab=tab, now=now, day_ends_at=day_ends_at(now), limit=limit)
    groups = _groups(found, user, now)
    context = {
        "desk": found,
        "tabs": _tabs(found, tab),
        "groups": groups,
        # The row after the one just done, or the last: whoever works down the list goes on there.
        "at": min(numbers.whole(request.GET.get("at")) or 0, len(found.shown)),
        "can_hand_over": any(line.can_hand_over for group in groups for line in group["lines"]),
        "sentence": _sentence(found),
        "late_count": found.counts["late"],
        "soon_line": _soon_line(found, now),
        "pace": _pace(now),
        "next_pages": limit // PAGE + 1 if len(found.shown) < sum(found.groups.values()) else None,
        "nav_counts": {"desk": found.counts["all"]},
    }
    return render(request, "desk/desk.html", context)


def _groups(found: queries.Desk, user: User, now: datetime) -> list[dict[str, Any]]:
    ends_at = day_ends_at(now)
    drawn = [
        (row.item.group(ends_at), words.line(row, place, user, now))
        for place, row in enumerate(queries.rows(found.shown), start=1)
    ]
    return in_groups(drawn, found.groups)


def _tabs(found: queries.Desk, current: str) -> list[dict[str, Any]]:
    here = reverse("desk")
    return [
        {
            "label": label,
            "url": here if code == "all" else f"{here}?tab={code}",
            "count": found.counts[code],
            "is_current": code == current,
            "is_hot": code == "late" and found.counts["late"] > 0,
        }
        for code, label in words.TABS.items()
        if found.counts[code] or code in ("all", current)
    ]


def _sentence(found: queries.Desk) -> str:
    count = found.counts["all"]
    if not count:
        return _("Nothing waits for Marketing.")
    return ngettext("%(n)s lead needs you.", "%(n)s leads need you.", count) % {"n": count}


def _soon_line(found: queries.Desk, now: datetime) -> str:
    due = [item.due_at for item in found.soon if item.due_at]
    if not due:
        return ""
    said = ngettext("%(n)s more is due before %(when)s.", "%(n)s more are due before %(when)s.", len(due))
    return said % {"n": len(due), "when": wording.moment_text(max(due), now)}


def _pace(now: datetime) -> dict[str, Any] | None:
    """Return how the month's promised volume stands; None when none is promised."""
    month = month_of(timezone.localtime(now).date(), agreements.zone())
    told = offers.read(month, Filters())
    versions = promises.ruling(month, Filters(), told.versions)
    found = promises.of_versions(versions, month, told.days)
    promise = next((one for one in found if one.commitment.kind == "volume" and one.leg == 1), None)
    volume = periodic.volume(told, month, Filters(), promise)
    if volume.promised is None:
        return None
    behind = round(volume.promised_by(now)) - round(volume.value)
    return {
        "done": volume.value,
        "promised": volume.promised,
        "behind": max(behind, 0),
        "is_by_value": volume.is_by_value,
    }
