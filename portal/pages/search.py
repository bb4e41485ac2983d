"""Search from every page, without script."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_safe


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Send what was typed to the list of leads, where it is found by name, company or e-mail."""
    text = request.GET.get("q", "").strip()
    return redirect(f"{reverse('leads')}?{urlencode({'q': text})}" if text else reverse("leads"))
