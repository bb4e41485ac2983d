"""Random criteria (as JSON) and random facts, on a grid of whole hours."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from sla import readiness, scoring
from sla.readiness import Facts, TouchFact
from tests.sla.readiness import naive

AT = datetime(2026, 11, 20, tzinfo=UTC)
TERMS = scoring.EngagementTerms(
    naive.HALF_LIFE_DAYS,
    tuple(scoring.PointsRule("prospect", kind, points) for kind, points in naive.POINTS.items()),
)
KINDS = (*naive.POINTS, "opened")
INDUSTRIES = ("Energy", "Health care", "Retail")
ROLES = ("CEO", "Plant Manager")

_extras = st.fixed_dictionaries({}, optional={"unknown": st.sampled_from(sorted(readiness.criteria.UNKNOWN))})
_order = st.sampled_from((">", ">=", "<", "<="))


def _leaf(shape: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return st.builds(lambda leaf, extras: leaf | extras, st.fixed_dictionaries(shape), _extras)


_facts_leaves = st.one_of(
    _leaf({"fact": st.just("employees"), "op": _order, "value": st.sampled_from((10, 50, 100))}),
    _leaf(
        {
            "fact": st.just("industry"),
            "op": st.sampled_from(("in", "not_in")),
            "value": st.lists(st.sampled_from(INDUSTRIES), min_size=1, unique=True),
        }
    ),
    _leaf(
        {"fact": st.just("title"), "op": st.just("contains"), "value": st.sampled_from(("MANAGER", "ceo"))}
    ),
    _leaf({"fact": st.just("attributes.size"), "op": st.sampled_from(("=", "!=", "<")), "value": st.just(3)}),
    _leaf({"fact": st.sampled_from(("country", "attributes.size")), "op": st.just("known")}),
    _leaf(
        {
            "bant": st.just("budget"),
            "op": _order,
            "value": st.sampled_from((20_000, 50_000)),
            "currency": st.sampled_from(("EUR", "USD")),
        }
    ),
    _leaf(
        {"bant": st.just("authority"), "op": st.sampled_from(("=", "!=")), "value": st.sampled_from(ROLES)}
    ),
    _leaf({"bant": st.just("timing"), "within_days": st.integers(1, 30)}),
    _leaf({"score": st.just("fit"), "op": _order, "value": st.integers(0, 100)}),
)
_touch_leaves = _leaf(
    {
        "touches": st.fixed_dictionaries(
            {},
            optional={
                "sides": st.sampled_from((["prospect"], ["prospect", "sales"])),
                "kinds": st.lists(st.sampled_from(KINDS), min_size=1, max_size=3, unique=True),
                "evidence": st.sampled_from(sorted(readiness.EVIDENCE)),
            },
        ),
        "at_least": st.integers(1, 4),
        "within_days": st.integers(1, 25),
    }
)
_engagement_leaves = _leaf({"score": st.just("engagement"), "op": _order, "value": st.integers(0, 40)})


def _groups(parts: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    several = st.lists(parts, min_size=1, max_size=4)
    counted = several.flatmap(
        lambda of: st.fixed_dictionaries({"at_least": st.integers(1, len(of)), "of": st.just(of)})
    )
    return st.one_of(
        st.fixed_dictionaries({"all": several}), st.fixed_dictionaries({"any": several}), counted
    )


criteria = st.recursive(st.one_of(_facts_leaves, _touch_leaves, _engagement_leaves), _groups, max_leaves=8)
criteria_on_the_hour = st.recursive(st.one_of(_facts_leaves, _touch_leaves), _groups, max_leaves=8)

_moments = st.integers(0, 24 * 40).map(lambda hours: AT - timedelta(hours=hours))
_touch = st.builds(
    TouchFact,
    at=_moments,
    side=st.just("prospect"),
    kind=st.sampled_from(KINDS),
    evidence=st.sampled_from(sorted(readiness.EVIDENCE.values())),
    id=st.integers(1, 999),
)


def in_order(touches: list[TouchFact]) -> tuple[TouchFact, ...]:
    """Sort touches by time, as snapshots hold them."""
    return tuple(sorted(touches, key=lambda touch: touch.at))


_names = ("industry", "employees", "title", "budget", "met_role", "timing_on", "attributes.size", "fit")


@st.composite
def facts(draw: st.DrawFn) -> Facts:
    """Draw facts of which any may be unknown; all touches lie before AT."""
    touches = draw(st.none() | st.lists(_touch, max_size=12).map(in_order))
    return Facts(
        industry=draw(st.sampled_from((None, "", " energy ", "HEALTH  CARE", "Retail"))),
        employees=draw(st.sampled_from((None, 9, 50, 51, 4_000))),
        title=draw(st.sampled_from((None, "Plant manager", "CEO"))),
        country=draw(st.sampled_from((None, "", "DE"))),
        budget=draw(st.sampled_from((None, 20_000, 50_001.5))),
        budget_currency=draw(st.sampled_from((None, "EUR"))),
        met_role=draw(st.sampled_from((None, *ROLES))),
        timing_on=draw(st.none() | st.dates(date(2026, 10, 1), date(2027, 1, 31))),
        attributes=draw(st.sampled_from(({}, {"size": 2}, {"size": 3}, {"size": 4}))),
        touches=touches,
        fit=draw(st.none() | st.integers(0, 100)),
        engagement=None if touches is None else scoring.from_touches(touches, TERMS).level,
        known_at=draw(st.dictionaries(st.sampled_from(_names), _moments, max_size=5)),
    )


def parsed(data: dict[str, Any]) -> readiness.Criterion:
    """Read a criterion that must be faultless."""
    problems: list[readiness.parsing.Problem] = []
    criterion = readiness.parse_criterion(data, "gate", problems)
    assert not problems
    assert criterion is not None
    return criterion
