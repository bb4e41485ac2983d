"""Records that may be of one person: the suspected pairs, both side by side, one press to merge them."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from leads.choices import Role
from leads.models import Lead, User
from portal import access, numbers, toasts
from sla import merging, permissions
from sla.models import Handoff

WHY = {
    "phone": gettext_lazy("Same phone, near name"),
    "name": gettext_lazy("Same name, near company"),
    "account": gettext_lazy("Near names at one company"),
}
#: What is compared side by side.
_FACTS = (
    ("name", gettext_lazy("Name")),
    ("account", gettext_lazy("Company")),
    ("title", gettext_lazy("Title")),
    ("email", gettext_lazy("E-mail")),
    ("phone", gettext_lazy("Phone")),
    ("source", gettext_lazy("Source")),
    ("created_at", gettext_lazy("First known")),
    ("owner", gettext_lazy("Owner")),
)


@require_safe
def duplicates(request: HttpRequest) -> HttpResponse:
    """List suspected pairs among the newest leads, the likeliest first."""
    _merger(request)
    pairs, more = merging.suspects(below=numbers.whole(request.GET.get("below")))
    rows = [{"pair": one, "why": WHY[one.because]} for one in pairs]
    return render(request, "leads/duplicates.html", {"rows": rows, "more": more})


@require_http_methods(["GET", "HEAD", "POST"])
def compare(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a record beside that named `with`; merge them, or remember that they are two people."""
    user, now = access.person(request), timezone.now()
    one, other = access.lead(user, pk), numbers.whole(request.POST.get("with") or request.GET.get("with"))
    _merger(request)
    if other is None:
        return redirect("duplicates")
    first, second = merging.pair(one, access.lead(user, other))
    if request.method == "POST" and request.POST.get("do") == "distinct":
        merging.distinct(first=first, second=second, actor=user, now=now)
        toasts.say(request, _("Remembered: they are two people."))
        return redirect("duplicates")
    if request.method == "POST":
        keep = second if request.POST.get("keep") == str(second.pk) else first
        try:
            kept = merging.merge(keep=keep, other=first if keep is second else second, actor=user, now=now)
        except merging.MergeRefused as refused:
            return _compared(request, first, second, str(refused.sentence))
        toasts.say(request, _("Both records are one lead now."))
        return redirect("lead", kept.pk)
    return _compared(request, first, second)


def _compared(request: HttpRequest, first: Lead, second: Lead, refused: str = "") -> HttpResponse:
    both = (first, second)
    facts: list[tuple[Any, list[Any]]] = [
        (label, [getattr(lead, name) for lead in both]) for name, label in _FACTS
    ]
    facts.append((_("Stage"), [lead.get_stage_display() for lead in both]))
    facts.append((_("Touches"), [lead.touches.count() for lead in both]))
    facts.append((_("Handoffs"), [Handoff.objects.filter(lead=lead).count() for lead in both]))
    context: dict[str, Any] = {
        "both": both,
        "facts": [(label, values, values[0] != values[1]) for label, values in facts],
        "stays": merging.survivor(first, second),
        "refused": refused,
        "back": reverse("duplicates"),
    }
    return render(request, "leads/compare.html", context, status=409 if refused else 200)


def _merger(request: HttpRequest) -> User:
    user = access.person(request)
    access.require(user.role in permissions.MARKETS | {Role.OPERATIONS})
    return user
