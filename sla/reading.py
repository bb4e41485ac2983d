"""Reading JSON objects strictly: every fault is kept with its path, none stops the reading."""

import math
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from sla.wording import Sentence, gettext_noop

T = TypeVar("T")
_ABSENT: Any = object()


@dataclass(frozen=True)
class Problem:
    """One fault of a document: where it is and a sentence that says what is wrong."""

    path: str
    sentence: Sentence

    def __str__(self) -> str:
        return f"{self.path}: {self.sentence}" if self.path else str(self.sentence)


@dataclass
class Reader:
    """Typed access to one JSON object at `path`.

    A missing or wrong value adds a problem and yields a harmless stand-in, so
    that reading goes on; whoever reads must look at `problems` in the end.
    """

    data: dict[str, Any]
    path: str
    problems: list[Problem]
    seen: set[str] = field(default_factory=set)

    def at(self, key: str | int) -> str:
        """Return the path of a key."""
        if isinstance(key, int):
            return f"{self.path}[{key}]"
        return f"{self.path}.{key}" if self.path else key

    def complain(self, key: str, template: str, **params: Any) -> None:
        """Keep a problem with one key, or with the object itself when the key is blank."""
        self.problems.append(Problem(self.at(key) if key else self.path, Sentence(template, params)))

    def raw(self, key: str, default: Any = _ABSENT) -> Any:
        """Return the value as it stands; absent without default is a problem."""
        self.seen.add(key)
        if key in self.data:
            return self.data[key]
        if default is _ABSENT:
            self.complain(key, gettext_noop("This is missing."))
            return _ABSENT
        return default

    def text(self, key: str, default: Any = _ABSENT, *, may_be_blank: bool = False) -> Any:
        """Read a text; blank counts as missing unless allowed."""
        value = self.raw(key, default)
        if value is _ABSENT or value == default:
            return "" if value is _ABSENT else value
        if (fault := text_fault(value)) or not (value.strip() or may_be_blank):
            self.complain(key, fault or gettext_noop("This must not be blank."))
            return ""
        return value

    def choice(self, key: str, options: Collection[str], default: Any = _ABSENT) -> Any:
        """Read one of a closed list of codes."""
        value = self.raw(key, default)
        if value is _ABSENT or value == default:
            return "" if value is _ABSENT else value
        if not isinstance(value, str) or value not in options:
            self.complain(
                key,
                gettext_noop("“%(value)s” is not one of %(options)s."),
                value=shown(value),
                options=", ".join(options),
            )
            return ""
        return value

    def choices(self, key: str, options: Collection[str], default: Any = _ABSENT) -> tuple[str, ...]:
        """Read a list of different codes out of a closed list."""
        values = self.texts(key, default)
        for index, value in enumerate(values):
            if value not in options:
                self.complain(
                    f"{key}[{index}]",
                    gettext_noop("“%(value)s” is not one of %(options)s."),
                    value=value,
                    options=", ".join(options),
                )
        return values

    def texts(self, key: str, default: Any = _ABSENT) -> tuple[str, ...]:
        """Read a list of different texts."""
        values = self.raw(key, default)
        if values is _ABSENT or values is default:
            return () if values is _ABSENT else values
        if not isinstance(values, list) or any(text_fault(value) for value in values):
            self.complain(key, gettext_noop("This must be a list of texts."))
            return ()
        if len(set(values)) < len(values):
            self.complain(key, gettext_noop("A value stands here twice."))
        return tuple(values)

    def number(self, key: str, low: float, high: float = math.inf, default: Any = _ABSENT) -> Any:
        """Read a number within closed bounds; whole numbers come back as int."""
        value = self.raw(key, default)
        if value is _ABSENT or value is default:
            return low if value is _ABSENT else value
        if not is_number(value):
            self.complain(key, gettext_noop("This must be a number."))
            return low
        if not low <= value <= high:
            self.complain(
                key,
                gettext_noop("%(value)s is not from %(low)s to %(high)s.")
                if high < math.inf
                else gettext_noop("%(value)s is below %(low)s."),
                value=value,
                low=low,
                high=high,
            )
            return low
        return int(value) if value == int(value) else value

    def whole(self, key: str, low: int, high: int = 100_000, default: Any = _ABSENT) -> Any:
        """Read a whole number within closed bounds."""
        value = self.number(key, low, high, default)
        if isinstance(value, float):
            self.complain(key, gettext_noop("This must be a whole number."))
            return low
        return value

    def boolean(self, key: str, default: Any = _ABSENT) -> bool:
        """Read true or false."""
        value = self.raw(key, default)
        if value is not _ABSENT and not isinstance(value, bool):
            self.complain(key, gettext_noop("This must be true or false."))
        return value is True

    def day(self, key: str, default: Any = _ABSENT) -> Any:
        """Read a date written as YYYY-MM-DD."""
        value = self.raw(key, default)
        if value is _ABSENT or value is default:
            return date.min if value is _ABSENT else value
        try:
            day = date.fromisoformat(value)
        except (TypeError, ValueError):
            day = date.min
        if day.isoformat() != value:
            self.complain(key, gettext_noop("This must be a date written as YYYY-MM-DD."))
        return day

    def child(self, key: str, default: Any = _ABSENT) -> "Reader | None":
        """Open the object under a key; None when absent, null where allowed, or no object."""
        value = self.raw(key, default)
        if value is _ABSENT or value is default:
            return None
        return open_object(value, self.at(key), self.problems)

    def each(self, key: str, read: Callable[["Reader"], T], *, least: int = 0) -> tuple[T, ...]:
        """Read a list of objects, one call of `read` for each."""
        values = self.raw(key)
        if values is _ABSENT:
            return ()
        if not isinstance(values, list) or len(values) < least:
            template = gettext_noop("This must be a list of at least %(least)s.")
            self.complain(key, template, least=least)
            return ()
        readers = [
            open_object(value, f"{self.at(key)}[{index}]", self.problems)
            for index, value in enumerate(values)
        ]
        return tuple(read(reader) for reader in readers if reader is not None)

    def finish(self) -> None:
        """Complain about every key that nobody asked for."""
        for key in self.data:
            if key not in self.seen:
                self.complain(str(key), gettext_noop("Nothing of this name is known here."))


def open_object(value: Any, path: str, problems: list[Problem]) -> Reader | None:
    """Return a reader of a JSON object, or None with a problem."""
    if isinstance(value, dict):
        return Reader(value, path, problems)
    problems.append(Problem(path, Sentence(gettext_noop("This must be an object in braces."))))
    return None


def is_number(value: Any) -> bool:
    """Tell whether a JSON value is a finite number."""
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, int) and not isinstance(value, bool)


def text_fault(value: Any) -> str:
    """Say why a value is no text that both databases can keep; blank when it is one."""
    if not isinstance(value, str):
        return gettext_noop("This must be a text.")
    if "\x00" in value or any("\ud800" <= sign <= "\udfff" for sign in value):
        return gettext_noop("This text holds a sign that cannot be stored.")
    return ""


def shown(value: Any) -> str:
    """Shorten a wrong value for quoting in a sentence."""
    text = str(value)
    return text if len(text) <= 60 else text[:57] + "…"
