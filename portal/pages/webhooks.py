"""Posting to other systems and to chats, for operations: addresses, secrets, trying out, what went out."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal import access, toasts
from portal.delivery import chat, outbound, telling, webhooks
from portal.forms.webhooks import TeamChatForm, WebhookForm
from portal.models import Delivery, Endpoint

SHOWN = 100
EVENTS = [(kind, kind) for kind in telling.SENTENCES]


@require_http_methods(["GET", "HEAD", "POST"])
def overview(request: HttpRequest) -> HttpResponse:
    """List the webhooks and add one; its secret is shown this once."""
    user = access.operations(request)
    form = WebhookForm(request.POST if request.method == "POST" else None, events=EVENTS)
    if request.method == "POST" and form.is_valid() and _may_be_posted_to(form):
        endpoint = webhooks.add(**form.cleaned_data, now=timezone.now(), actor=user)
        return _one(request, endpoint, secret=endpoint.secret)
    return _list(request, form, TeamChatForm(), status=422 if form.errors else 200)


@require_POST
def team_chat(request: HttpRequest) -> HttpResponse:
    """Let a team's news go to a channel."""
    user = access.operations(request)
    form = TeamChatForm(request.POST)
    if form.is_valid() and _may_be_posted_to(form):
        chat.connect(**form.cleaned_data, now=timezone.now(), actor=user)
        toasts.say(request, _("Kept."))
        return redirect("operations-webhooks")
    return _list(request, WebhookForm(events=EVENTS), form, status=422)


@require_safe
def webhook(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one webhook and what went out by it."""
    access.operations(request)
    return _one(request, _endpoint(pk))


@require_POST
def rotate(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a webhook a new secret and show it this once."""
    user = access.operations(request)
    endpoint = webhooks.rotate(endpoint=_endpoint(pk), now=timezone.now(), actor=user)
    return _one(request, endpoint, secret=endpoint.secret)


@require_POST
def test(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a message of no consequence by this webhook."""
    user = access.operations(request)
    webhooks.test(endpoint=_endpoint(pk), now=timezone.now(), actor=user)
    toasts.say(request, _("A test is on its way. Its line appears below within a minute."))
    return redirect("operations-webhook", pk=pk)


@require_POST
def switch(request: HttpRequest, pk: int) -> HttpResponse:
    """Switch a webhook on or off."""
    user = access.operations(request)
    is_on = request.POST.get("on") == "1"
    webhooks.switch(endpoint=_endpoint(pk), is_on=is_on, now=timezone.now(), actor=user)
    toasts.say(request, _("Switched on.") if is_on else _("Switched off."))
    return redirect("operations-webhook", pk=pk)


def _endpoint(pk: int) -> Endpoint:
    return get_object_or_404(Endpoint, pk=pk, kind=Endpoint.Kind.WEBHOOK)


def _may_be_posted_to(form: WebhookForm | TeamChatForm) -> bool:
    try:
        if form.cleaned_data["url"]:
            form.cleaned_data["url"] = outbound.checked(form.cleaned_data["url"])
    except outbound.Forbidden as error:
        form.add_error("url", str(error))
        return False
    return True


def _list(request: HttpRequest, form: WebhookForm, chat_form: TeamChatForm, *, status: int) -> HttpResponse:
    endpoints = Endpoint.objects.select_related("team").order_by("name")
    context = {
        "form": form,
        "chat_form": chat_form,
        "webhooks": endpoints.filter(kind=Endpoint.Kind.WEBHOOK),
        "channels": endpoints.filter(kind=Endpoint.Kind.CHAT, team__isnull=False),
    }
    return render(request, "operations/webhooks.html", context, status=status)


def _one(request: HttpRequest, endpoint: Endpoint, *, secret: str = "") -> HttpResponse:
    sent = Delivery.objects.filter(endpoint=endpoint).select_related("message").order_by("-id")[:SHOWN]
    context = {"endpoint": endpoint, "deliveries": sent, "secret": secret, "now": timezone.now()}
    return render(request, "operations/webhook.html", context)
