"""Agreements as files: JSON or YAML read strictly, and written so that reading gives the same text again."""

import json
import re
from typing import Any

import yaml

from sla.wording import Sentence, gettext_noop

LARGEST = 1_000_000
_BOOL = "tag:yaml.org,2002:bool"
#: What YAML makes of plain words beside texts and numbers: "no" would be false and a day a date.
_SURPRISES = ("tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:merge", _BOOL)


class Unreadable(ValueError):
    """A file that is neither JSON nor YAML as agreements may use it; `sentence` says why."""

    def __init__(self, template: str, **params: Any) -> None:
        self.sentence = Sentence(template, params)
        super().__init__(str(self.sentence))


class _Loader(yaml.SafeLoader):
    """YAML without surprises: no references, no dates, and only true and false are yes and no."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise Unreadable(gettext_noop("References (*name) are not allowed in an agreement."))
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        _unique([(self.construct_object(key, deep=True), None) for key, _ in node.value])
        return super().construct_mapping(node, deep)


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if tag not in _SURPRISES]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(_BOOL, re.compile("^(true|false)$"), ["t", "f"])


class _Dumper(yaml.SafeDumper):
    """YAML that other readers understand as well: whatever looks like more than a text is quoted."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def represent_str(self, data: str) -> Any:
        # Signs that YAML takes for the end of a line survive only as escapes.
        style = '"' if any(sign in data for sign in "\x85\u2028\u2029") else None
        return self.represent_scalar("tag:yaml.org,2002:str", data, style=style)


_Dumper.add_representer(str, _Dumper.represent_str)


def read(text: str) -> Any:
    """Read JSON, else YAML; raises Unreadable. What it says is `parse`'s business."""
    if len(text) > LARGEST:
        raise Unreadable(gettext_noop("The file is larger than %(most)s signs."), most=LARGEST)
    try:
        if text.lstrip().startswith("{"):
            return json.loads(text, object_pairs_hook=_unique)
        return yaml.load(text, Loader=_Loader)
    except json.JSONDecodeError as error:
        template = gettext_noop("Line %(line)s, column %(column)s: this is not JSON.")
        raise Unreadable(template, line=error.lineno, column=error.colno) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        template = gettext_noop("Line %(line)s: this is not YAML.")
        raise Unreadable(template, line=mark.line + 1 if mark else 1) from error
    except Unreadable:
        raise
    except (ValueError, KeyError) as error:  # a number of thousands of digits, a date or yes that is none
        raise Unreadable(gettext_noop("The file holds a value that cannot be read.")) from error
    except RecursionError as error:
        raise Unreadable(gettext_noop("The file is nested too deeply.")) from error


def as_json(data: Any) -> str:
    """Write JSON as people read it."""
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def as_yaml(data: Any) -> str:
    """Write YAML as people read it."""
    return yaml.dump(data, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=100)


def _unique(pairs: list[tuple[Any, Any]]) -> dict[Any, Any]:
    """Build an object; a key that stands there twice would lose one of its values."""
    found: dict[Any, Any] = {}
    for key, value in pairs:
        if not isinstance(key, str):
            raise Unreadable(gettext_noop("“%(key)s” is no name of a part: quote it."), key=str(key))
        if key in found:
            raise Unreadable(gettext_noop("“%(key)s” stands twice in one object."), key=key)
        found[key] = value
    return found
