"""Single values: texts, moments, days, references and the grades of evidence."""

import math
from collections.abc import Callable
from datetime import datetime
from functools import cached_property
from operator import attrgetter
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.fields import empty

from leads.choices import Evidence
from portal.forms import days

#: As agreements write them: `status` < `logged` < `synced` < `two_way`.
EVIDENCE = {grade.name.lower(): grade for grade in Evidence}
MOST_ATTRIBUTES, LONGEST_NAME, LONGEST_VALUE = 100, 80, 1000


class Text(serializers.CharField):
    """A text that may be blank."""

    def __init__(self, most: int | None, **options: Any) -> None:
        super().__init__(max_length=most, allow_blank=True, required=False, **options)


def check_past(moment: datetime) -> None:
    """Raise ValidationError for what has not happened yet."""
    if moment > timezone.now():
        raise serializers.ValidationError(_("This time lies ahead. Write down what has happened."))


class Moment(serializers.DateTimeField):
    """An instant that has passed, within the years that calendars know."""

    def __init__(self, **options: Any) -> None:
        super().__init__(validators=[days.check_reach, check_past], **options)


class Day(serializers.DateField):
    """A date within the years that calendars know."""

    def __init__(self, **options: Any) -> None:
        super().__init__(validators=[days.check_reach], **options)


class Money(serializers.DecimalField):
    """An amount of money, written as text so that no cent is lost."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_digits=14, decimal_places=2, min_value=0, **options)


class Currency(serializers.RegexField):
    """A currency as its code."""

    def __init__(self, **options: Any) -> None:
        super().__init__(regex=r"^[A-Z]{3}$", **options)


class Seconds(serializers.FloatField):
    """A span of time, in seconds."""

    def to_representation(self, value: Any) -> Any:
        return float(value.total_seconds())


class Number(serializers.IntegerField):
    """The number of a thing."""

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=1, max_value=2**63 - 1, **options)


class Flag(serializers.BooleanField):
    """Yes or no; an address that does not ask gets neither."""

    default_empty_html = empty  # of an address the framework reads a missing flag as a box left unticked

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, **options)


class EvidenceField(serializers.ChoiceField):
    """How far a touch is proved, by its word."""

    def __init__(self, **options: Any) -> None:
        super().__init__(choices=list(EVIDENCE), **options)

    def to_internal_value(self, data: Any) -> Any:
        return EVIDENCE[super().to_internal_value(data)]

    def to_representation(self, value: Any) -> str:
        return Evidence(value).name.lower()


_SCALAR = {"type": ["string", "number", "boolean", "null"]}


@extend_schema_field({"type": "object", "additionalProperties": _SCALAR, "maxProperties": MOST_ATTRIBUTES})
class Attributes(serializers.Field):
    """Facts of your own by name: texts, numbers, yes or no; null removes one."""

    default_error_messages = {
        "shape": _("Send an object of up to %(most)s names.") % {"most": MOST_ATTRIBUTES},
        "name": _("A name has 1 to 80 letters without control characters."),
        "value": _("A value is a text of up to 1,000 letters, a number, true, false or null."),
    }

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if not isinstance(data, dict) or len(data) > MOST_ATTRIBUTES:
            self.fail("shape")
        for name, value in data.items():
            if not (0 < len(name) <= LONGEST_NAME and name.isprintable()):
                self.fail("name")
            if not _is_scalar(value):
                self.fail("value")
        return dict(data)

    def to_representation(self, value: Any) -> Any:
        return value


def _is_scalar(value: Any) -> bool:
    if isinstance(value, str):
        return len(value) <= LONGEST_VALUE and "\0" not in value and _is_utf8(value)
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, int):
        return abs(value) < 2**63
    return value is None


def _is_utf8(text: str) -> bool:
    return not any("\ud800" <= letter <= "\udfff" for letter in text)


@extend_schema_field({"type": "object"})
class Document(serializers.JSONField):
    """An object whose parts are described elsewhere."""


class Listed(serializers.Serializer[Any]):
    """What lists show by the hundred: its fields are looked up once, not again for each row."""

    @cached_property
    def _drawn(self) -> list[tuple[str, Callable[[Any], Any], Callable[[Any], Any]]]:
        return [
            (str(field.field_name), attrgetter(".".join(field.source_attrs)), field.to_representation)
            for field in self._readable_fields
        ]

    def to_representation(self, instance: Any) -> dict[str, Any]:
        """Return the values of a row by their names; what is None stays so."""
        read = ((name, read(instance), draw) for name, read, draw in self._drawn)
        return {name: None if value is None else draw(value) for name, value, draw in read}


class Ref(Listed):
    """Something by its number and name."""

    id = serializers.IntegerField(source="pk")
    name = serializers.CharField()
