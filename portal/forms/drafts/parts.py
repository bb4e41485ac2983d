"""A part of a document as one form and its lists of rows; nothing that has no field is lost."""

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django import forms
from django.utils.datastructures import MultiValueDict
from django.utils.functional import Promise
from django.utils.text import slugify

from portal import numbers
from portal.forms import selects
from portal.forms.drafts import lists, places
from portal.forms.drafts.lists import MARK, Posted
from portal.forms.drafts.words import Choices
from sla.document import Problem
from sla.wording import Sentence

Say = Callable[[Sentence], str]
#: Puts right in a whole document what follows from what was written.
Settle = Callable[[dict[str, Any]], None]


class PartForm(forms.Form):
    """Fields named by their place below `at`."""

    use_required_attribute = False
    #: Fields whose place is no name of Python, as `expiry.after.amount`.
    nested: ClassVar[Mapping[str, forms.Field]] = {}

    def __init__(self, posted: Posted | None, at: str, values: Any) -> None:
        self.at = at
        initial = {name: places.get(values, name) for name in (*self.base_fields, *self.nested)}
        super().__init__(None if posted is None else MultiValueDict(posted), initial=initial, prefix=at)
        self.fields |= copy.deepcopy(dict(self.nested))
        self.order_fields(self.field_order)
        self.shape(values if isinstance(values, dict) else {})

    def shape(self, values: Mapping[str, Any]) -> None:
        """Fit the fields to what they describe; for forms whose fields depend on it."""

    def offer(self, name: str, choices: Choices) -> None:
        """Let a field choose among these; what is stored stays among them."""
        if name in self.fields:
            stored = self.initial.get(name) or ()
            known = {code for code, _label in choices}
            values = stored if isinstance(stored, list | tuple) else [stored]
            kept = [(value, value) for value in values if value not in known]
            selects.choice(self, name).choices = [*choices, *kept]

    def add_prefix(self, field_name: str) -> str:
        """Name a field by its place in the document."""
        return places.join(self.at, field_name)

    def written(self, values: dict[str, Any]) -> dict[str, Any]:
        """Return the values with every field of this form put at its place."""
        values = copy.deepcopy(values)
        for name in self.fields:
            stored, value = places.get(values, name), self.cleaned_data[name]
            # The same codes in another order are no change.
            is_same = isinstance(stored, list) and sorted(stored) == sorted(value)
            places.put(values, name, stored if is_same else value)
        return values


@dataclass(frozen=True)
class Rows:
    """A list of the document whose rows are edited: `blank` is what a new one starts from."""

    path: str
    form: type[PartForm]
    title: str | Promise
    add: str | Promise
    blank: Mapping[str, Any] = field(default_factory=dict)
    link: str = ""
    most: int = lists.MOST


@dataclass
class RowForm:
    """One row on the page: its form, its stored values, where it stands; `key` names it in addresses."""

    form: PartForm
    index: int
    was: str
    values: dict[str, Any]
    is_last: bool = False

    @property
    def mark(self) -> str:
        """Name of the hidden field that says which row this is."""
        return f"{self.form.at}.{MARK}"

    @property
    def key(self) -> str:
        """How addresses name a row that is stored: by its code, else by its number."""
        return str(self.values.get("code", self.was)) if self.was else ""

    @property
    def is_by_fact(self) -> bool:
        """Tell whether it compares a fact, so that it has no condition of its own."""
        return bool(self.values.get("fact"))


