"""From JSON to a Document: all faults are found in one reading, each with its path."""

from typing import Any, TypeVar

from sla import readiness, scoring
from sla.document import commitments, crosschecks, kinds, matching, shape
from sla.reading import Problem, Reader, open_object
from sla.wording import gettext_noop

T = TypeVar("T")
LONGEST_YEARS_IN_DAYS = 3650


class InvalidDocument(ValueError):
    """A document with faults, all of them in `problems`."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)


def parse(data: dict[str, Any]) -> shape.Document:
    """Read an agreement from JSON; raises InvalidDocument with every problem found.

    Cross checks (what refers to what) follow only once every part reads well,
    so that one typo does not complain twice.
    """
    problems: list[Problem] = []
    reader = open_object(data, "", problems)
    if reader is None:
        raise InvalidDocument(problems)
    document = _document(reader)
    reader.finish()
    if not problems:
        problems.extend(crosschecks.check(document))
    if problems:
        raise InvalidDocument(problems)
    return document


def _document(reader: Reader) -> shape.Document:
    reader.choice("format", (shape.FORMAT,))
    is_baseline = reader.boolean("is_baseline", False)
    referee = _part(reader, "referee", _referee)
    return shape.Document(
        title=reader.text("title"),
        preamble=reader.text("preamble", may_be_blank=True),
        starts_on=reader.day("starts_on"),
        review_due_on=reader.day("review_due_on", None),
        is_baseline=is_baseline,
        segment=_required(reader, "segment", _segment, shape.Segment("", None)),
        legs=reader.each("legs", _closed(_leg), least=1),
        stages=reader.each("stages", _closed(_stage), least=1),
        fit=reader.each("fit", _closed(_fit_rule)),
        engagement=_required(reader, "engagement", _engagement, scoring.EngagementTerms(1)),
        grid=_required(reader, "grid", _grid, scoring.GridTerms(0, 0, 0, 0)),
        tiers=reader.each("tiers", _closed(_tier), least=1),
        gates=_required(reader, "gates", _gates, {}),
        dossier=reader.choices("dossier", kinds.DOSSIER),
        record=reader.choices("record", kinds.RECORD),
        reasons=reader.each("reasons", _closed(_reason), least=1),
        tracks=reader.each("tracks", _closed(_track)),
        valve=_part(reader, "valve", _valve),
        calendars=_required(reader, "calendars", _calendars, {}),
        commitments=reader.each("commitments", _closed(commitments.read), least=1),
        expiry=_part(reader, "expiry", _expiry),
        routing=_required(reader, "routing", _routing, shape.Routing("", 0)),
        referee=referee,
        maturity_days=reader.whole("maturity_days", 1, LONGEST_YEARS_IN_DAYS, None),
    )


def _closed(read: commitments.Read[T]) -> commitments.Read[T]:
    """Let a part be read and then complain about keys it does not know."""

    def read_and_finish(reader: Reader) -> T:
        part = read(reader)
        reader.finish()
        return part

    return read_and_finish


def _part(reader: Reader, key: str, read: commitments.Read[T]) -> T | None:
    child = reader.child(key, None)
    return None if child is None else _closed(read)(child)


def _required(reader: Reader, key: str, read: commitments.Read[T], instead: T) -> T:
    child = reader.child(key)
    return instead if child is None else _closed(read)(child)


def _criterion(reader: Reader, key: str) -> readiness.Criterion | None:
    value = reader.raw(key, None)
    return None if value is None else readiness.parse_criterion(value, reader.at(key), reader.problems)


def _code(reader: Reader) -> str:
    code: str = reader.text("code")
    if code and not (code.isascii() and code.replace("_", "a").isalnum() and code == code.lower()):
        reader.complain("code", gettext_noop("A code is small letters, digits and underscores."))
    if len(code) > 40:
        reader.complain("code", gettext_noop("A code has at most 40 signs."))
    return code


def _segment(reader: Reader) -> shape.Segment:
    return shape.Segment(reader.text("label", ""), _criterion(reader, "rule"))


def _leg(reader: Reader) -> shape.Leg:
    return shape.Leg(
        leg=reader.whole("leg", 1, 9),
        code=_code(reader),
        label=reader.text("label"),
        from_side=reader.choice("from_side", kinds.SIDES),
        to_side=reader.choice("to_side", kinds.SIDES),
        gate=reader.choice("gate", kinds.GATES),
    )


def _stage(reader: Reader) -> shape.Stage:
    return shape.Stage(
        code=reader.choice("code", kinds.STAGES),
        label=reader.text("label"),
        owner=reader.choice("owner", kinds.SIDES),
        thinks=reader.text("thinks", "", may_be_blank=True),
        feels=reader.text("feels", "", may_be_blank=True),
        needs=reader.text("needs", "", may_be_blank=True),
        signifier=_required(reader, "signifier", _signifier, shape.Signifier("", None)),
        stale_after_business_days=reader.whole("stale_after_business_days", 1, 1000, None),
    )


def _signifier(reader: Reader) -> shape.Signifier:
    return shape.Signifier(reader.text("label", may_be_blank=True), _criterion(reader, "when"))


def _fit_rule(reader: Reader) -> shape.FitRule:
    label, points = reader.text("label"), reader.number("points", -100, 100)
    reader.raw("when")
    when = _criterion(reader, "when") if reader.data.get("when") is not None else None
    if when is None:
        # A stand-in that is never used: whoever sees it also sees the problem.
        when = readiness.FactLeaf("source", "known")
        if reader.data.get("when", 0) is None:
            reader.complain("when", gettext_noop("This is missing."))
    return shape.FitRule(label, points, when)


def _engagement(reader: Reader) -> scoring.EngagementTerms:
    half_life_days = reader.number("half_life_days", 1, LONGEST_YEARS_IN_DAYS)
    return scoring.EngagementTerms(half_life_days, reader.each("points", _closed(_points)))


def _points(reader: Reader) -> scoring.PointsRule:
    side = reader.choice("side", readiness.TOUCH_KINDS)
    kind = reader.choice("kind", readiness.TOUCH_KINDS.get(side, ()))
    points = reader.number("points", 0.01, 1000)
    return scoring.PointsRule(side, kind, points, reader.number("cap", points, 100_000, None))


def _grid(reader: Reader) -> scoring.GridTerms:
    bounds = [_bounds(reader, axis, names) for axis, names in (("fit", "AB"), ("engagement", "12"))]
    return scoring.GridTerms(*bounds[0], *bounds[1])


def _bounds(reader: Reader, axis: str, names: str) -> tuple[int, int]:
    child = reader.child(axis)
    if child is None:
        return 0, 0
    upper, lower = (child.whole(name, 0, 100_000) for name in names)
    child.finish()
    if upper <= lower:
        child.complain(names[0], gettext_noop("This bound must be above that of %(name)s."), name=names[1])
    return upper, lower


def _tier(reader: Reader) -> shape.Tier:
    code, label = _code(reader), reader.text("label")
    cells = reader.raw("grid")
    grid = None if cells is None else reader.choices("grid", scoring.CELLS)
    worth = reader.number("worth", 0, 1000, None)
    return shape.Tier(code, label, grid, 1 if worth is None else worth)


def _gates(reader: Reader) -> dict[str, readiness.Criterion]:
    gates = {}
    for name in kinds.GATES:
        reader.raw(name)
        gate = _criterion(reader, name)
        if gate is not None:
            gates[name] = gate
        elif name in reader.data and reader.data[name] is None:
            reader.complain(name, gettext_noop("A gate needs at least one criterion."))
    return gates


def _reason(reader: Reader) -> shape.Reason:
    return shape.Reason(
        code=_code(reader),
        label=reader.text("label"),
        group=reader.text("group"),
        side_to_act=reader.choice("side_to_act", ("nobody", *kinds.SIDES)),
        disposition=reader.choice("disposition", kinds.DISPOSITIONS),
        recycle_days=reader.whole("recycle_days", 1, LONGEST_YEARS_IN_DAYS, None),
        track=reader.text("track", None),
        asks=reader.choices("asks", kinds.ASKS, ()),
        contradicted_by=_criterion(reader, "contradicted_by"),
        needs_attempts=reader.whole("needs_attempts", 1, 1000, None),
    )


def _track(reader: Reader) -> shape.Track:
    return shape.Track(_code(reader), reader.text("label"), reader.each("steps", _closed(_step)))


def _step(reader: Reader) -> shape.Step:
    after_days = reader.whole("after_days", 0, LONGEST_YEARS_IN_DAYS)
    kind = reader.choice("kind", readiness.TOUCH_KINDS["marketing"])
    return shape.Step(after_days, kind, reader.text("label"))


def _valve(reader: Reader) -> shape.Valve:
    return shape.Valve(reader.number("free_capacity_below", 0, 1), reader.texts("tiers"))


def _calendars(reader: Reader) -> dict[str, str]:
    return {side: reader.text(side) for side in ("marketing", "sales", "referee")}


def _expiry(reader: Reader) -> shape.Expiry:
    after = _required(reader, "after", commitments.read_span, shape.Span(0, ""))
    return shape.Expiry(after, reader.choice("to", ("reroute", "pool")))


def _referee(reader: Reader) -> str:
    email: str = reader.text("email")
    if email and "@" not in email.strip("@"):
        reader.complain("email", gettext_noop("This is no e-mail address."))
    return email


def _routing(reader: Reader) -> shape.Routing:
    return shape.Routing(
        method=reader.choice("method", kinds.METHODS),
        max_hops=reader.whole("max_hops", 1, 20),
        hours=reader.choice("hours", kinds.HOURS, "any"),
        matching=reader.each("matching", _closed(matching.read)) if "matching" in reader.data else (),
        max_cycles=reader.whole("max_cycles", 1, 50, None) or shape.MAX_CYCLES,
    )
