"""A rep's own bar: raised above the minimum, reset, and what each would have kept of their past."""

from dataclasses import asdict
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from leads import people
from portal import access, toasts, wording
from portal.forms.people import BarForm
from portal.lines.lab import share_words
from sla import permissions
from sla.lab import bars
from sla.lab.results import LEAST_TO_JUDGE, Share
from sla.scoring import CELLS


@require_http_methods(["GET", "HEAD", "POST"])
def bar(request: HttpRequest) -> HttpResponse:
    """Show and keep the cells whose leads somebody takes; every cell, or none, is no bar of their own."""
    user, now = access.person(request), timezone.now()
    access.require(user.role in permissions.TAKES_LEADS)
    form = BarForm(request.POST if request.method == "POST" else None, initial={"grid": _cells(user)})
    if request.method == "POST" and form.is_valid():
        value = form.value()
        if people.change(user=user, values={"personal_bar": value}, now=now, actor=user):
            toasts.say(request, _("Kept.") if value else _("Every sales-ready lead may come to you again."))
        return redirect("bar")
    found = bars.trials(user, now)
    asked_for = bars.proposed(found)
    context = {
        "form": form,
        "has_bar": bool(user.personal_bar.get("grid")),
        "rows": [_row(one, is_proposed=one == asked_for) for one in found],
        "worked": found[0].inside.n + found[0].outside.n,
        "least": LEAST_TO_JUDGE,
        "asked_for": asked_for,
    }
    return render(request, "me/bar.html", context, status=422 if form.errors else 200)


def _cells(user: Any) -> list[str]:
    return user.personal_bar.get("grid") or list(CELLS)


def _row(one: bars.Trial, *, is_proposed: bool) -> dict[str, Any]:
    return {
        "cells": one.cells,
        "accepted": _said(one.accepted),
        "won": _said(one.won),
        "inside": _said(one.inside),
        "outside": _said(one.outside),
        "has_enough": one.has_enough,
        "is_proposed": is_proposed,
    }


def _said(found: Share) -> tuple[str, str]:
    """Say a share with its n, and its 95% interval; few cases as they are, without one."""
    words = share_words(asdict(found))
    if found.is_few:
        return words, ""
    ends = {"low": wording.share_text(found.low), "high": wording.share_text(found.high)}
    return words, _("%(low)s to %(high)s") % ends
