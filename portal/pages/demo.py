"""Loading the demo company by the worker, and removing it, with its name where real data would go with it."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import HttpResponseClientRefresh

from leads.models import Company
from portal import access, logins, toasts
from portal.demo import asking, removing


@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: HttpRequest) -> HttpResponse:
    """Say what goes; a post removes it."""
    user = access.operations(request)
    if not settings.IS_TRYOUT or not removing.is_there():
        raise Http404
    company = Company.objects.first()
    wanted = (company.name if company else _("demo")) if removing.has_real_data() else ""
    error = ""
    if request.method == "POST":
        if not wanted or request.POST.get("name", "").strip().casefold() == wanted.casefold():
            removing.remove(keep=user, now=timezone.now())
            return _go_on(request)
        error = _("This is not the name. Nothing was removed.")
    context = {"wanted": wanted, "error": error}
    return render(request, "settings/remove_demo.html", context, status=422 if error else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def load(request: HttpRequest) -> HttpResponse:
    """Say what loading the demo brings and how far it is; a post asks the worker for it."""
    user, now = access.operations(request), timezone.now()
    stage = asking.stage(now)
    refusal = "" if stage == asking.Stage.THERE else asking.refusal(user)
    if request.method == "POST" and not refusal:
        asking.ask(actor=user, now=now)
        return redirect("demo-load")
    context = {"stage": stage, "refusal": refusal, "password": logins.PASSWORD}
    return render(
        request, "settings/load_demo.html", context, status=422 if request.method == "POST" else 200
    )


@require_safe
def progress(request: HttpRequest) -> HttpResponse:
    """Answer the poll of a page that waits: still loading, or that there is something else to see."""
    access.operations(request)
    if asking.stage(timezone.now()) != asking.Stage.LOADING:
        return HttpResponseClientRefresh()
    return render(request, "settings/_loading_demo.html")


def _go_on(request: HttpRequest) -> HttpResponse:
    """Send a person of the demo to a password of their own, anybody else back to setting up."""
    if access.person(request).email not in {login.email for login in logins.DEMO}:
        toasts.say(request, _("The demo is gone."))
        return redirect("setup")
    toasts.say(request, _("The demo is gone. Its passwords are public: choose one of your own."))
    return redirect("password_change")
