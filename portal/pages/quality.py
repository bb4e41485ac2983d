"""What Sales said: how good the leads were by origin, and how its reasons for a no stood up."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from portal import figures
from portal.pages.compliance import SHOWN, Asked, asked_of, sees_people
from sla.choices import Quality
from sla.compliance import members, quality

BY: dict[str, str | Promise] = {"source": gettext_lazy("By source"), "campaign": gettext_lazy("By campaign")}
SAID: dict[str, str | Promise] = {
    "better": gettext_lazy("Better"),
    "as_promised": gettext_lazy("As promised"),
    "worse": gettext_lazy("Worse"),
    "unrated": gettext_lazy("Not rated yet"),
}


@require_safe
def said(request: HttpRequest) -> HttpResponse:
    """Show how Sales rated what it took, by source or campaign, with the leads behind each figure."""
    asked = asked_of(request)
    what = request.GET.get("by", "")
    what = what if what in BY else "source"
    seen = quality.by(what, asked.period, asked.filters)
    context = {
        "form": asked.form,
        "by": what,
        "by_label": _("Source") if what == "source" else _("Campaign"),
        "tabs": _tabs(request, what),
        "heads": SAID,
        "rows": [(each, [(head, code, getattr(each, code)) for code, head in SAID.items()]) for each in seen],
        "reasons": _reasons(asked),
        "sees_people": sees_people(asked.user),
        **_chosen(request, asked, what),
    }
    return render(request, "results/said.html", context)


def _tabs(request: HttpRequest, current: str) -> list[dict[str, Any]]:
    tabs = []
    for code, label in BY.items():
        query = request.GET.copy()
        for name in ("name", "rating"):
            query.pop(name, None)
        query["by"] = code
        tabs.append({"label": label, "url": f"?{query.urlencode()}", "is_current": code == current})
    return tabs


def _chosen(request: HttpRequest, asked: Asked, what: str) -> dict[str, Any]:
    """Return the leads behind the figure that was followed, nothing while none was."""
    name, rating = request.GET.get("name"), request.GET.get("rating", "")
    if name is None or rating not in ("", *Quality.values, quality.NOT_RATED):
        return {}
    found = quality.of(what, name, rating, asked.period, asked.filters)
    people = members.of_handoffs(found, asked.visible)
    return {
        "chosen": name or _("Unknown"),
        "chosen_rating": SAID.get(rating, ""),
        **figures.listed(people, SHOWN),
    }


def _reasons(asked: Asked) -> list[dict[str, Any]]:
    known = figures.reason_labels()
    stood = quality.stood(asked.period, asked.filters)
    return [{"label": known.get(each.code, each.code), "stood": each} for each in stood]
