"""The JSON Schema of an agreement document, made from the same lists that the reader uses."""

from collections.abc import Iterable
from typing import Any

from sla import readiness, scoring
from sla.document import kinds
from sla.document.shape import FORMAT

Schema = dict[str, Any]
_TEXT: Schema = {"type": "string"}
_NAME: Schema = {"type": "string", "pattern": r"\S"}
_DAY: Schema = {"type": "string", "format": "date", "pattern": r"^\d{4}-\d{2}-\d{2}$"}
_CODE: Schema = {"type": "string", "pattern": "^[a-z0-9_]{1,40}$"}
_CRITERION: Schema = {"$ref": "#/$defs/criterion"}
_FACT: Schema = {
    "anyOf": [{"enum": list(readiness.FACTS)}, {"type": "string", "pattern": r"^attributes\..+"}]
}
_SPAN: Schema = {"$ref": "#/$defs/span"}


def schema() -> Schema:
    """Return the schema (draft 2020-12); what refers to what is checked on loading, beyond any schema."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Agreement between Marketing and Sales",
        "description": f"A version of an agreement, format {FORMAT}.",
        **_object(_parts(), optional=("is_baseline",)),
        "$defs": {"span": _span(), "criterion": _criterion(), **_leaves()},
    }


def _object(properties: Schema, optional: Iterable[str] = ()) -> Schema:
    required = [name for name in properties if name not in set(optional)]
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def _one(options: Iterable[str]) -> Schema:
    return {"enum": list(options)}


def _list(items: Schema, least: int = 0) -> Schema:
    return {"type": "array", "items": items, **({"minItems": least} if least else {})}


def _set(options: Iterable[str]) -> Schema:
    return {**_list(_one(options)), "uniqueItems": True}


def _number(low: float, high: float | None = None, *, whole: bool = False) -> Schema:
    found: Schema = {"type": "integer" if whole else "number", "minimum": low}
    return found if high is None else {**found, "maximum": high}


def _or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def _parts() -> Schema:
    return {
        "format": {"const": FORMAT},
        "title": _NAME,
        "preamble": _TEXT,
        "starts_on": _DAY,
        "review_due_on": _or_null(_DAY),
        "is_baseline": {"type": "boolean"},
        "segment": _object({"label": _TEXT, "rule": _or_null(_CRITERION)}, optional=("label", "rule")),
        "legs": _list(_leg(), 1),
        "stages": _list(_stage(), 1),
        "fit": _list(_object({"label": _NAME, "points": _number(-100, 100), "when": _CRITERION})),
        "engagement": _engagement(),
        "grid": _object({"fit": _cuts("AB"), "engagement": _cuts("12")}),
        "tiers": _list(_tier(), 1),
        "gates": _object(dict.fromkeys(kinds.GATES, _CRITERION)),
        "dossier": _set(kinds.DOSSIER),
        "record": _set(kinds.RECORD),
        "reasons": _list(_reason(), 1),
        "tracks": _list(_object({"code": _CODE, "label": _NAME, "steps": _list(_step())})),
        "valve": _or_null(_object({"free_capacity_below": _number(0, 1), "tiers": _list(_CODE)})),
        "calendars": _object(dict.fromkeys(("marketing", "sales", "referee"), _NAME)),
        "commitments": _list(_commitment(), 1),
        "expiry": _or_null(_object({"after": _SPAN, "to": _one(("reroute", "pool"))})),
        "routing": _routing(),
        "referee": _or_null(_object({"email": {"type": "string", "pattern": "@"}})),
        "maturity_days": _or_null(_number(1, 3650, whole=True)),
    }


def _routing() -> Schema:
    named = {"label": _NAME, "attribute": _NAME}
    matching = [_object({**named, "fact": _FACT}), _object({**named, "when": _CRITERION, "value": _NAME})]
    more = {
        "hours": _one(kinds.HOURS),
        "matching": _list({"anyOf": matching}),
        "max_cycles": _or_null(_number(1, 50, whole=True)),
    }
    method = {"method": _one(kinds.METHODS), "max_hops": _number(1, 20, whole=True)}
    return _object({**method, **more}, optional=more)


def _leg() -> Schema:
    sides = {"from_side": _one(kinds.SIDES), "to_side": _one(kinds.SIDES), "gate": _one(kinds.GATES)}
    return _object({"leg": _number(1, 9, whole=True), "code": _CODE, "label": _NAME, **sides})


def _stage() -> Schema:
    buyer = ("thinks", "feels", "needs")
    stage = {
        "code": _one(kinds.STAGES),
        "label": _NAME,
        "owner": _one(kinds.SIDES),
        **dict.fromkeys(buyer, _TEXT),
        "signifier": _object({"label": _TEXT, "when": _or_null(_CRITERION)}, optional=("when",)),
        "stale_after_business_days": _or_null(_number(1, 1000, whole=True)),
    }
    return _object(stage, optional=(*buyer, "stale_after_business_days"))


def _engagement() -> Schema:
    rules = [
        _object(
            {
                "side": {"const": side},
                "kind": _one(touches),
                "points": _number(0.01, 1000),
                "cap": _or_null(_number(0.01, 100_000)),
            },
            optional=("cap",),
        )
        for side, touches in readiness.TOUCH_KINDS.items()
    ]
    return _object({"half_life_days": _number(1, 3650), "points": _list({"anyOf": rules})})


def _cuts(names: str) -> Schema:
    return _object({name: _number(0, 100_000, whole=True) for name in names})


def _reason() -> Schema:
    extras = {
        "recycle_days": _or_null(_number(1, 3650, whole=True)),
        "track": _or_null(_NAME),
        "asks": _set(kinds.ASKS),
        "contradicted_by": _or_null(_CRITERION),
        "needs_attempts": _or_null(_number(1, 1000, whole=True)),
    }
    side = {"side_to_act": _one(("nobody", *kinds.SIDES)), "disposition": _one(kinds.DISPOSITIONS)}
    return _object({"code": _CODE, "label": _NAME, "group": _NAME, **side, **extras}, optional=extras)


def _tier() -> Schema:
    worth = {"worth": _or_null(_number(0, 1000))}
    grid = _or_null(_set(scoring.CELLS))
    return _object({"code": _CODE, "label": _NAME, "grid": grid, **worth}, optional=worth)


def _step() -> Schema:
    kinds_of_marketing = readiness.TOUCH_KINDS["marketing"]
    return _object(
        {"after_days": _number(0, 3650, whole=True), "kind": _one(kinds_of_marketing), "label": _NAME}
    )


def _span() -> Schema:
    return _object({"amount": _number(1, 100_000, whole=True), "unit": _one(kinds.UNITS)})


def _commitment() -> Schema:
    return {"anyOf": [_of_kind(kind) for kind in kinds.KINDS.values()]}


def _of_kind(kind: kinds.Kind) -> Schema:
    head: Schema = {
        "code": _NAME,
        "kind": {"const": kind.code},
        "side": _one(kinds.PARTIES),
        "leg": _or_null(_number(1, 9, whole=True)),
        "is_on": {"type": "boolean"},
        "target": _or_null(_number(0, 1)) if kind.measure in ("count", "review") else _number(0, 1),
    }
    optional = ["leg", *(["target"] if kind.measure in ("count", "review") else [])]
    terms = _timed(kind) if kind.is_timed else _periodic(kind)
    optional += ["whose_hours", "evidence", "warn_at", "ladder"]
    optional += ["amount"] if kind.measure != "count" else []
    optional += ["per"] if kind.measure == "review" else []
    if kind.params:
        params = {name: _param(kind, name, param) for name, param in kind.params.items()}
        flags = [name for name, param in kind.params.items() if param == "flag"]
        terms["params"] = _object(params, optional=(*kind.optional, *flags))
    return _object({**head, **terms}, optional=optional)


def _timed(kind: kinds.Kind) -> Schema:
    span = _span()["properties"]
    allowance = _object({"tier": _or_null(_CODE), **span}, optional=("tier",))
    return {
        **({"allowances": _list(allowance, 1)} if kind.measure == "clock" else {}),
        "whose_hours": _one(("team", "rep")),
        "evidence": _one(readiness.EVIDENCE),
        "warn_at": _or_null({"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1}),
        "ladder": _list(_object({"after": _SPAN, "action": _one(kinds.ACTIONS)})),
    }


def _periodic(kind: kinds.Kind) -> Schema:
    amount, per = _number(1), _one(kinds.PERIODS)
    return {
        "amount": amount if kind.measure == "count" else _or_null(amount),
        "per": _or_null(per) if kind.measure == "review" else per,
    }


def _param(kind: kinds.Kind, name: str, param: kinds.Param) -> Schema:
    if isinstance(param, tuple):
        return _one(param)
    if param == "flag":
        return {"type": "boolean"}
    found = _number(0, 1) if param == "share" else _number(1, 100_000, whole=True)
    return _or_null(found) if name in kind.optional else found


def _criterion() -> Schema:
    parts, label = _list(_CRITERION, 1), {"label": _TEXT}
    groups = [_object({form: parts, **label}, optional=label) for form in ("all", "any")]
    some = {"at_least": _number(1, whole=True), "of": parts, **label}
    leaves = [{"$ref": f"#/$defs/{name}"} for name in _leaves()]
    return {"anyOf": [*groups, _object(some, optional=label), *leaves]}


def _leaves() -> Schema:
    more = {"unknown": _one(("missed", "met", "unknown")), "label": _TEXT}
    compared: Schema = {"op": _one(readiness.OPS), "value": {}}
    money = {"currency": {"type": "string", "pattern": "^[A-Z]{3}$"}}
    wanted = {
        "sides": _set(readiness.TOUCH_KINDS),
        "kinds": _list(_TEXT),
        "evidence": _one(readiness.EVIDENCE),
    }
    window = {"at_least": _number(1, 1000, whole=True), "within_days": _number(1, 365, whole=True)}
    known = {"bant": {"const": "timing"}, "op": {"const": "known"}}
    timing = {"bant": {"const": "timing"}, "within_days": _number(1, 3650, whole=True)}
    others = {"bant": _one(("budget", "authority", "need")), **compared, **money}
    scored = {"score": _one(("fit", "engagement")), "op": _one((">", ">=", "<", "<="))}
    return {
        "fact": _object({"fact": _FACT, **compared, **more}, optional=("value", *more)),
        "bant": _object({**others, **more}, optional=("value", *money, *more)),
        "timing": _object({**timing, **more}, optional=more),
        "timing_known": _object({**known, **more}, optional=more),
        "behavior": _object({"touches": _object(wanted, optional=wanted), **window, **more}, optional=more),
        "score": _object({**scored, "value": _number(0, 1_000_000, whole=True), **more}, optional=more),
    }
