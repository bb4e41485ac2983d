"""Reading JSON of unknown quality piece by piece, going on after a problem so that all are told at once."""

from collections.abc import Callable, Iterable, Mapping
from datetime import tzinfo
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo, available_timezones

from django.utils.translation import gettext as _


class Problem(NamedTuple):
    path: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.path}: {self.sentence}"


class InvalidMapping(Exception):
    """The mapping says something that cannot be followed; `problems` names every place."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class Checker:
    """Reads typed pieces; what is wrong is noted under its path and a harmless value returned."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def wrong(self, path: str, sentence: str) -> None:
        """Note a problem."""
        self.problems.append(Problem(path, sentence))

    def zone(self, name: Any, path: str) -> tzinfo:
        if not isinstance(name, str) or name not in available_timezones():
            self.wrong(path, _("There is no time zone “%s”.") % name)
            return ZoneInfo("UTC")
        return ZoneInfo(name)

    def same(self, data: Mapping[str, Any], name: str, wanted: str) -> None:
        """Note a problem where `name` says something else."""
        if data.get(name) != wanted:
            self.wrong(name, _("This must be “%s”.") % wanted)

    def only(self, data: Mapping[str, Any], path: str, known: Iterable[str]) -> None:
        for name in sorted(set(data) - set(known)):
            self.wrong(f"{path}.{name}".removeprefix("$."), _("There is no such key."))

    def object(self, value: Any, path: str) -> dict[str, Any]:
        if isinstance(value, dict):
            return dict(value)
        self.wrong(path, _("This must be a JSON object."))
        return {}

    def texts(self, value: Any, path: str) -> list[str]:
        if isinstance(value, list) and all(isinstance(one, str) for one in value):
            return value
        self.wrong(path, _("This must be a list of texts."))
        return []

    def text(self, data: Mapping[str, Any], name: str, *, is_required: bool = False) -> str:
        return self._plain(data, name, str, "", is_required)

    def whole(self, data: Mapping[str, Any], name: str) -> int:
        return self._plain(data, name, int, 0, False)

    def flag(self, data: Mapping[str, Any], name: str) -> bool:
        return self._plain(data, name, bool, False, False)

    def _plain(
        self, data: Mapping[str, Any], name: str, kind: Callable[..., Any], default: Any, is_required: bool
    ) -> Any:
        value = data.get(name, default)
        if type(value) is not kind or (is_required and not value):
            self.wrong(name, _("This is missing or of the wrong kind."))
            return default
        return value
