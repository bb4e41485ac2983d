"""A criterion of a document as a page part: the builder, its sentence, and its faults at their places."""

import copy
from collections.abc import Callable, Sequence
from typing import Any

from portal.forms.drafts import criteria, places
from portal.forms.drafts.lists import Posted
from portal.forms.drafts.parts import PartForm
from sla import document, readiness
from sla.document import Problem
from sla.wording import Sentence

Say = Callable[[Sentence], str]


class Tree:
    """A tree of criteria at one place of the document, built or as stored; `head` are fields above it."""

    def __init__(
        self,
        at: str,
        data: dict[str, Any],
        posted: Posted | None,
        may_be_none: bool = False,
        head: PartForm | None = None,
    ) -> None:
        self.form = head
        self.at, self.data, self.may_be_none = at, data, may_be_none
        self.keys = (at.split("[")[0].split(".")[0],)
        stored = places.get(data, at)
        self.posted = criteria.posted_of(stored, at) if posted is None else posted
        self.value = criteria.read(self.posted, at)
        self.root = criteria.node(self.posted, at) if self.value is not None else None
        self.elsewhere: list[Problem] = []

    @property
    def sentence(self) -> Sentence | None:
        """What it asks, in words; None while it cannot be read or is not there."""
        if self.value is None:
            return None
        parsed = readiness.parse_criterion(self.value, self.at, [])
        return document.recite(parsed) if parsed else None

    def is_valid(self) -> bool:
        """Tell whether the fields above read well; criteria are judged by the document, which knows more."""
        return self.form is None or self.form.is_valid()

    def written(self) -> dict[str, Any]:
        """Return the changed part: key of the document → value."""
        data = copy.deepcopy(self.data)
        places.put(data, self.at, self.value)
        if self.form:
            places.put(data, self.form.at, self.form.written(places.get(data, self.form.at)))
        return {key: data.get(key) for key in self.keys}

    def complain(self, problems: Sequence[Problem], say: Say) -> None:
        """Put each problem at the criterion it is about; what is not in this tree is kept in `elsewhere`."""
        for problem in problems:
            place = criteria.place_of(problem.path)
            node = _nearest(self.root, place) if self.root and place.startswith(self.at) else None
            if node is None:
                self.elsewhere.append(problem)
            else:
                node.faults.append(say(problem.sentence))


def _nearest(node: criteria.Node, place: str) -> criteria.Node:
    """Return the deepest criterion that a place lies in."""
    for part in node.parts:
        if place == part.at or place.startswith((f"{part.at}.", f"{part.at}[")):
            return _nearest(part, place)
    return node
