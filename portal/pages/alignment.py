"""Alignment: one page that tells leadership whether both sides kept their word and whether it pays."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from portal import access, charts, figures, wording
from portal.lines import payoff as lines
from portal.pages.compliance import Asked, asked_of
from sla import agreements, permissions
from sla.compliance import paths, payoff, regret, report, truth
from sla.compliance.periods import Period
from sla.models import AgreementVersion
from sla.queries import decisions

#: The field's own figures, beside which ours stand (PRODUCT: the problem in figures).
FIELD_NEVER_FOLLOWED_UP = 0.71
FIELD_TOUCHES_PER_LEAD = 1.3
REGRET_SHOWN = 8
#: The share won by which a definition is held to be true where no agreement says another.
DEFAULT_BAR = 0.3


@require_safe
def alignment(request: HttpRequest) -> HttpResponse:
    """Show the period's answer for leadership, without names of reps."""
    access.require(permissions.can_see_alignment(access.person(request)))
    asked = asked_of(request, default="quarter")
    found = report.build(asked.period, asked.filters, asked.now)
    judged = _judged(found)
    context = {
        "form": asked.form,
        "report": found,
        "headline": _headline(found),
        "scorecard": [
            (side, title, figures.commitments_of(figures.rows_of(found, side)), found.of_side(side))
            for side, title in (("marketing", _("Marketing")), ("both", _("Both")), ("sales", _("Sales")))
        ],
        "truths": [_truth(version, each) for version, each in judged],
        "cohort": found.legs.get(1),
        "decisions": lines.decisions(decisions.waiting(), _review_in_days(asked.now), asked.now),
        **_follow_up(found),
        **_ways(asked),
        **_worth(asked, judged[0][1].bar if judged else DEFAULT_BAR),
        **_regret(asked),
    }
    return render(request, "results/alignment.html", context)


def _judged(found: report.Report) -> list[tuple[AgreementVersion, truth.Truth]]:
    """Return whether the definition of each agreement in force is true, those with the most cases first."""
    verdicts = [(each, found.truths.of(each)) for each in agreements.in_force()]
    judged = [(version, verdict) for version, verdict in verdicts if verdict is not None]
    return sorted(judged, key=lambda pair: -pair[1].opportunities)


def _follow_up(found: report.Report) -> dict[str, Any]:
    """Return ours beside the field's figures."""
    return {
        "follow_up": found.follow_up,
        "never_bars": _bars(found.follow_up.never_share, FIELD_NEVER_FOLLOWED_UP, 1.0, wording.share_text),
        "touch_bars": _bars(found.follow_up.touches_per_lead, FIELD_TOUCHES_PER_LEAD, 6.0, _one_decimal),
    }


def _ways(asked: Asked) -> dict[str, Any]:
    """Return where the leads of the period went, also those that were never offered to Sales."""
    ways = paths.find(asked.period, asked.filters)
    is_of_offers = asked.filters.tier is not None or asked.filters.agreement_id is not None
    return {
        "ways_are_of_all": is_of_offers,
        "flow": lines.flow(ways),
        "funnel": lines.funnel(ways),
        "per_win": lines.per_win(ways),
    }


def _worth(asked: Asked, bar: float) -> dict[str, Any]:
    """Return whether keeping one's word pays, and what is at risk now."""
    months = payoff.by_month(asked.last_on, asked.zone, asked.filters)
    speeds = payoff.by_speed(_year_up_to(asked.period), asked.filters)
    risk = payoff.at_risk(asked.filters, asked.now)
    return {
        "heat": lines.heat(months, bar),
        "heat_sentence": lines.heat_sentence(months, bar),
        "heat_months": range(payoff.MONTHS),
        "bar": bar,
        "speeds": lines.speeds(speeds),
        "risk": risk,
        "stakes": lines.stakes(risk),
    }


def _regret(asked: Asked) -> dict[str, Any]:
    """Return who was refused and bought later; names only of leads that the reader may see."""
    year = _year_up_to(asked.period)
    refused = regret.find(year, asked.filters, visible=asked.visible, most=REGRET_SHOWN)
    reasons = figures.reason_labels()
    return {
        "regret": refused,
        "regret_year": year,
        "regret_worth": wording.worth_text(refused.worth),
        "regret_cases": [
            {"case": case, "label": reasons.get(case.reason, case.reason)} for case in refused.cases
        ],
        "regret_reasons": [
            {"label": reasons.get(code, code), "value": n, "text": str(n), "tone": ""}
            for code, n in refused.by_reason[:6]
        ],
    }


def _review_in_days(now: datetime) -> int | None:
    version = agreements.current()
    return agreements.days_left(version, now) if version else None


def _headline(found: report.Report) -> str:
    judged = len(found.judged)
    if not judged:
        return _("Nothing can be judged in this period yet")
    words = ngettext(
        "Both sides kept %(kept)s of %(n)s commitment",
        "Both sides kept %(kept)s of %(n)s commitments",
        judged,
    )
    return words % {"kept": found.kept, "n": judged}


def _truth(version: AgreementVersion, found: truth.Truth) -> dict[str, Any]:
    rate = found.rate
    drawing = None if rate is None else charts.truth(rate, found.low, found.high, found.bar)
    return {
        "name": version.agreement.name,
        "found": found,
        "verdict": figures.VERDICTS[found.verdict],
        "sentence": figures.truth_sentence(found),
        "chart": drawing,
    }


def _bars(ours: float | None, field: float, top: float, say: Callable[[float], str]) -> list[dict[str, Any]]:
    """Return ours and the field's figure with their text, drawn 200 wide at most: the top of the scale."""
    return [
        {
            "label": label,
            "width": None if value is None else round(200 * min(value / top, 1)),
            "text": _("Unknown") if value is None else say(value),
            "tone": tone,
        }
        for label, value, tone in ((_("Ours"), ours, ""), (_("Field"), field, "quiet"))
    ]


def _one_decimal(value: float) -> str:
    return formats.number_format(value, decimal_pos=1)


def _year_up_to(period: Period | None) -> Period | None:
    """Return the twelve months up to the end of the period: whoever was refused needs time to buy."""
    return period and Period(period.last_on - timedelta(days=364), period.last_on, period.zone)
