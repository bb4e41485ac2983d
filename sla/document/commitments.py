"""Reading commitments: what every kind has, and what only some kinds may say."""

from collections.abc import Callable
from typing import Any, TypeVar

from sla import readiness
from sla.document import kinds
from sla.document.shape import Allowance, Commitment, Rung, Span
from sla.reading import Reader
from sla.wording import gettext_noop

T = TypeVar("T", covariant=True)
Read = Callable[[Reader], T]
_TIMED = ("allowances", "whose_hours", "evidence", "warn_at", "ladder")
_PERIODIC = ("amount", "per")


def read(reader: Reader) -> Commitment:
    """Read one commitment; what its kind has no use for is a problem."""
    kind = kinds.KINDS.get(reader.choice("kind", kinds.KINDS))
    if kind is not None:
        _refuse_foreign(reader, kind)
    return Commitment(
        code=reader.text("code"),
        kind=kind.code if kind else "",
        side=reader.choice("side", kinds.PARTIES),
        leg=reader.whole("leg", 1, 9, None),
        is_on=reader.boolean("is_on"),
        target=_target(reader, kind),
        allowances=_allowances(reader, kind),
        amount=_amount(reader, kind),
        per=_period(reader, kind),
        whose_hours=reader.choice("whose_hours", ("team", "rep"), "team"),
        evidence=reader.choice("evidence", readiness.EVIDENCE, "logged"),
        warn_at=_warning(reader),
        params=_params(reader, kind),
        ladder=reader.each("ladder", _rung) if "ladder" in reader.data else (),
    )


def read_span(reader: Reader) -> Span:
    """Read an amount of time in its unit; whole amounts only, finer ones take a finer unit."""
    return Span(reader.whole("amount", 1), reader.choice("unit", kinds.UNITS))


def _refuse_foreign(reader: Reader, kind: kinds.Kind) -> None:
    foreign = _PERIODIC if kind.is_timed else _TIMED
    for key in foreign:
        if reader.raw(key, None):
            template = gettext_noop("A commitment of the kind “%(kind)s” has no such term.")
            reader.complain(key, template, kind=kind.code)


def _target(reader: Reader, kind: kinds.Kind | None) -> Any:
    if kind is None or kind.measure in ("count", "review"):
        return reader.number("target", 0, 1, None)
    return reader.number("target", 0, 1)


def _allowances(reader: Reader, kind: kinds.Kind | None) -> tuple[Allowance, ...]:
    if kind is None or kind.measure != "clock":
        if reader.raw("allowances", None):
            reader.complain("allowances", gettext_noop("Stale days stand with the stages, not here."))
        return ()
    return reader.each("allowances", _allowance, least=1)


def _allowance(reader: Reader) -> Allowance:
    tier = reader.text("tier", None)
    allowance = Allowance(tier, read_span(reader))
    reader.finish()
    return allowance


def _amount(reader: Reader, kind: kinds.Kind | None) -> Any:
    if kind is not None and kind.measure == "count":
        return reader.number("amount", 1)
    return reader.number("amount", 1, default=None)


def _period(reader: Reader, kind: kinds.Kind | None) -> Any:
    if kind is not None and kind.measure in ("share", "count"):
        return reader.choice("per", kinds.PERIODS)
    return reader.choice("per", kinds.PERIODS, None)


def _warning(reader: Reader) -> Any:
    warn_at = reader.number("warn_at", 0, 1, None)
    if warn_at in (0, 1):
        reader.complain("warn_at", gettext_noop("A warning comes between the start and the due time."))
    return warn_at


def _params(reader: Reader, kind: kinds.Kind | None) -> dict[str, Any]:
    if kind is None or not (kind.params or reader.raw("params", None)):
        reader.raw("params", None)
        return {}
    params = reader.child("params")
    if params is None:
        return {}
    read = {name: _param(params, name, param, kind) for name, param in kind.params.items()}
    params.finish()
    return read


def _param(reader: Reader, name: str, param: kinds.Param, kind: kinds.Kind) -> Any:
    if isinstance(param, tuple):
        return reader.choice(name, param)
    if param == "flag":
        return reader.boolean(name, False)
    if param == "share":
        return reader.number(name, 0, 1)
    return reader.whole(name, 1, 100_000, None) if name in kind.optional else reader.whole(name, 1)


def _rung(reader: Reader) -> Rung:
    after = reader.child("after")
    span = Span(1, "")
    if after is not None:
        span = read_span(after)
        after.finish()
    rung = Rung(span, reader.choice("action", kinds.ACTIONS))
    reader.finish()
    return rung
