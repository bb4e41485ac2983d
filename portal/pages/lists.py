"""The list of leads: filters in the address, views that people keep, pages at any depth."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from leads import paging
from leads import queries as lead_queries
from leads.models import User
from portal import access, imports, numbers, saved, toasts
from portal.forms.lists import KeepViewForm, LeadFilterForm
from portal.lines import rows
from portal.models import SavedView
from sla.queries import leads as list_queries
from sla.queries import lists

VIEWS: dict[str, str | Promise] = {
    "mine": gettext_lazy("Mine"),
    "ready": gettext_lazy("Sales-ready"),
    "late": gettext_lazy("Late"),
    "recycled": gettext_lazy("Back in nurturing"),
    "all": gettext_lazy("All"),
}
#: The columns in their order, with the sort that each can ask for.
COLUMNS: tuple[tuple[str, str | Promise], ...] = (
    ("company", gettext_lazy("Company and person")),
    ("since", gettext_lazy("Stage")),
    ("", gettext_lazy("Grade")),
    ("", gettext_lazy("Owner")),
    ("source", gettext_lazy("Source")),
    ("", gettext_lazy("Next due")),
)


@require_safe
def leads(request: HttpRequest) -> HttpResponse:
    """List the leads a person may see, by a view, filters and an order, all in the address."""
    user, now = access.person(request), timezone.now()
    form = LeadFilterForm(request.GET, user=user)
    asked, view = dict(form.asked), request.GET.get("view", "")
    is_short = len(asked.get("q", lead_queries.SHORTEST_TERM * "·")) < lead_queries.SHORTEST_TERM
    if view not in VIEWS:
        view = "all" if asked else list_queries.first_view(user)
    found = _page(request, user, {**asked, "view": view}, is_short)
    shown = form.query(view=view, sort=found.sort if found.sort != "newest" else "")
    kept = list(saved.views_for(user))
    context = {
        "form": form,
        "text": asked.get("q", ""),
        "is_short": is_short,
        "is_narrowed": bool(asked),
        "page": found,
        "after": request.GET.get("after"),
        "rows": [rows.lead_line(row, now) for row in list_queries.rows(found.leads, user)],
        "columns": _columns(found),
        "tabs": _tabs(kept, shown, view),
        "kept": next((one for one in kept if one.query == shown), None),
        "keep_form": KeepViewForm(user=user),
        "shown": shown,
        "view": view,
        "can_import": bool(imports.kinds_for(user)),
    }
    return render(request, "leads/leads.html", context)


@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """Keep what the list shows under a name; nothing that is no filter of it comes along."""
    user = access.person(request)
    form, shown = KeepViewForm(request.POST, user=user), QueryDict(request.POST.get("query", ""))
    view, sort = shown.get("view", ""), shown.get("sort", "")
    query = LeadFilterForm(shown, user=user).query(
        view=view if view in VIEWS else "",
        sort=sort if sort.removeprefix("-") in lists.SORTS else "",
    )
    if not form.is_valid():
        toasts.say(request, _("A view needs a name of up to 40 letters."), level=messages.WARNING)
    elif saved.keep(user=user, query=query, now=timezone.now(), **{"is_shared": False, **form.cleaned_data}):
        toasts.say(request, _("Kept as “%(name)s”.") % {"name": form.cleaned_data["name"]})
    else:
        text = _("You have %(n)s views. Remove one first.") % {"n": saved.MOST}
        toasts.say(request, text, level=messages.WARNING)
    return redirect(f"{reverse('leads')}?{query}")


@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove one of a person's own views."""
    if not saved.remove(user=access.person(request), pk=pk):
        raise Http404
    toasts.say(request, _("The view is removed. No lead changed."))
    return redirect("leads")


def _page(request: HttpRequest, user: User, asked: dict[str, Any], is_short: bool) -> lists.Page:
    if is_short:
        return lists.Page((), 0, False, None, (), "newest")
    text = request.GET.get("after", "")
    start = paging.Place(numbers.whole(text.removesuffix("+")), text.endswith("+"))
    return lists.page(user, asked, sort=request.GET.get("sort", "newest"), start=start)


def _columns(found: lists.Page) -> list[dict[str, Any]]:
    """Return the heads of the columns: how each is sorted, and what a click sorts it by."""
    return [
        {
            "label": label,
            "sort": sort if found.sort != sort else f"-{sort}",
            "can_sort": sort in found.sorts,
            "order": "" if found.sort.removeprefix("-") != sort
            else "descending" if found.sort.startswith("-") else "ascending",
        }
        for sort, label in COLUMNS
    ]  # fmt: skip


def _tabs(kept: list[SavedView], shown: str, view: str) -> list[dict[str, Any]]:
    """Return built-in and kept views; what no kept view shows belongs to the built-in one it narrows."""
    here = reverse("leads")
    if shown not in {one.query for one in kept}:
        shown = urlencode({"view": view})
    views = [(label, urlencode({"view": code})) for code, label in VIEWS.items()]
    views += [(one.name, one.query) for one in kept]
    return [
        {"label": label, "url": f"{here}?{query}", "count": None, "is_current": query == shown}
        for label, query in views
    ]
