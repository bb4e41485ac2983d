"""Log in, start on the right page, choose how Concord looks, set a password."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth import views
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm, PasswordResetForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from leads import people
from leads.choices import Role
from portal import access, addresses, context, knocking, logins, navigation, toasts
from portal.delivery import links
from sla.queries import beginning

YEAR_SECONDS = 365 * 24 * 60 * 60


class LoginForm(AuthenticationForm):
    """Log in by e-mail address; the error does not tell whether the address is known."""

    username = forms.EmailField(
        label=gettext_lazy("E-mail"),
        widget=forms.EmailInput(attrs={"autofocus": True, "autocomplete": "username"}),
    )
    error_messages = {
        **AuthenticationForm.error_messages,
        "invalid_login": gettext_lazy("This address and this password do not belong together. Check both."),
        "inactive": gettext_lazy("This account is switched off. Somebody in operations can switch it on."),
    }


class Login(views.LoginView):
    """Log in; a try-out home offers its demo people."""

    form_class = LoginForm
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        demo = logins.known() if settings.IS_TRYOUT else []
        return super().get_context_data(demo_logins=demo, **kwargs)

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)


class ForgottenPasswordForm(PasswordResetForm):
    """Ask for the address by the name that it has at the log-in."""

    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


class ForgottenPassword(views.PasswordResetView):
    """Send a link for a new password, a few times in an hour; the answer never tells whether it did."""

    form_class = ForgottenPasswordForm

    def form_valid(self, form: PasswordResetForm) -> HttpResponse:
        address = addresses.client_address(self.request)
        asked = knocking.note(email=form.cleaned_data["email"], address=address, now=timezone.now())
        if asked.is_place_over:
            return render(self.request, "registration/too_many.html", status=429)
        if asked.is_email_over:
            return redirect(self.get_success_url())
        # Whoever asks also says under which name this site was called: the letter leads to our own.
        self.extra_email_context = {"site": links.absolute("")}
        return super().form_valid(form)


class ChangePassword(views.PasswordChangeView):
    """Change one's own password and say so."""

    success_url = "/"

    def form_valid(self, form: PasswordChangeForm) -> HttpResponse:
        toasts.say(self.request, _("Password changed."))
        return super().form_valid(form)


@method_decorator(login_not_required, name="dispatch")
class Logout(views.LogoutView):
    """Log out, also when the session has already ended."""


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Send a person to the first screen of their role; operations sets up before anything else."""
    role = access.person(request).role
    if role == Role.OPERATIONS and beginning.beginning().is_bare:
        return redirect("setup")
    return redirect(navigation.first_address(role))


@require_safe
def more(request: HttpRequest) -> HttpResponse:
    """List all pages, for phones."""
    return render(request, "account/more.html")


@require_safe
def keys(request: HttpRequest) -> HttpResponse:
    """Show the keys, as a dialog or as a page."""
    sheet = [
        (["J", "K"], _("Next and previous row; arrows do the same")),
        (["↵"], _("Open the row")),
        (["1"], _("Accept, or the first action of the row")),
        (["2"], _("Acknowledge what came back, and put it on a track")),
        (["3"], _("Decline or hand back; contest, or take an offer back")),
        (["H"], _("Ask Marketing for a missing fact")),
        (["R"], _("Remind Sales of the lead")),
        (["C"], _("Log a touch")),
        (["Z"], _("Undo, while the sentence with Undo shows")),
        (["X"], _("Choose the row for one move of many; with Shift all rows up to it")),
        (["/"], _("Search and commands; Ctrl or ⌘ with K does the same, also while typing")),
        (["Esc"], _("Close")),
        (["?"], _("This sheet")),
    ]
    return render(request, "account/keys.html", {"sheet": sheet, "cancel_url": "/"})


@require_POST
def appearance(request: HttpRequest) -> HttpResponse:
    """Keep the theme of this browser, and the language and single keys of this person."""
    response = redirect(toasts.back(request, "/"))
    theme = request.POST.get("theme")
    if theme in context.THEMES:
        response.set_cookie(
            "theme", theme, max_age=YEAR_SECONDS, secure=request.is_secure(), httponly=True, samesite="Lax"
        )
    wanted = request.POST.get("single_keys")
    if wanted in {"on", "off"}:
        people.use_single_keys(user=access.person(request), is_on=wanted == "on")
    language = request.POST.get("language")
    if language in {"", *dict(settings.LANGUAGES)}:
        people.speak(user=access.person(request), language=language)
    return response
