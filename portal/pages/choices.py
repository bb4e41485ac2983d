"""What a person wishes to be told and how, and the feed of their due times."""

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from leads.models import User
from portal import access, readers, toasts
from portal.delivery import chat, feed, links, outbound, wishes
from portal.forms.choices import NoticeChoicesForm
from portal.models import Feed


@require_http_methods(["GET", "HEAD", "POST"])
def choices(request: HttpRequest) -> HttpResponse:
    """Show and keep the choices of this person."""
    user = access.person(request)
    form = _form(user, request)
    if request.method == "POST" and form.is_valid() and _keep(user, form):
        toasts.say(request, _("Kept. It holds from now on."))
        return redirect("notice-choices")
    return _page(request, user, form, status=422 if form.errors else 200)


@require_POST
def new_feed(request: HttpRequest) -> HttpResponse:
    """Give this person a new feed and show its address, for the only time."""
    user = access.person(request)
    secret = feed.rotate(person=user, now=timezone.now())
    address = links.absolute(reverse("feed", args=[secret]))
    return _page(request, user, _form(user, None), feed_address=address)


@require_POST
def end_feed(request: HttpRequest) -> HttpResponse:
    """End this person's feed."""
    feed.remove(person=access.person(request))
    toasts.say(request, _("The feed has ended. Its address opens nothing any more."))
    return redirect("notice-choices")


@require_POST
def slack_code(request: HttpRequest) -> HttpResponse:
    """Show a code that links this person to whoever types it in Slack."""
    user = access.person(request)
    return _page(request, user, _form(user, None), slack_code=wishes.code(user))


@require_POST
def slack_end(request: HttpRequest) -> HttpResponse:
    """Let nobody in Slack act as this person any more."""
    wishes.unlink(person=access.person(request), now=timezone.now())
    toasts.say(request, _("Unlinked. Buttons in Slack do nothing in your name any more."))
    return redirect("notice-choices")


@login_not_required
@require_safe
def due_times(request: HttpRequest, secret: str) -> HttpResponse:
    """Answer a calendar program; whoever has the address has the feed."""
    owner = feed.owner(secret)
    if owner is None:
        raise Http404
    with readers.speaking_to(owner, otherwise=settings.LANGUAGE_CODE):
        text = feed.calendar(owner, timezone.now())
    answer = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    answer.headers["Cache-Control"] = "no-store, private"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


def _form(user: User, request: HttpRequest | None) -> NoticeChoicesForm:
    choice = wishes.of_person(user)
    known: dict[str, Any] = {
        "keeps_quiet_hours": choice.keeps_quiet_hours,
        "mails_per_hour": choice.mails_per_hour,
        "chat_url": chat.address_of(user),
        **{group.code: sorted(wishes.channels(choice, group)) for group in wishes.GROUPS},
    }
    posted = request.POST if request and request.method == "POST" else None
    groups = [(group.code, group.label) for group in wishes.GROUPS]
    return NoticeChoicesForm(posted, initial=known, groups=groups, channels=wishes.CHANNELS)


def _keep(user: User, form: NoticeChoicesForm) -> bool:
    """Keep what was entered, or say in the form why not."""
    said = form.cleaned_data
    try:
        chat_url = outbound.checked(said["chat_url"]) if said["chat_url"] else ""
        wishes.choose(
            person=user,
            channels=form.chosen,
            keeps_quiet_hours=said["keeps_quiet_hours"],
            mails_per_hour=said["mails_per_hour"],
        )
    except outbound.Forbidden as error:
        form.add_error("chat_url", str(error))
        return False
    chat.connect(person=user, url=chat_url, now=timezone.now(), actor=user)
    return True


def _page(
    request: HttpRequest,
    user: User,
    form: NoticeChoicesForm,
    *,
    status: int = 200,
    feed_address: str = "",
    slack_code: str = "",
) -> HttpResponse:
    context = {
        "has_slack": bool(settings.SLACK_SIGNING_SECRET),
        "slack_id": wishes.of_person(user).slack_id,
        "slack_code": slack_code,
        "form": form,
        "channels": wishes.CHANNELS,
        "has_feed": Feed.objects.filter(person=user).exists(),
        "feed_address": feed_address,
    }
    return render(request, "notices/choices.html", context, status=status)
