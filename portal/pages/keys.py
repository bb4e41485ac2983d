"""Keys of machines: one's own, and for operations everybody's and the systems that send by themselves."""

from datetime import datetime, time
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from leads.choices import Role
from portal import access, api_keys, toasts
from portal.forms.keys import KeyForm, SourceForm
from portal.models import ApiKey, IntakeSource

SHOWN = 200


@require_http_methods(["GET", "HEAD", "POST"])
def own(request: HttpRequest) -> HttpResponse:
    """List one's keys and make one; its secret is shown this once."""
    user, now = access.person(request), timezone.now()
    form = KeyForm(request.POST if request.method == "POST" else None, today=timezone.localdate(now))
    secret = ""
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        ends_at = timezone.make_aware(datetime.combine(data["expires_on"], time.max))
        try:
            _key, secret = api_keys.issue(
                owner=user, name=data["name"], scopes=data["scopes"], expires_at=ends_at, now=now, actor=user
            )
            form = KeyForm(today=timezone.localdate(now))
        except api_keys.TooMany:
            form.add_error(
                None, _("You have %(n)s keys. End one that is not used.") % {"n": api_keys.MOST_KEYS}
            )
    found = ApiKey.objects.filter(owner=user)[:SHOWN]
    context = {"form": form, "keys": _lines(found, now), "secret": secret}
    return render(request, "keys/own.html", context, status=422 if form.errors else 200)


@require_POST
def revoke(request: HttpRequest, prefix: str) -> HttpResponse:
    """End a key: one's own, anybody's for operations."""
    user = access.person(request)
    key = get_object_or_404(ApiKey, prefix=prefix)
    if key.owner_id != user.pk and user.role != Role.OPERATIONS:
        raise Http404
    api_keys.revoke(key=key, now=timezone.now(), actor=user)
    toasts.say(request, _("The key “%(name)s” opens nothing any more.") % {"name": key.name})
    return redirect("profile-keys" if key.owner_id == user.pk else "settings-keys")


@require_safe
def everybodys(request: HttpRequest) -> HttpResponse:
    """List all keys and all systems that send by themselves."""
    access.operations(request)
    return _all(request, SourceForm())


@require_POST
def new_source(request: HttpRequest) -> HttpResponse:
    """Let a system send touches and deals; its secret is shown this once."""
    user = access.operations(request)
    form = SourceForm(request.POST)
    if not form.is_valid():
        return _all(request, form, status=422)
    source = api_keys.open_source(**form.cleaned_data, now=timezone.now(), actor=user)
    return _all(request, SourceForm(), source=source)


@require_POST
def switch_source(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a system send again, or no more."""
    user = access.operations(request)
    source, is_on = get_object_or_404(IntakeSource, pk=pk), request.POST.get("on") == "1"
    api_keys.switch_source(source=source, is_on=is_on, now=timezone.now(), actor=user)
    toasts.say(request, _("Switched on.") if is_on else _("Switched off."))
    return redirect("settings-keys")


def _all(
    request: HttpRequest, form: SourceForm, *, source: IntakeSource | None = None, status: int = 200
) -> HttpResponse:
    found = ApiKey.objects.select_related("owner")[:SHOWN]
    context = {
        "keys": _lines(found, timezone.now()),
        "sources": IntakeSource.objects.select_related("owner").order_by("name"),
        "form": form,
        "made": source,
    }
    return render(request, "keys/all.html", context, status=status)


def _lines(keys: Any, now: datetime) -> list[dict[str, Any]]:
    return [{"key": key, "is_over": key.is_over(now)} for key in keys]
