"""Read the project's own Python files as syntax trees."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from tests.architecture import plan

TOP = Path(__file__).resolve().parents[2]
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True)
class Source:
    """One module: its dotted name, its text and its tree."""

    module: str
    text: str
    tree: ast.Module = field(compare=False, repr=False)

    @classmethod
    def of(cls, module: str, text: str) -> "Source":
        """Parse `text` as the module called `module`."""
        return cls(module, text, ast.parse(text))

    @property
    def room(self) -> str | None:
        """Return the room of the plan in which the module stands."""
        return plan.room_of(self.module)

    def at(self, node: ast.AST, words: str) -> str:
        """Return a finding that names module and line."""
        return f"{self.module}:{getattr(node, 'lineno', 1)} {words}"


@cache
def all_sources() -> list[Source]:
    """Return every module of the three floors but the migrations."""
    return [
        Source.of(name_of(path), path.read_text())
        for floor in plan.FLOORS
        for path in sorted((TOP / floor).rglob("*.py"))
        if "migrations" not in path.parts
    ]


def name_of(path: Path) -> str:
    """Return the dotted name of the file at `path`."""
    parts = path.relative_to(TOP).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(source: Source) -> Iterator[tuple[ast.stmt, str]]:
    """Yield (statement, dotted name) of everything imported, whatever the depth or the condition."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = absolute(source.module, node)
            yield from ((node, f"{start}.{alias.name}") for alias in node.names)


def absolute(module: str, node: ast.ImportFrom) -> str:
    """Return the package that a `from … import` names, relative ones resolved against `module`."""
    above = module.split(".")[: -node.level] if node.level else []
    return ".".join([*above, *([node.module] if node.module else [])])


def functions(source: Source) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yield every function and method."""
    yield from (node for node in ast.walk(source.tree) if isinstance(node, FUNCTIONS))


def dotted(node: ast.AST) -> str:
    """Return `a.b.c` of a name or an attribute; calls inside are dropped, anything else is empty."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=attr):
            return f"{dotted(value)}.{attr}"
        case ast.Call(func=func):
            return dotted(func)
    return ""
