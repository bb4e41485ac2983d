"""The log of acts: who did what and when, and whether it is unbroken."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from leads import audit
from portal import access, numbers, toasts, wording
from portal.forms.acts import ActsForm
from portal.lines import acts as words

PER_PAGE = 50
#: Entries whose hashes are counted while a person waits.
MOST_CHECKED = 50_000


@require_safe
def log(request: HttpRequest) -> HttpResponse:
    """List the acts, the latest first."""
    user = access.operations(request)
    form = ActsForm(request.GET, things=words.THINGS.items(), verbs=words.verb_choices())
    before = numbers.whole(request.GET.get("before"))
    found = audit.latest(before=before, limit=PER_PAGE + 1, **form.wanted())
    entries = found[:PER_PAGE]
    context = {
        "form": form,
        "acts": words.lines(entries, user),
        "older": entries[-1].pk if len(found) > PER_PAGE else None,
        "is_later": before is not None,
    }
    return render(request, "settings/log.html", context)


@require_POST
def check(request: HttpRequest) -> HttpResponse:
    """Count the hashes of the log again and say whether the chain holds."""
    access.operations(request)
    checked = audit.check(most=MOST_CHECKED)
    toasts.say(request, _said(checked), sub="" if checked.is_whole else _part_of(checked))
    return redirect("settings-audit")


def _said(checked: audit.Checked) -> str:
    if checked.broken:
        first = checked.broken[0]
        said = ngettext(
            "The chain does not hold at %(n)s entry; the first is %(stream)s %(seq)s.",
            "The chain does not hold at %(n)s entries; the first is %(stream)s %(seq)s.",
            len(checked.broken),
        )
        return said % {"n": len(checked.broken), "stream": first.stream, "seq": first.seq}
    n = wording.count_text(checked.entries)
    return _("The chain holds: nothing was changed or removed in %(n)s entries.") % {"n": n}


def _part_of(checked: audit.Checked) -> str:
    said = _("The latest of %(n)s entries; `manage.py verify_audit` checks them all.")
    return said % {"n": wording.count_text(checked.total)}
