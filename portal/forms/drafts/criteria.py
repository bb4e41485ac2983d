"""A tree of criteria as posted names, built with buttons; whatever was built reads back unchanged."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from portal import numbers
from portal.forms.drafts import lists, values
from portal.forms.drafts.leaves import GroupForm, LeafForm
from portal.forms.drafts.lists import MARK, Posted
from portal.forms.drafts.parts import PartForm
from sla import readiness

PARTS = "parts"
_GROUPS = {"all": "all", "any": "any", "of": "at_least"}


@dataclass
class Node:
    """One criterion on the page: a group with its parts, or a leaf; `parent` and `index` say where."""

    at: str
    form: PartForm
    is_group: bool
    parent: str = ""
    index: int = 0
    is_last: bool = False
    parts: list["Node"] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    @property
    def list_path(self) -> str:
        """Path of the list of its parts, for buttons."""
        return f"{self.at}.{PARTS}"


def posted_of(criterion: Mapping[str, Any] | None, at: str) -> Posted:
    """Return the names and values under which a criterion is posted; none for no criterion."""
    if criterion is None:
        return {}
    for key, kind in _GROUPS.items():
        if key in criterion:
            return _posted_group(criterion, key, kind, at)
    return {f"{at}.{name}": value for name, value in _posted_leaf(criterion).items()}


def read(posted: Mapping[str, list[str]], at: str) -> dict[str, Any] | None:
    """Return the criterion as JSON; whether it makes sense is the document's to say."""
    if _one(posted, f"{at}.kind"):
        return _read_group(posted, at)
    what = _one(posted, f"{at}.what")
    return None if not what else _read_leaf(posted, at, what)


def change(posted: Mapping[str, list[str]], do: str) -> Posted:
    """Do what a button says: `leaf:PATH` and `group:PATH` add a part to a list.

    `start:AT` and `clear:AT` begin and drop a whole tree, `wrap:AT` makes a single criterion the first of
    a group; the rest is that of any list.
    """
    verb, _colon, path = do.partition(":")
    if verb in ("start", "clear", "wrap"):
        return _whole(posted, verb, path)
    if verb not in ("leaf", "group"):
        return lists.change(posted, do)
    added = lists.change(posted, f"add:{path}")
    at = f"{path}[{lists.count(posted, path)}]"
    if verb == "leaf":
        return {**added, f"{at}.what": ["none"], f"{at}.unknown": ["unknown"]}
    inner = f"{at}.{PARTS}[0]"
    first = {f"{inner}.{MARK}": [""], f"{inner}.what": ["none"], f"{inner}.unknown": ["unknown"]}
    return {**added, f"{at}.kind": ["any"], **first}


def node(posted: Posted, at: str, parent: str = "", index: int = 0) -> Node:
    """Return the tree as it stands on the page."""
    if not _one(posted, f"{at}.kind"):
        return Node(at, LeafForm(posted, at, {}), is_group=False, parent=parent, index=index)
    found = Node(at, GroupForm(posted, at, {}), is_group=True, parent=parent, index=index)
    number = lists.count(posted, found.list_path)
    found.parts = [
        node(posted, f"{found.list_path}[{place}]", found.list_path, place) for place in range(number)
    ]
    if found.parts:
        found.parts[-1].is_last = True
    return found


def place_of(path: str) -> str:
    """Return the place on the page that a place in the document has: every kind of group posts `parts`."""
    for key in _GROUPS:
        path = path.replace(f".{key}[", f".{PARTS}[")
    return path


def _whole(posted: Mapping[str, list[str]], verb: str, at: str) -> Posted:
    inside = {name: values for name, values in posted.items() if name.startswith(f"{at}.")}
    others = {name: values for name, values in posted.items() if name not in inside}
    first = f"{at}.{PARTS}[0]"
    group = {f"{at}.kind": ["all"], f"{first}.{MARK}": [""]}
    if verb == "clear":
        return others
    if verb == "start":
        return {**others, **group, f"{first}.what": ["none"], f"{first}.unknown": ["unknown"]}
    moved = {f"{first}{name.removeprefix(at)}": values for name, values in inside.items()}
    return {**others, **group, **moved}


def _posted_group(criterion: Mapping[str, Any], key: str, kind: str, at: str) -> Posted:
    posted: Posted = {f"{at}.kind": [kind], f"{at}.label": [str(criterion.get("label", ""))]}
    posted[f"{at}.needed"] = [str(criterion.get("at_least", ""))]
    for index, part in enumerate(criterion[key]):
        inner = f"{at}.{PARTS}[{index}]"
        posted |= {f"{inner}.{MARK}": [str(index)], **posted_of(part, inner)}
    return posted


