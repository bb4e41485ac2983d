"""Which agreement covers which leads: the order, overlaps and gaps, and any lead put to the test."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from portal import access, numbers, toasts
from portal.forms import agreement as forms
from portal.lines import verdicts
from sla import agreements, document, permissions
from sla.queries import segments as queries


@require_safe
def every(request: HttpRequest) -> HttpResponse:
    """List the agreements in force in the order in which they are asked; put a company's leads to them."""
    user, now = access.person(request), timezone.now()
    found = queries.segments(user=user, at=now)
    form = forms.TryLeadForm(request.GET if "company" in request.GET else None)
    text = form.cleaned_data["company"] if form.is_valid() else ""
    context = {
        "segments": found,
        "rows": _rows(found),
        "can_order": permissions.can_order(user) and len(found.found) > 1,
        "moved": queries.last_moved(),
        "form": form,
        "text": text,
        "trials": [_trial(one) for one in queries.trials(user=user, text=text, at=now)] if text else [],
    }
    return render(request, "agreement/all.html", context)


@require_POST
def order(request: HttpRequest) -> HttpResponse:
    """Ask one agreement before the one that stands right before it."""
    user = access.person(request)
    access.require(permissions.can_order(user))
    agreement, before = (numbers.whole(request.POST.get(name)) or 0 for name in ("agreement", "before"))
    try:
        moved = agreements.ask_earlier(agreement=agreement, before=before, now=timezone.now(), actor=user)
    except agreements.OrderChanged:
        toasts.say(request, _("The order has changed meanwhile: nothing was moved."))
    except agreements.EverybodyLast:
        toasts.say(request, _("The agreement for everybody stays last: behind it nobody would be asked."))
    else:
        said = _("%(name)s is asked one place earlier. Leads are judged anew in the background.")
        toasts.say(request, said % {"name": moved.agreement.name})
    return redirect("agreement-all")


def _rows(found: queries.Segments) -> list[dict[str, Any]]:
    """Return the agreements, each with its neighbors that it may change places with."""
    rows: list[dict[str, Any]] = []
    for place, one in enumerate(found.found):
        before = found.found[place - 1] if place else None
        behind = found.found[place + 1] if place + 1 < len(found.found) else None
        rows.append(
            {
                "segment": one,
                "rule": _rule(one, is_first=before is None),
                "shared": sorted(one.shared.items()),
                "before": before if one.rule else None,
                "behind": behind if behind and behind.rule else None,
            }
        )
    return rows


def _rule(one: queries.Segment, *, is_first: bool) -> str:
    if one.rule is None:
        return _("Every lead.") if is_first else _("Every lead that none before it covers.")
    said = verdicts.say(document.recite(one.rule))
    return f"{said[:1].upper()}{said[1:]}."


def _trial(one: queries.Trial) -> dict[str, Any]:
    return {
        "lead": one.lead,
        "taken_by": one.taken_by,
        "also": [segment.version.agreement.name for segment in one.also],
        "offered_under": one.offered_under,
        "asked": [
            {
                "segment": segment,
                "is_met": verdict is None or verdict.is_ready,
                "leaves": [_leaf(leaf) for leaf in verdict.leaves] if verdict else [],
            }
            for segment, verdict in one.asked
        ],
    }


def _leaf(leaf: Any) -> dict[str, Any]:
    tone, word = verdicts.TONES[leaf.value]
    said = {name: verdicts.say(getattr(leaf, name)) for name in ("label", "need", "fact")}
    return {"tone": tone, "word": word, **said}
