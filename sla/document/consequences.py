"""What the terms of an agreement lead to: allowed, but worth knowing before anybody signs."""

from collections.abc import Callable, Iterator

from sla.document import kinds
from sla.document.clauses import say_span
from sla.document.names import commitment_name
from sla.document.shape import Commitment, Document, Span
from sla.reading import Problem
from sla.wording import Sentence, gettext_noop

Findings = Iterator[Problem]
_MINUTES = {
    "business_minutes": ("business", 1),
    "business_hours": ("business", 60),
    "calendar_hours": ("calendar", 60),
    "calendar_days": ("calendar", 24 * 60),
    "business_days": ("days", 1),
}
_WORKING_DAYS = {"month": 21, "quarter": 63}


def consequences(document: Document) -> list[Problem]:
    """Return what follows from the terms, in the order in which a lead meets them."""
    return [finding for found in _FOUND for finding in found(document)]


def _waiting(document: Document) -> Findings:
    """Say how long a lead may wait for the first touch when both terms are used up."""
    decide = next(iter(document.of_kind("decide", 1)), None)
    touch = _first_touch(document, "acceptance")
    if decide is None or touch is None:
        return
    for tier, name in _tiers(document):
        spans = [one.allowance(tier) for one in (decide, touch)]
        total = _sum(spans[0], spans[1])
        if total is None or spans[0] is None or spans[1] is None:
            continue
        values = {"tier": name, "first": say_span(spans[0]), "second": say_span(spans[1])}
        template = gettext_noop(
            "%(tier)s: decide allows %(first)s, first touch %(second)s after: a lead may wait %(total)s."
        )
        yield _finding("commitments", touch, document, template, total=say_span(total), **values)


def _offer_to_touch(document: Document) -> Findings:
    """Point out a first touch that is due before the decision is."""
    decide = next(iter(document.of_kind("decide", 1)), None)
    touch = _first_touch(document, "offer")
    if decide is None or touch is None:
        return
    for tier, name in _tiers(document):
        allowed, until_touch = decide.allowance(tier), touch.allowance(tier)
        if allowed and until_touch and _is_longer(allowed, until_touch):
            values = {"tier": name, "first": say_span(allowed), "second": say_span(until_touch)}
            template = gettext_noop(
                "%(tier)s: the first touch is due %(second)s after the offer, the decision only after "
                "%(first)s: who decides in time may be late already."
            )
            yield _finding("commitments", touch, document, template, **values)


def _expiry(document: Document) -> Findings:
    """Point out offers that lapse before their decision is due."""
    if document.expiry is None:
        return
    for decide in document.of_kind("decide"):
        for tier, name in _tiers(document):
            allowed = decide.allowance(tier)
            if allowed and _is_longer(allowed, document.expiry.after):
                values = {"tier": name, "first": say_span(allowed), "second": say_span(document.expiry.after)}
                template = gettext_noop(
                    "%(tier)s: an offer lapses after %(second)s, before its decision is due (%(first)s)."
                )
                yield Problem("expiry.after.amount", Sentence(template, values))


def _persistence(document: Document) -> Findings:
    """Point out more different days than the time allowed has, and a decision due before the last attempt."""
    for one in document.of_kind("persistence"):
        span, days = one.allowance(None), one.params["days"]
        if span and span.unit == "business_days" and days > span.amount:
            template = gettext_noop("%(days)s different days do not fit into %(span)s: nobody can keep this.")
            yield _finding("commitments", one, document, template, days=days, span=say_span(span))
        for other in document.of_kind("qualify_or_return", one.leg):
            limit = other.allowance(None)
            if span and limit and _is_longer(span, limit):
                values = {"first": say_span(span), "second": say_span(limit)}
                template = gettext_noop(
                    "Persistence has %(first)s, but the lead must be qualified or handed back within "
                    "%(second)s."
                )
                yield _finding("commitments", other, document, template, **values)


