"""Commitments in plain words."""

from collections.abc import Mapping
from typing import Any

from sla.document.kinds import KINDS
from sla.document.shape import Commitment, Document, Span
from sla.wording import Sentence, gettext_noop, listed

_SPANS = {
    "business_minutes": (gettext_noop("1 business minute"), gettext_noop("%(amount)s business minutes")),
    "business_hours": (gettext_noop("1 business hour"), gettext_noop("%(amount)s business hours")),
    "business_days": (gettext_noop("1 business day"), gettext_noop("%(amount)s business days")),
    "calendar_hours": (gettext_noop("1 hour"), gettext_noop("%(amount)s hours")),
    "calendar_days": (gettext_noop("1 day"), gettext_noop("%(amount)s days")),
}
_PROMISES = {
    "decide": gettext_noop("Accept or decline within %(time)s of the offer"),
    "first_touch": gettext_noop("Make the first touch within %(time)s of acceptance"),
    "first_touch_from_offer": gettext_noop("Make the first touch within %(time)s of the offer"),
    "persistence": gettext_noop(
        "Try %(attempts)s times on %(days)s different days and %(channels)s channels within %(time)s"
    ),
    "qualify_or_return": gettext_noop("Qualify or hand back within %(time)s of acceptance"),
    "upkeep": gettext_noop("Let no lead of Sales go stale"),
    "hand_over": gettext_noop("Hand over each ready lead within %(time)s"),
    "acknowledge": gettext_noop("Acknowledge a returned lead and put it on a track within %(time)s"),
    "nurture": gettext_noop("Make the first nurture touch after a return within %(time)s"),
    "nurture_stale": gettext_noop("Let no lead of Marketing go stale"),
    "answer": gettext_noop("Answer a question about a lead within %(time)s"),
    "repair": gettext_noop("Repair the data of a lead within %(time)s"),
    "rule": gettext_noop("Rule on a contested decline within %(time)s"),
    "feedback": gettext_noop("Give a reason with every no and a verdict on every worked lead"),
    "records": gettext_noop("Record everything agreed on each worked lead"),
    "volume": gettext_noop("Deliver %(amount)s ready leads"),
    "volume_weighted": gettext_noop("Deliver ready leads worth %(amount)s by value: %(worths)s"),
    "quality": gettext_noop("Have handed-over leads accepted"),
    "readiness": gettext_noop("Hand over with a complete dossier"),
    "close_rate": gettext_noop("Win the leads followed up, at a margin of %(margin)s or more"),
    "pipeline_review": gettext_noop("Hold the pipeline review with minutes"),
    "definition_review": gettext_noop("Review the definition by its date"),
}
_EACH = {
    "month": gettext_noop("%(text)s each month"),
    "quarter": gettext_noop("%(text)s each quarter"),
}
_COMMA = gettext_noop("%(first)s, %(rest)s")
_KEPT = gettext_noop("in at least %(percent)s%% of cases")


def explain_clause(commitment: Commitment, document: Document) -> Sentence:
    """Say one commitment in one sentence: the promise, its time per tier, its target and period."""
    promise = Sentence(_PROMISES[_promise(commitment)], _values(commitment, document))
    if commitment.target is not None:
        kept = _each(Sentence(_KEPT, {"percent": percent(commitment.target)}), commitment.per)
        return Sentence(_COMMA, {"first": promise, "rest": kept})
    promise = _each(promise, commitment.per)
    if most := commitment.params.get("daily_maximum"):
        at_most = Sentence(gettext_noop("at most %(most)s a day"), {"most": most})
        return Sentence(_COMMA, {"first": promise, "rest": at_most})
    return promise


def _each(text: Sentence, per: str | None) -> Sentence:
    return Sentence(_EACH[per], {"text": text}) if per else text


def say_span(span: Span) -> Sentence:
    """Say a length of time in the unit it was agreed in."""
    one, many = _SPANS[span.unit]
    return Sentence(one) if span.amount == 1 else Sentence(many, {"amount": span.amount})


def percent(share: float) -> float:
    """Return a share as percent, without the noise of binary fractions."""
    return round(share * 100, 4)


def _promise(commitment: Commitment) -> str:
    if commitment.params.get("from") == "offer":
        return "first_touch_from_offer"
    return "volume_weighted" if commitment.params.get("weighted") else commitment.kind


def _values(commitment: Commitment, document: Document) -> Mapping[str, Any]:
    values: dict[str, Any] = {}
    if KINDS[commitment.kind].measure == "clock":
        values["time"] = _times(commitment, document)
    if commitment.kind == "persistence":
        values |= commitment.params
    if commitment.kind == "volume":
        values |= {"amount": commitment.amount, "worths": _worths(document)}
    if commitment.kind == "close_rate":
        share = {"percent": percent(commitment.params["margin"])}
        values["margin"] = Sentence(gettext_noop("%(percent)s%%"), share)
    return values


def _worths(document: Document) -> Any:
    """Say as how many leads each tier counts."""
    one = gettext_noop("%(tier)s counts as %(worth)s")
    worths: list[Sentence | str] = [
        Sentence(one, {"tier": tier.label, "worth": tier.worth}) for tier in document.tiers
    ]
    return listed(worths, _COMMA)


def _times(commitment: Commitment, document: Document) -> Any:
    """Say the time for each tier that has its own, and for all others."""
    times: list[Sentence | str] = []
    for allowance in sorted(commitment.allowances, key=lambda allowance: allowance.tier is None):
        span = say_span(allowance.span)
        if len(commitment.allowances) == 1:
            times.append(span)
        elif allowance.tier is None:
            times.append(Sentence(gettext_noop("%(time)s (others)"), {"time": span}))
        else:
            label = document.tier(allowance.tier).label
            times.append(Sentence(gettext_noop("%(time)s (%(tier)s)"), {"time": span, "tier": label}))
    return listed(times, _COMMA)