def _posted_leaf(leaf: Mapping[str, Any]) -> Posted:
    what = _subject(leaf)
    posted: Posted = {
        "what": [what],
        "unknown": [leaf.get("unknown", "unknown")],
        "label": [leaf.get("label", "")],
    }
    if what == "touches":
        wanted = leaf["touches"]
        posted |= {name: list(wanted.get(name, [])) for name in ("sides", "kinds")}
        posted["evidence"] = [wanted.get("evidence", "")]
    if what == "attribute":
        posted["name"] = [leaf["fact"].removeprefix("attributes.")]
    if "op" in leaf:
        is_any = leaf["op"] == "contains" and isinstance(leaf.get("value"), list)
        posted["op"] = ["contains_any" if is_any else leaf["op"]]
        posted["value"] = [values.shown_lines(leaf.get("value"))]
    for name in ("at_least", "within_days", "currency"):
        if name in leaf:
            posted[name] = [str(leaf[name])]
    return posted


def _subject(leaf: Mapping[str, Any]) -> str:
    if "touches" in leaf:
        return "touches"
    if "fact" in leaf:
        return "attribute" if leaf["fact"].startswith("attributes.") else f"fact {leaf['fact']}"
    if "score" in leaf:
        return f"score {leaf['score']}"
    return "timing" if "within_days" in leaf else f"bant {leaf['bant']}"


def _read_group(posted: Mapping[str, list[str]], at: str) -> dict[str, Any]:
    kind, path = _one(posted, f"{at}.kind"), f"{at}.{PARTS}"
    parts = [read(posted, f"{path}[{index}]") for index in range(lists.count(posted, path))]
    label = _one(posted, f"{at}.label")
    named = {"label": label} if label else {}
    if kind != "at_least":
        return {kind: parts, **named}
    needed = _one(posted, f"{at}.needed")
    number = numbers.whole(needed)
    return {"at_least": needed if number is None else number, "of": parts, **named}


def _read_leaf(posted: Mapping[str, list[str]], at: str, what: str) -> dict[str, Any]:
    form, _blank, name = what.partition(" ")
    leaf = _READ[form](posted, at, name)
    unknown, label = _one(posted, f"{at}.unknown"), _one(posted, f"{at}.label")
    if unknown not in ("", "unknown"):
        leaf["unknown"] = unknown
    return {**leaf, "label": label} if label else leaf


def _read_none(posted: Mapping[str, list[str]], at: str, name: str) -> dict[str, Any]:
    return {}


def _read_fact(posted: Mapping[str, list[str]], at: str, name: str) -> dict[str, Any]:
    return {"fact": name, **_compared(posted, at, is_text=name not in readiness.NUMBER_FACTS)}


def _read_attribute(posted: Mapping[str, list[str]], at: str, name: str) -> dict[str, Any]:
    return {"fact": f"attributes.{_one(posted, f'{at}.name')}", **_compared(posted, at, is_text=False)}


def _read_bant(posted: Mapping[str, list[str]], at: str, name: str) -> dict[str, Any]:
    if name == "timing":
        return {"bant": name, "op": "known"}
    leaf = {"bant": name, **_compared(posted, at, is_text=name != "budget")}
    currency = _one(posted, f"{at}.currency").strip().upper()
    return {**leaf, "currency": currency} if name == "budget" and currency else leaf


def _read_timing(posted: Mapping[str, list[str]], at: str, name: str) -> dict[str, Any]:
    return {"bant": "timing", "within_days": values.typed(_one(posted, f"{at}.within_days"))}


def _read_touches(posted: Mapping[str, list[str]], at: str, name: str) -> dict[str, Any]:
    wanted: dict[str, Any] = {
        key: list(posted[f"{at}.{key}"]) for key in ("sides", "kinds") if posted.get(f"{at}.{key}")
    }
    evidence = _one(posted, f"{at}.evidence")
    if evidence:
        wanted["evidence"] = evidence
    numbers = {key: values.typed(_one(posted, f"{at}.{key}")) for key in ("at_least", "within_days")}
    return {"touches": wanted, **numbers}


def _read_score(posted: Mapping[str, list[str]], at: str, name: str) -> dict[str, Any]:
    return {"score": name, **_compared(posted, at, is_text=False)}


def _compared(posted: Mapping[str, list[str]], at: str, *, is_text: bool) -> dict[str, Any]:
    """Read operator and value; facts that are texts take every value as a text."""
    op, text = _one(posted, f"{at}.op"), _one(posted, f"{at}.value")
    if op == "known":
        return {"op": op}
    found = values.typed_lines(text)
    if is_text:
        found = [value if isinstance(value, str) else str(values.shown(value)) for value in found]
    if op in ("in", "not_in", "contains_any"):
        return {"op": "contains" if op == "contains_any" else op, "value": found}
    return {"op": op, "value": found[0] if found else ""}


_READ = {
    "none": _read_none,
    "fact": _read_fact,
    "attribute": _read_attribute,
    "bant": _read_bant,
    "timing": _read_timing,
    "touches": _read_touches,
    "score": _read_score,
}


def _one(posted: Mapping[str, list[str]], name: str) -> str:
    return (posted.get(name) or [""])[-1]