def _volume(document: Document) -> Findings:
    """Point out a promised number that the daily maximum does not let through."""
    for one in document.of_kind("volume"):
        most = one.params.get("daily_maximum")
        if not (most and one.amount and one.per) or one.params.get("weighted"):
            continue
        possible = most * _WORKING_DAYS[one.per]
        if possible < one.amount:
            values = {"most": most, "possible": possible, "promised": one.amount}
            template = gettext_noop(
                "At most %(most)s a day are about %(possible)s leads, fewer than the %(promised)s promised."
            )
            yield _finding("commitments", one, document, template, **values)


def _worths(document: Document) -> Findings:
    """Point out a volume by value that is one of leads, and values that nothing is counted by."""
    by_value = [one for one in document.of_kind("volume") if one.params.get("weighted")]
    valued = [index for index, tier in enumerate(document.tiers) if tier.worth != 1]
    if not valued:
        template = gettext_noop(
            "Volume is weighted by value, but every priority counts as one lead: it is counted in leads. "
            "What a priority counts as stands with the priorities."
        )
        yield from (_finding("commitments", one, document, template) for one in by_value)
    elif not by_value:
        template = gettext_noop("“%(tier)s” counts as %(worth)s leads, but no volume is weighted by value.")
        for index in valued:
            tier = document.tiers[index]
            said = Sentence(template, {"tier": tier.label, "worth": tier.worth})
            yield Problem(f"tiers[{index}].worth", said)


def _attempts(document: Document) -> Findings:
    """Point out a reason that asks for more attempts than anybody promises."""
    promised = [one.params["attempts"] for one in document.of_kind("persistence")]
    for index, reason in enumerate(document.reasons):
        if reason.needs_attempts and promised and reason.needs_attempts > max(promised):
            values = {"reason": reason.label, "asked": reason.needs_attempts, "promised": max(promised)}
            template = gettext_noop(
                "“%(reason)s” needs %(asked)s attempts, yet Sales promises only %(promised)s."
            )
            yield Problem(f"reasons[{index}].needs_attempts", Sentence(template, values))


def _silent(document: Document) -> Findings:
    """Point out timed commitments that nobody hears of when they are late."""
    for one in document.commitments:
        if one.is_on and kinds.KINDS[one.kind].is_timed and not one.ladder:
            template = gettext_noop("“%(name)s” has no escalation: when it is late, nobody is told.")
            yield _finding(
                "commitments", one, document, template, name=Sentence(commitment_name(one.kind, one.params))
            )


def _first_touch(document: Document, since: str) -> Commitment | None:
    found = document.of_kind("first_touch", 1)
    return next((one for one in found if one.params.get("from") == since), None)


def _tiers(document: Document) -> list[tuple[str, str]]:
    return [(tier.code, tier.label) for tier in document.tiers]


def _finding(where: str, one: Commitment, document: Document, template: str, **values: object) -> Problem:
    return Problem(f"{where}[{document.commitments.index(one)}]", Sentence(template, values))


def _sum(first: Span | None, second: Span | None) -> Span | None:
    """Add two spans; None where they cannot be added, as hours of a day that no calendar here tells."""
    if first is None or second is None:
        return None
    (kind, one), (other, two) = _MINUTES[first.unit], _MINUTES[second.unit]
    if kind != other:
        return None
    if first.unit == second.unit:
        return Span(first.amount + second.amount, first.unit)
    whole = first.amount * one + second.amount * two
    if whole % 60 == 0:
        return Span(whole // 60, f"{kind}_hours")
    return Span(whole, "business_minutes")


def _is_longer(first: Span, second: Span) -> bool:
    """Tell whether a span is longer for certain; spans of different kinds are left alone."""
    (kind, one), (other, two) = _MINUTES[first.unit], _MINUTES[second.unit]
    return kind == other and first.amount * one > second.amount * two


_FOUND: tuple[Callable[[Document], Findings], ...] = (
    _waiting,
    _offer_to_touch,
    _expiry,
    _persistence,
    _attempts,
    _volume,
    _worths,
    _silent,
)
