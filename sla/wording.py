"""Sentences as templates with values, so that pages can translate what stone rooms say."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any


def gettext_noop(text: str) -> str:
    """Mark a template for the message catalog and return it unchanged."""
    return text


def in_english(value: object) -> str:
    """Write a number, date or text as English readers expect it."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | date):
        return str(value)
    if isinstance(value, datetime):
        return f"{value.day} {value:%b %Y, %H:%M}"
    if isinstance(value, date):
        return f"{value.day} {value:%b %Y}"
    whole = int(value) if value == int(value) else value
    return f"{whole:,}"


@dataclass(frozen=True)
class Sentence:
    """A template with named places and the values that fill them; a value may be a sentence."""

    template: str
    params: Mapping[str, Any] = field(default_factory=dict)

    def say(
        self,
        translate: Callable[[str], str] = str,
        localize: Callable[[Any], str] = in_english,
    ) -> str:
        """Fill the template; `translate` turns templates, `localize` numbers and dates."""

        def spoken(value: Any) -> str:
            return value.say(translate, localize) if isinstance(value, Sentence) else localize(value)

        template = translate(self.template)
        if not self.params:
            return template.replace("%%", "%")
        return template % {name: spoken(value) for name, value in self.params.items()}

    def __str__(self) -> str:
        return self.say()

    def to_json(self) -> list[Any]:
        """Return [template, values]; dates become `{"on": …}` and times `{"at": …}`."""
        return [self.template, {name: _packed(value) for name, value in self.params.items()}]

    @classmethod
    def from_json(cls, data: list[Any]) -> "Sentence":
        """Read what `to_json` wrote."""
        template, params = data
        return cls(template, {name: _unpacked(value) for name, value in params.items()})


def listed(items: list["Sentence | str"], pair: str, last: str = "") -> "Sentence | str":
    """Chain items by a template of two places, `%(first)s` and `%(rest)s`; the last pair may have its own."""
    first, *rest = items
    if not rest:
        return first
    joined = last if last and len(rest) == 1 else pair
    return Sentence(joined, {"first": first, "rest": listed(rest, pair, last)})


def _packed(value: Any) -> Any:
    if isinstance(value, Sentence):
        return {"say": value.to_json()}
    if isinstance(value, datetime):
        return {"at": value.isoformat()}
    if isinstance(value, date):
        return {"on": value.isoformat()}
    return float(value) if isinstance(value, Decimal) else value


def _unpacked(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if "say" in value:
        return Sentence.from_json(value["say"])
    if "at" in value:
        return datetime.fromisoformat(value["at"])
    return date.fromisoformat(value["on"])
