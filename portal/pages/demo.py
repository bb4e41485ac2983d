"""Removing the demo company: asked about once, with the company's name where real data would go with it."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from leads.models import Company
from portal import access, toasts
from portal.demo import removing


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
            toasts.say(request, _("The demo is gone. Its passwords are public: choose one of your own."))
            return redirect("password_change")
        error = _("This is not the name. Nothing was removed.")
    context = {"wanted": wanted, "error": error}
    return render(request, "settings/remove_demo.html", context, status=422 if error else 200)
