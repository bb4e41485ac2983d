"""Where leads went and what they were worth, in words and drawings for the people who lead."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils import formats
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from leads.choices import Side, Stage
from portal import charts, wording
from sla.choices import Cause
from sla.compliance import payoff
from sla.compliance.paths import Paths
from sla.compliance.periods import FEW
from sla.queries.decisions import Decisions

SPEEDS: dict[str, str | Promise] = {
    "hour": gettext_lazy("in 1 h"),
    "four_hours": gettext_lazy("in 4 h"),
    "day": gettext_lazy("in 24 h"),
    "later": gettext_lazy("later"),
    "never": gettext_lazy("never"),
}
#: Short names of stages, for a drawing with little room.
SHORT: dict[str, str | Promise] = {
    Stage.INQUIRY: gettext_lazy("Inquiry"),
    Stage.NURTURING: gettext_lazy("Nurturing"),
    Stage.MQL: gettext_lazy("Sales-ready"),
    Stage.SAL: gettext_lazy("Accepted"),
    Stage.SQL: gettext_lazy("Qualified"),
    Stage.OPPORTUNITY: gettext_lazy("Opportunity"),
    Stage.CUSTOMER: gettext_lazy("Won"),
    Stage.RECYCLED: gettext_lazy("Not now"),
    Stage.DISQUALIFIED: gettext_lazy("Never"),
    Stage.LOST: gettext_lazy("Lost"),
}
#: Where a lead stands of which Sales may still make a win.
UNDER_WAY = (Stage.MQL, Stage.SAL, Stage.SQL, Stage.OPPORTUNITY)
#: Shares at which a cell of the heat map takes the next step.
HEAT = (0.0, 0.05, 0.12, 0.2, 0.28)


@dataclass(frozen=True)
class Row:
    """One stage of the funnel: the bar starts at the inquiries."""

    label: str
    reached: int
    width: int
    rate: float | None
    median: timedelta | None
    is_won: bool


@dataclass(frozen=True)
class Cell:
    """One cell of the heat map: `step` 0 to 5, outlined where the target is reached."""

    text: str
    step: int
    is_enough: bool


@dataclass(frozen=True)
class HeatRow:
    """One month of hand-overs."""

    label: str
    n: int
    cells: tuple[Cell | None, ...]


@dataclass(frozen=True)
class Waiting:
    """One decision that waits: since or until when, what, and where it is made."""

    when: str
    tone: str
    what: str
    more: str
    url: str
    verb: str


def funnel(paths: Paths) -> list[Row]:
    """Return the stages of the way."""
    names = dict(Stage.choices)
    top = paths.leads or 1
    return [
        Row(
            str(names[step.stage]),
            step.reached,
            round(200 * step.reached / top),
            step.rate,
            step.median,
            step.stage == Stage.CUSTOMER,
        )
        for step in paths.steps
    ]


def per_win(paths: Paths) -> str:
    """Say the funnel backwards: what one win takes."""
    if paths.per_win is None:
        return _("Nobody of them bought yet.")
    needed = round(paths.per_win, 1)
    is_whole = needed >= 10 or (needed >= 3 and needed == int(needed))
    number = formats.number_format(needed, 0 if is_whole else 1)
    under_way = sum(paths.stands.get(stage, 0) for stage in UNDER_WAY)
    if under_way:
        words = ngettext(
            "So far %(n)s inquiries made one win; %(open)s lead is still with Sales.",
            "So far %(n)s inquiries made one win; %(open)s leads are still with Sales.",
            under_way,
        )
        return words % {"n": number, "open": wording.count_text(under_way)}
    return _("It takes %(n)s inquiries to make one win.") % {"n": number}


def flow(paths: Paths) -> charts.Flow | None:
    """Draw where the leads went."""
    names = {code: str(label) for code, label in SHORT.items()}
    reached = {step.stage: step.reached for step in paths.steps}
    return charts.flow(paths.went, reached, names)


def heat(months: list[payoff.Month], target: float) -> list[HeatRow]:
    """Return the won share by month of hand-over and months since; small months show a dash."""
    return [
        HeatRow(
            formats.date_format(month.first_on, "M Y"),
            month.n,
            tuple(_cell(month, index, target) for index in range(len(month.won))),
        )
        for month in months
    ]


def heat_sentence(months: list[payoff.Month], target: float) -> str:
    """Say how many months reached the target, and how soon."""
    big = [month for month in months if month.n >= FEW]
    reached = [month for month in big if any((month.share(i) or 0) >= target for i in range(len(month.won)))]
    if not big:
        return _("Not enough hand-overs yet.")
    words = ngettext(
        "%(k)s of %(n)s month of hand-overs reached %(target)s won so far.",
        "%(k)s of %(n)s months of hand-overs reached %(target)s won so far.",
        len(big),
    )
    return words % {"k": len(reached), "n": len(big), "target": wording.share_text(target)}


def speeds(found: list[payoff.Speed]) -> list[dict[str, Any]]:
    """Return the shares won by time of the first touch as bars; the few are told as counts."""
    return [
        {
            "label": str(SPEEDS[each.code]),
            "width": None if each.n < FEW or each.share is None else round(200 * each.share),
            "tone": "quiet" if each.code in ("later", "never") else "",
            "text": wording.share_of(each.won, each.n) if each.n else "–",
            "n": each.n,
        }
        for each in found
    ]


def stakes(found: payoff.AtRisk) -> list[dict[str, Any]]:
    """Return what is at risk in each currency, and bars by cause; what rounds to nothing is left out."""
    return [
        {
            "amount": wording.rough_text(stake.amount),
            "currency": wording.currency_text(stake.currency),
            "bars": _causes(stake),
        }
        for stake in found.stakes or ()
        if stake.amount
    ]


def _causes(stake: payoff.Stake) -> list[dict[str, Any]]:
    return [
        {
            "label": str(Cause(code).label) if code else _("Cause open"),
            "value": float(amount),
            "text": wording.rough_text(float(amount)),
            "tone": "late",
        }
        for code, amount in stake.by_cause
        if amount
    ]


def decisions(found: Decisions, days: int | None, now: datetime) -> list[Waiting]:
    """Return what waits for a decision, what binds both sides first; `days` are left until the review."""
    rows = [_unsigned(version, sides) for version, sides in found.unsigned]
    if found.contested:
        words = ngettext("%(n)s contested decline waits", "%(n)s contested declines wait", found.contested)
        more = _("for the referee's ruling.")
        url = f"{reverse('compliance')}#h-contested"
        rows.append(_since(found.contested_since, words % {"n": found.contested}, more, url))
    if found.disputed:
        words = ngettext("%(n)s disputed breach waits", "%(n)s disputed breaches wait", found.disputed)
        more = _("for an answer of the other side.")
        rows.append(_since(found.disputed_since, words % {"n": found.disputed}, more, reverse("compliance")))
    if days is not None and days <= 30:
        when = _("overdue") if days < 0 else ngettext("in %(n)s day", "in %(n)s days", days) % {"n": days}
        what, more = _("Review of the definition"), _("Both sides confirm it or draft a new one.")
        rows.append(
            Waiting(
                when,
                "late" if days < 0 else "warn",
                what,
                more,
                reverse("agreement"),
                pgettext("a button", "Open"),
            )
        )
    return rows


def _unsigned(version: Any, sides: tuple[str, ...]) -> Waiting:
    names = _(" and ").join(str(Side(side).label) for side in sides)
    return Waiting(
        when=formats.date_format(version.starts_on, _("j M Y")),
        tone="warn",
        what=_("%(agreement)s v%(n)s needs a signature")
        % {"agreement": version.agreement, "n": version.number},
        more=_("of %(sides)s, to start on that day.") % {"sides": names},
        url=reverse("agreement-draft", args=[version.pk]),
        verb=_("Read it"),
    )


def _since(since: datetime | None, what: str, more: str, url: str) -> Waiting:
    day = formats.date_format(since, _("j M")) if since else ""
    return Waiting(_("since %(day)s") % {"day": day}, "na", what, more, url, pgettext("a button", "Open"))


def _cell(month: payoff.Month, index: int, target: float) -> Cell | None:
    if month.won[index] is None:
        return None
    share = month.share(index)
    if share is None or month.n < FEW:
        return Cell("–", 0, False)
    step = sum(share > bound for bound in HEAT)
    return Cell(str(round(100 * share)), step, share >= target)
