"""Show every piece of the design with made-up figures, for those who build pages."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from portal import access, badges, charts, toasts

DATES = [
    "2 Nov",
    "3 Nov",
    "4 Nov",
    "5 Nov",
    "6 Nov",
    "9 Nov",
    "10 Nov",
    "11 Nov",
    "12 Nov",
    "13 Nov",
    "16 Nov",
]
LATER_DATES = [
    "17 Nov",
    "18 Nov",
    "19 Nov",
    "20 Nov",
    "23 Nov",
    "24 Nov",
    "25 Nov",
    "26 Nov",
    "27 Nov",
    "30 Nov",
]
PROMISED = [120 * day / 21 for day in range(1, 22)]
DONE = [4, 9, 13, 19, 24, 28, 34, 39, 46, 52, 58]
HOURS = [
    2.1,
    1.8,
    2.6,
    2.2,
    1.7,
    2.3,
    2.9,
    2.0,
    2.3,
    1.9,
    2.7,
    2.2,
    2.5,
    1.6,
    2.1,
    2.8,
    2.4,
    5.4,
    3.1,
    2.9,
    2.6,
    3.3,
]
WEEKS = [f"W{number}" for number in range(37, 47)]
OUTCOMES = [
    ("Accepted", [20, 22, 19, 24, 21, 26, 23, 22, 20, 18]),
    ("Not now", [4, 3, 5, 4, 4, 4, 3, 6, 5, 6]),
    ("Never", [2, 2, 1, 2, 3, 2, 2, 2, 2, 2]),
    ("No decision in time", [1, 0, 1, 0, 1, 0, 1, 0, 3, 4]),
]


class SampleForm(forms.Form):
    """Fields of each kind."""

    email = forms.EmailField(label=_("E-mail"), help_text=_("Where Concord writes to."))
    wake_on = forms.DateField(label=_("Wake up on"), widget=forms.DateInput(attrs={"type": "date"}))
    reason = forms.ChoiceField(
        label=_("Reason"), choices=[("budget", _("No budget now")), ("timing", _("Timing later"))]
    )
    note = forms.CharField(
        label=_("Note for Marketing"), required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    earlier = forms.BooleanField(label=_("or earlier, on a pricing page visit or a reply"), required=False)
    channel = forms.ChoiceField(
        label=_("Channel"), choices=[("call", _("Call")), ("mail", _("Mail"))], widget=forms.RadioSelect
    )


@require_http_methods(["GET", "POST"])
def styleguide(request: HttpRequest) -> HttpResponse:
    """Show the pieces; POST shows the form with its errors; only operations sees this page."""
    access.operations(request)
    now = timezone.now()
    form = SampleForm(request.POST or None)
    if request.method == "GET":
        until = now + timedelta(minutes=2)
        toasts.say(
            request,
            "Accepted Nordhaus Build.",
            sub="First touch due 14:42.",
            undo_url=request.path,
            until=until,
        )
    status = 422 if form.is_bound and not form.is_valid() else 200
    return render(request, "styleguide/styleguide.html", {**samples(now), "form": form}, status=status)


def samples(now: datetime) -> dict[str, Any]:
    """Return made-up figures for every piece."""
    return {
        "now": now,
        "rows": sample_rows(now),
        "states": sample_badges(now),
        "tabs": [
            {"label": "All", "url": "?", "count": 11, "is_current": True},
            {"label": "To accept", "url": "?", "count": 5},
            {"label": "Late", "url": "?", "count": 2, "is_hot": True},
        ],
        "segments": [
            {"label": "v3 to v4", "url": "?", "is_current": True},
            {"label": "v2 to v3", "url": "?"},
        ],
        "tiles": sample_tiles(),
        "parts": [("same", "A budget of more than "), ("remove", "50,000"), ("same", " "), ("add", "40,000")],
        "page_obj": Paginator(range(95), 20).page(2),
        "trend": [0.91, 0.92, 0.9, 0.93, 0.89, 0.9, 0.88, 0.84, 0.81],
        "pace": charts.pace(DATES + LATER_DATES, DONE, PROMISED, (94, 116)),
        "process": charts.control([*DATES, *LATER_DATES, "1 Dec"], HOURS, "h"),
        "outcomes": charts.stacks(WEEKS, OUTCOMES),
        "truth": charts.truth(0.337, 0.291, 0.385),
        "versions": charts.intervals(
            [
                ("In force, v3", "117 of 348", 0.336, 0.288, 0.387, False),
                ("Draft, v4", "124 of 379", 0.327, 0.282, 0.376, True),
            ],
            target=0.3,
        ),
        "reasons": [
            {"label": "Timing later", "value": 31},
            {"label": "No budget now", "value": 22},
            {"label": "Too small", "value": 9, "tone": "quiet"},
            {"label": "Over capacity", "value": 14, "tone": "late"},
        ],
    }


def sample_badges(now: datetime) -> list[badges.Badge]:
    """Return one badge of each state."""
    hour, minute = timedelta(hours=1), timedelta(minutes=1)

    def running(state: str, due_at: datetime, **marks: datetime) -> badges.Badge:
        started_at = now - hour
        return badges.badge_for(
            state,
            now=now,
            label="First touch",
            started_at=started_at,
            due_at=due_at,
            warned_at=marks.get("warned_at"),
            breached_at=marks.get("breached_at"),
        )

    return [
        running("running", now + 2 * hour),
        running("running", now + 4 * minute, warned_at=now),
        running("breached", now - 41 * minute, breached_at=now),
        badges.badge_for("paused", now=now, remaining=2 * hour + 15 * minute),
        badges.badge_for("met", now=now, started_at=now - hour, ended_at=now - hour / 10),
        badges.badge_for("met", now=now, breached_at=now, lateness=12 * minute),
        badges.badge_for("cancelled", now=now),
        badges.badge_for("not_started", now=now),
        badges.badge_for("too_few", now=now),
        badges.badge_for("unknown", now=now),
    ]


def sample_rows(now: datetime) -> list[dict[str, Any]]:
    """Return rows of an inbox."""
    shown = sample_badges(now)
    people = [
        (
            "Brandt Robotics",
            "Lena Brandt, COO",
            "Asked for a quote, 340 staff",
            "Website form",
            "A1",
            shown[2],
        ),
        (
            "Vela Medical",
            "Sofia Rinaldi, VP Operations",
            "Asked for a demo, budget 80,000",
            "Demo request",
            "A1",
            shown[1],
        ),
        (
            "Tarn Energy",
            "Callum Reid, Plant Manager",
            "Replied to mail, need confirmed",
            "Trade fair",
            "A2",
            shown[0],
        ),
    ]
    names = ("account", "person", "why", "source", "grade", "badge")
    return [dict(zip(names, row, strict=True)) for row in people]


def sample_tiles() -> list[dict[str, Any]]:
    """Return reasons as tiles, the last one barred."""
    return [
        {"value": "budget", "label": "No budget now", "hint": "Not now, 90 days", "key": "1"},
        {"value": "timing", "label": "Timing later", "hint": "Not now, pick a month", "key": "2"},
        {"value": "small", "label": "Too small", "hint": "Never", "key": "3"},
        {
            "value": "reach",
            "label": "Not reached",
            "is_disabled": True,
            "why": "After 6 attempts, now 2",
            "key": "E",
        },
    ]
