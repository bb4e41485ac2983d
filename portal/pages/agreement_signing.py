"""Arguing over a draft and signing it: comments, differences, proposals, signatures."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from leads.choices import Side
from leads.models import User
from portal import access, knocking, toasts
from portal.addresses import client_address
from portal.forms import agreement as forms
from portal.lines import clauses as lines
from portal.pages.moves import entered
from sla import agreements, document, permissions
from sla.models import AgreementVersion, Comment
from sla.queries import drafts as queries

REFUSALS = (agreements.MayNotSign, agreements.AlreadySigned, agreements.NotOpenForSigning)


@require_POST
def comment(request: HttpRequest, pk: int) -> HttpResponse:
    """Say something to a clause of a draft."""
    version = _version(pk)
    if version.state not in queries.OPEN:
        raise Http404
    choices = lines.clause_choices(agreements.document(version))
    form = forms.CommentForm(request.POST, clauses=choices)
    if not form.is_valid():
        return render(
            request, "agreement/comment.html", {"version": version, "comment_form": form}, status=422
        )
    agreements.comment(
        version=version, author=access.person(request), now=timezone.now(), **form.cleaned_data
    )
    toasts.say(request, _("Said."))
    return redirect("agreement-draft", pk)


@require_POST
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """Close a comment: its author may, and whoever may draft."""
    user = access.person(request)
    found = get_object_or_404(Comment.objects.select_related("version"), pk=pk)
    access.require(permissions.can_draft(user) or found.author_id == user.pk)
    agreements.settle(comment=found, actor=user, now=timezone.now())
    return redirect("agreement-draft", found.version_id)


@require_POST
def propose(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a draft before both sides."""
    user, version = access.person(request), _version(pk)
    access.require(permissions.can_draft(user))
    try:
        agreements.propose(version=version, now=timezone.now(), actor=user)
    except agreements.TextChanged:
        toasts.say(request, _("This changed since you read it. Read it again."), level=messages.WARNING)
        return redirect("agreement-draft", pk)
    except agreements.NotOpenForSigning:
        raise Http404 from None
    toasts.say(request, _("Proposed. Both sides can sign it now."))
    return redirect("agreement-draft", pk)


@require_safe
def compare(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what a version changes in another, by default in the one before it or in force."""
    version = _version(pk)
    others = [
        one
        for one in AgreementVersion.objects.select_related("agreement").order_by("agreement", "-number")
        if one.pk != pk
    ]
    asked = request.GET.get("with", "")
    base = next((one for one in others if str(one.pk) == asked), None) or queries.in_force_beside(version)
    found = document.compare(agreements.document(base), agreements.document(version)) if base else None
    context = {
        "version": version,
        "base": base,
        "others": others,
        "changes": lines.changes(found) if found else None,
    }
    return render(request, "agreement/compare.html", context)


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the full text and what it changes, and take a signature under exactly that text."""
    user, version = access.person(request), _version(pk)
    sides = agreements.entitled_sides(user)
    access.require(bool(sides))
    page = queries.page(version)
    if not page.is_open:
        raise Http404
    form = forms.SignForm(entered(request), sides=_labels(sides), written=user.name, expected=version.sha256)
    if request.method == "POST" and form.is_valid() and is_password(request, user, form):
        try:
            agreements.sign(
                version=version,
                user=user,
                side=form.cleaned_data["side"],
                name=form.cleaned_data["name"],
                now=timezone.now(),
                address=client_address(request) or None,
            )
        except agreements.TextChanged:
            toasts.say(request, str(forms.TEXT_CHANGED), level=messages.WARNING)
            return redirect("agreement-sign", pk)
        except REFUSALS as error:
            form.add_error(None, refusal(error))
        else:
            toasts.say(request, _("Signed for %(side)s.") % {"side": Side(form.cleaned_data["side"]).label})
            return redirect("agreement-draft", pk)
    context = _sign_context(page, form)
    return render(request, "agreement/sign.html", context, status=422 if form.errors else 200)


def refusal(error: Exception) -> str:
    """Say why a signature was not taken."""
    if isinstance(error, agreements.SignedForOtherSide):
        return _("You have signed for the other side. Nobody signs for both.")
    if isinstance(error, agreements.AlreadySigned):
        return _("You have signed this text already.")
    if isinstance(error, agreements.MayNotSign):
        return _("You are not entitled to sign for this side.")
    return _("This version is not open for signing any more.")


def is_password(request: HttpRequest, user: User, form: forms.SignForm) -> bool:
    """Ask for the password again."""
    if knocking.is_own_password(request, user, form.cleaned_data["password"]):
        return True
    form.add_error("password", _("This is not your password."))
    return False


def _sign_context(page: queries.DraftPage, form: forms.SignForm) -> dict[str, Any]:
    return {
        "page": page,
        "version": page.version,
        "chapters": lines.chapters(page.document),
        "changes": lines.changes(page.difference) if page.difference else None,
        "signed": lines.signed(page),
        "open_comments": sum(one.settled_at is None for one in page.comments),
        "form": form,
    }


def _labels(sides: tuple[str, ...]) -> list[tuple[str, Any]]:
    return [(side, Side(side).label) for side in sides]


def _version(pk: int) -> AgreementVersion:
    return get_object_or_404(AgreementVersion.objects.select_related("agreement"), pk=pk)
