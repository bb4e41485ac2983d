"""Answer a script's requests: fragments, what changes beside them, where focus goes."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.template.loader import render_to_string
from django_htmx.http import HttpResponseClientRedirect, reswap, retarget, trigger_client_event

from portal import toasts


def answer(
    request: HttpRequest,
    templates: str | Sequence[str] | None,
    context: Mapping[str, Any] | None = None,
    *,
    status: int = 200,
    news: str = "",
    focus: str = "",
    close_dialog: bool = False,
    new_target: str = "",
    new_swap: str = "",
) -> HttpResponse:
    """Return the fragments, then waiting toasts and the status line out of band.

    `focus` is the selector that receives focus after the swap. `new_target` and `new_swap` override what
    the element asked for, as when a dialog's form changes a row behind it. The first toast is read out
    unless `news` is given.
    """
    names = [templates] if isinstance(templates, str) else list(templates or [])
    parts = [render_to_string(name, dict(context or {}), request) for name in names]
    waiting = toasts.pending(request)
    news = news or (f"{waiting[0].text} {waiting[0].sub}".strip() if waiting else "")
    parts.append(
        render_to_string("components/_out_of_band.html", {"waiting": waiting, "news": news}, request)
    )
    response = HttpResponse("".join(parts), status=status)
    if focus:
        trigger_client_event(response, "concord:focus", {"target": focus}, after="settle")
    if close_dialog:
        trigger_client_event(response, "concord:close")
    if new_target:
        retarget(response, new_target)
    if new_swap:
        reswap(response, new_swap)  # type: ignore[arg-type]  # one of the words that htmx knows
    return response


class ExpiredSessionMiddleware:
    """Send the whole page to the login when a fragment's session has ended.

    A plain redirect would be followed silently and the login form would land inside a row.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != 302 or not getattr(request, "htmx", False):
            return response
        login = resolve_url(settings.LOGIN_URL)
        if urlsplit(response["Location"]).path != login:
            return response
        here = urlsplit(request.headers.get("HX-Current-URL", ""))
        back = f"{here.path}?{here.query}" if here.query else here.path
        return HttpResponseClientRedirect(f"{login}?{urlencode({'next': back})}" if back else login)
