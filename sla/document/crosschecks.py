"""What must agree between the parts of an agreement."""

import calendar
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any

from sla import readiness
from sla.document import kinds
from sla.document.shape import Commitment, Document, Reason
from sla.reading import Problem
from sla.wording import Sentence, gettext_noop

Faults = Iterator[Problem]
REVIEW_MONTHS = 6


def check(document: Document) -> list[Problem]:
    """Return every contradiction between the parts."""
    return [problem for checked in _CHECKS for problem in checked(document)]


def latest_review(starts_on: date) -> date:
    """Return the last day on which a text that starts then may be reviewed."""
    return months_after(starts_on, REVIEW_MONTHS)


def months_after(day: date, months: int) -> date:
    """Return the same day so many months later, or the last day of a shorter month."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _fault(path: str, template: str, **params: Any) -> Problem:
    return Problem(path, Sentence(template, params))


def _codes(document: Document) -> Faults:
    yield from _unique("legs", "code", [leg.code for leg in document.legs])
    yield from _unique("legs", "leg", [leg.leg for leg in document.legs])
    yield from _unique("stages", "code", [stage.code for stage in document.stages])
    yield from _unique("tiers", "code", [tier.code for tier in document.tiers])
    yield from _unique("reasons", "code", [reason.code for reason in document.reasons])
    yield from _unique("tracks", "code", [track.code for track in document.tracks])
    yield from _unique("commitments", "code", [each.code for each in document.commitments])
    rules = [(rule.side, rule.kind) for rule in document.engagement.rules]
    yield from _unique("engagement.points", "kind", rules)


def _unique(where: str, key: str, values: Sequence[object]) -> Faults:
    for index, value in enumerate(values):
        if value in values[:index]:
            yield _fault(f"{where}[{index}].{key}", gettext_noop("“%(code)s” stands here twice."), code=value)


def _review(document: Document) -> Faults:
    path, due_on = "review_due_on", document.review_due_on
    if document.is_baseline:
        if due_on is not None:
            yield _fault(path, gettext_noop("A baseline version owes no review."))
    elif due_on is None:
        yield _fault(path, gettext_noop("A review date is missing."))
    elif due_on <= document.starts_on:
        yield _fault(path, gettext_noop("The review comes after the start."))
    elif due_on > (latest := latest_review(document.starts_on)):
        template = gettext_noop("The review is due six months after the start at the latest: %(latest)s.")
        yield _fault(path, template, latest=latest)


def _tiers(document: Document) -> Faults:
    last = len(document.tiers) - 1
    taken: set[str] = set()
    for index, tier in enumerate(document.tiers):
        path = f"tiers[{index}].grid"
        if (tier.grid is None) != (index == last):
            template = gettext_noop("The last tier, and only the last, takes all that is left: null.")
            yield _fault(path, template)
        for cell in tier.grid or ():
            if cell in taken:
                yield _fault(path, gettext_noop("%(cell)s belongs to a tier above."), cell=cell)
            taken.add(cell)
    codes = {tier.code for tier in document.tiers}
    for code in document.valve.tiers if document.valve else ():
        if code not in codes:
            yield _unknown("valve.tiers", code)


def _unknown(path: str, code: object) -> Problem:
    return _fault(path, gettext_noop("The agreement has no “%(code)s”."), code=code)


def _scores(document: Document) -> Faults:
    for index, rule in enumerate(document.fit):
        for _, leaf in readiness.leaves(rule.when):
            if isinstance(leaf, readiness.ScoreLeaf):
                yield _fault(f"fit[{index}].when", gettext_noop("Points cannot depend on a score."))


def _reasons(document: Document) -> Faults:
    tracks = {track.code for track in document.tracks}
    for index, reason in enumerate(document.reasons):
        path = f"reasons[{index}]"
        if reason.code in kinds.RESERVED_REASONS:
            yield _fault(f"{path}.code", gettext_noop("This code belongs to imported history."))
        if reason.track is not None and reason.track not in tracks:
            yield _unknown(f"{path}.track", reason.track)
        yield from _disposition(path, reason)


def _disposition(path: str, reason: Reason) -> Faults:
    disposition = reason.disposition
    if disposition == "recycle" and reason.recycle_days is None and "month" not in reason.asks:
        template = gettext_noop("“Not now” needs days until the lead comes back, or asks for the month.")
        yield _fault(f"{path}.recycle_days", template)
    if disposition != "recycle" and reason.recycle_days is not None:
        yield _fault(
            f"{path}.recycle_days", gettext_noop("Only “not now” has days until the lead comes back.")
        )
    if disposition in ("reroute", "disqualify") and reason.track is not None:
        yield _fault(f"{path}.track", gettext_noop("This lead does not go back to nurturing."))
    side = {"repair": "marketing", "reroute": "sales"}.get(disposition, reason.side_to_act)
    if reason.side_to_act != side:
        template = gettext_noop("With “%(disposition)s” the side to act is %(side)s.")
        yield _fault(f"{path}.side_to_act", template, disposition=disposition, side=side)


def _tracks(document: Document) -> Faults:
    for index, track in enumerate(document.tracks):
        days = [step.after_days for step in track.steps]
        if days != sorted(days):
            yield _fault(f"tracks[{index}].steps", gettext_noop("Steps stand in the order of their days."))


def _commitments(document: Document) -> Faults:
    for index, commitment in enumerate(document.commitments):
        path = f"commitments[{index}]"
        if commitment.leg is not None and commitment.leg not in {leg.leg for leg in document.legs}:
            yield _unknown(f"{path}.leg", commitment.leg)
        else:
            yield from _side(path, commitment, document)
        yield from _allowances(path, commitment, document)
        if commitment.kind == "rule" and commitment.is_on and document.referee is None:
            yield _fault("referee", gettext_noop("“%(code)s” needs a referee."), code=commitment.code)
        if commitment.params.get("channels", 0) > commitment.params.get("attempts", 0):
            yield _fault(f"{path}.params.channels", gettext_noop("There are more channels than attempts."))
        if commitment.params.get("days", 0) > commitment.params.get("attempts", 0):
            yield _fault(f"{path}.params.days", gettext_noop("There are more days than attempts."))


def _side(path: str, commitment: Commitment, document: Document) -> Faults:
    sides = {leg.leg: (leg.from_side, leg.to_side) for leg in document.legs}
    party = kinds.owed_by(commitment.kind, commitment.leg, sides)
    if commitment.side != party:
        template = gettext_noop("A commitment of the kind “%(kind)s” is owed by %(side)s here.")
        yield _fault(f"{path}.side", template, kind=commitment.kind, side=party)


def _allowances(path: str, commitment: Commitment, document: Document) -> Faults:
    if kinds.KINDS[commitment.kind].measure != "clock":
        return
    known = {tier.code for tier in document.tiers}
    given = [allowance.tier for allowance in commitment.allowances]
    yield from _unique(f"{path}.allowances", "tier", given)
    for index, tier in enumerate(given):
        if tier is not None and tier not in known:
            yield _unknown(f"{path}.allowances[{index}].tier", tier)
    missing = sorted(known - {tier for tier in given if tier})
    if None not in given and missing:
        template = gettext_noop("No time is given for %(tiers)s, nor one for all (null).")
        yield _fault(f"{path}.allowances", template, tiers=", ".join(missing))


def _both_sides(document: Document) -> Faults:
    owing = {commitment.side for commitment in document.commitments if commitment.is_on}
    for side in kinds.SIDES:
        if not document.is_baseline and side not in owing:
            yield _fault("commitments", gettext_noop("Nothing is owed by %(side)s."), side=side)


def _stale(document: Document) -> Faults:
    for index, commitment in enumerate(document.commitments):
        side = {"upkeep": "sales", "nurture_stale": "marketing"}.get(commitment.kind)
        if (
            side
            and commitment.is_on
            and not any(stage.owner == side and stage.stale_after_business_days for stage in document.stages)
        ):
            template = gettext_noop("No stage of %(side)s says after how many days a lead is stale.")
            yield _fault(f"commitments[{index}]", template, side=side)


_CHECKS: tuple[Callable[[Document], Faults], ...] = (
    _codes,
    _review,
    _tiers,
    _scores,
    _reasons,
    _tracks,
    _commitments,
    _both_sides,
    _stale,
)
