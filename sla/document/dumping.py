"""From a Document back to JSON: the form that is stored, compared and signed."""

from dataclasses import fields
from typing import Any

from sla import readiness, scoring
from sla.document import kinds
from sla.document.shape import (
    FORMAT,
    MAX_CYCLES,
    Commitment,
    Document,
    Matching,
    Reason,
    Routing,
    Span,
    Stage,
    Tier,
    Track,
)


def dump(document: Document) -> dict[str, Any]:
    """Return the JSON form; parse(dump(document)) == document."""
    return {
        "format": FORMAT,
        "title": document.title,
        "preamble": document.preamble,
        "starts_on": document.starts_on.isoformat(),
        "review_due_on": document.review_due_on.isoformat() if document.review_due_on else None,
        "is_baseline": document.is_baseline,
        "segment": {"label": document.segment.label, "rule": _criterion(document.segment.rule)},
        "legs": [dict(vars(leg)) for leg in document.legs],
        "stages": [_stage(stage) for stage in document.stages],
        "fit": [
            {"label": rule.label, "points": rule.points, "when": _criterion(rule.when)}
            for rule in document.fit
        ],
        "engagement": _engagement(document.engagement),
        "grid": _grid(document.grid),
        "tiers": [_tier(tier) for tier in document.tiers],
        "gates": {name: _criterion(document.gates[name]) for name in kinds.GATES},
        "dossier": list(document.dossier),
        "record": list(document.record),
        "reasons": [_reason(reason) for reason in document.reasons],
        "tracks": [_track(track) for track in document.tracks],
        "valve": {**vars(document.valve), "tiers": list(document.valve.tiers)} if document.valve else None,
        "calendars": dict(document.calendars),
        "commitments": [_commitment(commitment) for commitment in document.commitments],
        "expiry": {"after": _span(document.expiry.after), "to": document.expiry.to}
        if document.expiry
        else None,
        "routing": _routing(document.routing),
        "referee": {"email": document.referee} if document.referee else None,
        "maturity_days": document.maturity_days,
    }


def _tier(tier: Tier) -> dict[str, Any]:
    data = {"code": tier.code, "label": tier.label, "grid": _listed(tier.grid)}
    return data if tier.worth == 1 else {**data, "worth": tier.worth}


def _criterion(criterion: readiness.Criterion | None) -> dict[str, Any] | None:
    return None if criterion is None else readiness.dump_criterion(criterion)


def _listed(values: tuple[str, ...] | None) -> list[str] | None:
    return None if values is None else list(values)


def _span(span: Span) -> dict[str, Any]:
    return dict(vars(span))


def _stage(stage: Stage) -> dict[str, Any]:
    signifier = {"label": stage.signifier.label, "when": _criterion(stage.signifier.when)}
    return {**vars(stage), "signifier": signifier}


def _engagement(terms: scoring.EngagementTerms) -> dict[str, Any]:
    # A rule also remembers what follows from its points, which is no part of the text.
    points = [{part.name: getattr(rule, part.name) for part in fields(rule)} for rule in terms.rules]
    return {"half_life_days": terms.half_life_days, "points": points}


def _grid(terms: scoring.GridTerms) -> dict[str, Any]:
    return {
        "fit": {"A": terms.fit_a, "B": terms.fit_b},
        "engagement": {"1": terms.engagement_1, "2": terms.engagement_2},
    }


def _routing(routing: Routing) -> dict[str, Any]:
    """Return only what says something, so that texts from before a key existed keep their hash."""
    data: dict[str, Any] = {"method": routing.method, "max_hops": routing.max_hops}
    if routing.hours != "any":
        data["hours"] = routing.hours
    if routing.max_cycles != MAX_CYCLES:
        data["max_cycles"] = routing.max_cycles
    if routing.matching:
        data["matching"] = [_matching(rule) for rule in routing.matching]
    return data


def _matching(rule: Matching) -> dict[str, Any]:
    data: dict[str, Any] = {"label": rule.label, "attribute": rule.attribute}
    if rule.fact is not None:
        return {**data, "fact": rule.fact}
    return {**data, "when": _criterion(rule.when), "value": rule.value}


def _reason(reason: Reason) -> dict[str, Any]:
    contradicted_by = _criterion(reason.contradicted_by)
    return {**vars(reason), "asks": list(reason.asks), "contradicted_by": contradicted_by}


def _track(track: Track) -> dict[str, Any]:
    return {"code": track.code, "label": track.label, "steps": [dict(vars(step)) for step in track.steps]}


def _commitment(commitment: Commitment) -> dict[str, Any]:
    """Return only the terms that the kind has."""
    kind = kinds.KINDS[commitment.kind]
    data = {name: getattr(commitment, name) for name in ("code", "kind", "side", "leg", "is_on", "target")}
    if kind.measure == "clock":
        data["allowances"] = [
            {"tier": allowance.tier, **_span(allowance.span)} for allowance in commitment.allowances
        ]
    if kind.is_timed:
        data |= {name: getattr(commitment, name) for name in ("whose_hours", "evidence", "warn_at")}
    else:
        data |= {"amount": commitment.amount, "per": commitment.per}
    if kind.params:
        data["params"] = dict(commitment.params)
    if kind.is_timed:
        data["ladder"] = [{"after": _span(rung.after), "action": rung.action} for rung in commitment.ladder]
    return data
