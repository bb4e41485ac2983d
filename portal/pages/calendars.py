"""Working hours kept by operations: each change is a new revision, which running clocks follow."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from leads import people
from leads.models import Calendar, User
from portal import access, toasts
from portal.forms.calendars import CalendarForm, HolidaysForm, initial_of
from sla import calendars, clocks

#: What a new calendar starts from.
_USUAL = {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}


@require_safe
def everyone(request: HttpRequest) -> HttpResponse:
    """List the calendars."""
    access.operations(request)
    return render(request, "settings/calendars.html", {"calendars": Calendar.objects.order_by("name")})


@require_http_methods(["GET", "HEAD", "POST"])
def calendar(request: HttpRequest, key: str = "") -> HttpResponse:
    """Edit a calendar, or begin one; holidays of a country are looked at first, then taken over."""
    user = access.operations(request)
    found = get_object_or_404(Calendar, key=key) if key else None
    form = CalendarForm(request.POST if request.method == "POST" else None, initial=_initial(found))
    if request.method == "POST" and form.is_valid():
        name = form.cleaned_data["name"]
        before, now = found.revision if found else 0, timezone.now()
        kept = calendars.save(
            key=key or _free_key(name), name=name, document=form.document, now=now, actor=user
        )
        if kept.number == before:
            toasts.say(request, _("Nothing was changed."))
        else:
            toasts.say(
                request,
                _("Revision %(n)s rules what starts from now on.") % {"n": kept.number},
                sub=_counted(key, form.cleaned_data["applies"] == "all_along", now, user) if before else "",
            )
        return redirect("settings-calendar", kept.calendar.key)
    asked = HolidaysForm(request.GET or None, initial={"country": "DE", "year": timezone.localdate().year})
    public = asked.found() if asked.is_bound and asked.is_valid() else []
    if public and not form.is_bound:
        days = set(str(form.initial.get("holidays", "")).split()) | {day.isoformat() for day, _name in public}
        form.initial["holidays"] = "\n".join(sorted(days))
    context = {"calendar": found, "form": form, "asked": asked, "public": public, "action": request.path}
    return render(request, "settings/calendar.html", context, status=422 if form.errors else 200)


def _counted(key: str, was_wrong: bool, now: datetime, user: User) -> str:
    """Let running clocks follow the new hours, or count them again, and say how many did."""
    if was_wrong:
        count = len(clocks.repair(key=key, now=now, actor=user))
        said = ngettext("%(n)s clock was counted again.", "%(n)s clocks were counted again.", count)
    else:
        count = clocks.follow_calendar(key=key, now=now, actor=user)
        said = ngettext("%(n)s clock goes on by it.", "%(n)s clocks go on by it.", count)
    return said % {"n": count}


def _initial(found: Calendar | None) -> dict[str, str]:
    if found is None:
        usual = {"timezone": people.company_zone() or timezone.get_default_timezone_name(), "hours": _USUAL}
        return initial_of("", {**usual, "holidays": [], "overrides": {}, "breaks": []})
    return initial_of(found.name, calendars.schedule(found.key).to_json())


def _free_key(name: str) -> str:
    stem = slugify(name)[:40] or "calendar"
    taken = set(Calendar.objects.filter(key__startswith=stem).values_list("key", flat=True))
    return next(key for key in (stem, *(f"{stem}-{n}" for n in range(2, 1000))) if key not in taken)