class RowList:
    """The rows of one list, bound or as stored."""

    def __init__(self, spec: Rows, posted: Posted | None, data: Any) -> None:
        self.spec = spec
        self.stored: list[dict[str, Any]] = places.get(data, spec.path) or []
        number = len(self.stored) if posted is None else lists.count(posted, spec.path)
        self.rows = [self._row(index, posted) for index in range(number)]
        if self.rows:
            self.rows[-1].is_last = True

    def _row(self, index: int, posted: Posted | None) -> RowForm:
        at = f"{self.spec.path}[{index}]"
        was = str(index) if posted is None else (posted.get(f"{at}.{MARK}") or [""])[0]
        place = numbers.whole(was)
        is_stored = place is not None and place < len(self.stored)
        values = self.stored[int(was)] if is_stored else dict(self.spec.blank)
        is_fresh = posted is not None and set(_names(posted, at)) == {f"{at}.{MARK}"}
        form = self.spec.form(None if is_fresh else posted, at, values)
        return RowForm(form, index, was if is_stored else "", values)

    @property
    def is_full(self) -> bool:
        """Tell whether there is no place for another row."""
        return len(self.rows) >= self.spec.most

    def written(self) -> list[dict[str, Any]]:
        """Return the rows as the document holds them; a new one that needs a code gets it from its label."""
        rows: list[dict[str, Any]] = []
        for row in self.rows:
            values = row.form.written(row.values)
            if values.get("code") == "":
                taken = {str(one.get("code")) for one in [*self.stored, *rows]}
                values["code"] = _code(str(values.get("label", "")), taken)
            rows.append(values)
        return rows


class Part:
    """One page of the draft: a form, its lists of rows, and the keys of the document that they change."""

    def __init__(
        self,
        *,
        data: dict[str, Any],
        posted: Posted | None,
        at: str = "",
        form: type[PartForm] = PartForm,
        rows: Sequence[Rows] = (),
        keys: Sequence[str] = (),
        choices: Mapping[str, Choices] | None = None,
        settle: Settle | None = None,
    ) -> None:
        self.settle = settle
        self.data, self.at, self.keys = data, at, tuple(keys) or (at.split("[")[0].split(".")[0],)
        self.form = form(posted, at, places.get(data, at) if at else data)
        self.lists = [RowList(spec, posted, data) for spec in rows]
        self.elsewhere: list[Problem] = []
        for name, offered in (choices or {}).items():
            for one in self.forms:
                one.offer(name, offered)

    @property
    def forms(self) -> list[PartForm]:
        """Every form of the page."""
        return [self.form, *(row.form for found in self.lists for row in found.rows)]

    def is_valid(self) -> bool:
        """Tell whether every field reads well; all are looked at."""
        return all([form.is_valid() for form in self.forms])

    def written(self) -> dict[str, Any]:
        """Return the changed parts: key of the document → value."""
        data = copy.deepcopy(self.data)
        if self.at:
            places.put(data, self.at, self.form.written(places.get(data, self.at) or {}))
        else:
            data = self.form.written(data)
        for found in self.lists:
            places.put(data, found.spec.path, found.written())
        if self.settle:
            self.settle(data)
        return {key: data.get(key) for key in self.keys}

    def dropped(self) -> dict[str, Any]:
        """Return the changed parts without the row of a list that this page is about."""
        path, _bracket, index = self.at.rstrip("]").rpartition("[")
        rows = places.get(self.data, path)
        return {path: [row for place, row in enumerate(rows) if place != int(index)]}

    def complain(self, problems: Sequence[Problem], say: Say) -> None:
        """Put each problem at the field it is about; what has no field here is kept in `elsewhere`."""
        for problem in problems:
            form, name = self._field(problem.path)
            if form is None:
                self.elsewhere.append(problem)
            else:
                form.add_error(name, say(problem.sentence))

    def _field(self, path: str) -> tuple[PartForm | None, str | None]:
        """Return the form and field nearest to a path: the field itself, or the row that holds it."""
        forms_by_place = sorted(self.forms, key=lambda form: len(form.at), reverse=True)
        for form in forms_by_place:
            names = [name for name in form.fields if _lies_under(path, form.add_prefix(name))]
            if names:
                return form, max(names, key=len)
            if form.at and _lies_under(path, form.at):
                return form, None
        return None, None


def _names(posted: Posted, at: str) -> list[str]:
    return [name for name in posted if name.startswith(f"{at}.")]


def _lies_under(path: str, place: str) -> bool:
    return path == place or path.startswith((f"{place}.", f"{place}["))


def _code(label: str, taken: set[str]) -> str:
    """Make a code that no other row has out of a label."""
    stem = slugify(label).replace("-", "_")[:32] or "item"
    code, number = stem, 2
    while code in taken:
        code, number = f"{stem}_{number}", number + 1
    return code
