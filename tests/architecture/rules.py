"""The rules of the house, each a function from a module to what is wrong with it."""

import ast
from collections.abc import Iterator

from tests.architecture import plan
from tests.architecture.source import Source, dotted, functions, imports

CLOCKS = {
    "timezone.now",
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "date.today",
    "time.time",
    "time.time_ns",
}
CLOCK_NAMES = {"django.utils.timezone.now", "django.db.models.functions.Now", "time.time", "time.time_ns"}
# With an argument they convert, without one they read.
CLOCKS_WHEN_BARE = {"timezone.localtime", "timezone.localdate"}
WRITES = {
    "create",
    "bulk_create",
    "bulk_update",
    "get_or_create",
    "update_or_create",
    "update",
    "delete",
}


def climbs(source: Source) -> Iterator[str]:
    """Find imports of a room beside or above."""
    for node, name in imports(source):
        room = plan.room_of(name)
        if source.room is None or room is None or room == source.room:
            continue
        if plan.height(room) >= plan.height(source.room):
            yield source.at(node, f"climbs to {room}")


def without_place(source: Source) -> Iterator[str]:
    """Find modules that the plan does not know, and names that say nothing."""
    if source.module not in plan.FLOORS and source.room is None:
        yield source.at(source.tree, "has no place in the plan")
    says_nothing = source.module.rpartition(".")[2] in plan.NO_ROOM_IS_CALLED
    if says_nothing and source.module not in plan.NAMED_BY_DJANGO:
        yield source.at(source.tree, "has a name that says nothing")


def outside_stone(source: Source) -> Iterator[str]:
    """Find what a stone room imports from outside the standard library and the stone."""
    if source.room not in plan.STONE:
        return
    for node, name in imports(source):
        top = name.partition(".")[0]
        if top in {"django", "rest_framework", "celery", "leads", "portal"}:
            yield source.at(node, f"brings {top} into stone")


def clock_reads(source: Source) -> Iterator[str]:
    """Find clocks read below the edge, also as a default that is called later."""
    if source.room in plan.EDGE:
        return
    for node in ast.walk(source.tree):
        name = clock_name(node)
        if name and (source.module, name) not in plan.CLOCK_ALLOWED:
            yield source.at(node, f"reads the clock: {name}")
    for statement, name in imports(source):
        if name in CLOCK_NAMES:
            yield source.at(statement, f"reads the clock: {name}")


def clock_name(node: ast.AST) -> str:
    """Return the last two words of what reads a clock at `node`, or nothing."""
    name = ".".join(dotted(node).split(".")[-2:])
    if isinstance(node, ast.Attribute) and name in CLOCKS:
        return name
    bare_call = isinstance(node, ast.Call) and not node.args and not node.keywords
    return name if bare_call and name in CLOCKS_WHEN_BARE else ""


def imports_in_functions(source: Source) -> Iterator[str]:
    """Find imports that hide in a function."""
    for function in functions(source):
        for node in ast.walk(function):
            if isinstance(node, ast.Import | ast.ImportFrom):
                yield source.at(node, f"imports inside {function.name}")


def signals(source: Source) -> Iterator[str]:
    """Find signals, ours or Django's: a call that nobody can see where it is made."""
    for node, name in imports(source):
        if name.startswith(("django.dispatch", "django.db.models.signals", "django.core.signals")):
            yield source.at(node, f"uses a signal: {name}")


def slow_updates(source: Source) -> Iterator[str]:
    """Find `bulk_update`, twenty times slower than one statement from a record set."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute) and node.attr == "bulk_update":
            yield source.at(node, "uses bulk_update")


def delayed_tasks(source: Source) -> Iterator[str]:
    """Find tasks delayed by the queue, which may run them many times or forget them."""
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.Call):
            continue
        if dotted(node.func).rpartition(".")[2] not in {
            "apply_async",
            "send_task",
            "signature",
            "s",
            "retry",
        }:
            continue
        if any(keyword.arg in {"eta", "countdown"} for keyword in node.keywords):
            yield source.at(node, "delays a task by the queue")


def tasks_before_commit(source: Source) -> Iterator[str]:
    """Find tasks sent inside a transaction, which may start before it is committed."""
    for block in ast.walk(source.tree):
        if not is_atomic(block):
            continue
        for node in ast.walk(block):
            if isinstance(node, ast.Call) and dotted(node.func).endswith(
                (".delay", ".apply_async", ".send_task")
            ):
                yield source.at(node, "sends a task before the commit")


def is_atomic(node: ast.AST) -> bool:
    """Say whether `node` is a block or a function that runs in a transaction."""
    match node:
        case ast.With(items=items):
            marks = [item.context_expr for item in items]
        case ast.FunctionDef(decorator_list=decorators):
            marks = decorators
        case _:
            return False
    return any(dotted(mark).endswith("atomic") for mark in marks)


def too_long(source: Source) -> Iterator[str]:
    """Find files and functions over the budget."""
    lines = len(source.text.splitlines())
    if lines > plan.LONGEST_FILE:
        yield source.at(source.tree, f"has {lines} lines")
    for function in functions(source):
        length = (function.end_lineno or function.lineno) - function.lineno + 1
        if length > plan.LONGEST_FUNCTION:
            yield source.at(function, f"{function.name} has {length} lines")


def past_the_door(source: Source) -> Iterator[str]:
    """Find pages that write facts or judgements themselves."""
    if source.module.partition(".")[0] == "portal":
        for node, name in imports(source):
            if plan.room_of(name) in plan.WRITERS_OF_FACTS:
                yield source.at(node, f"writes facts past sla.intake: {name}")
    if source.room in plan.PAGES:
        yield from rows_written(source)


def rows_written(source: Source) -> Iterator[str]:
    """Find writes to models of the lower floors; `form.save()` writes what the form's own room decides.

    `calendars.save` is the writer of `sla.calendars`, no row.
    """
    lower = {
        name.rpartition(".")[2]
        for _, name in imports(source)
        if name.startswith(("leads.models.", "sla.models."))
    }
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.Call):
            continue
        start, _, verb = dotted(node.func).rpartition(".")
        model = start.partition(".")[0]
        if (verb in WRITES and model in lower) or (
            verb == "save" and model not in {"form", "request", "calendars"}
        ):
            yield source.at(node, f"writes a row: {dotted(node.func)}")


def circles(sources: list[Source]) -> Iterator[str]:
    """Find modules that import each other, also through others."""
    known = {source.module for source in sources}
    edges = {source.module: runtime_targets(source, known) for source in sources}
    done: set[str] = set()

    def walk(module: str, path: tuple[str, ...]) -> Iterator[str]:
        if module in path:
            yield " → ".join([*path[path.index(module) :], module])
            return
        if module in done:
            return
        for name in sorted(edges[module] - {module}):
            yield from walk(name, (*path, module))
        done.add(module)

    for module in sorted(edges):
        yield from walk(module, ())


def runtime_targets(source: Source, known: set[str]) -> set[str]:
    """Return the modules of ours that loading `source` loads; names for annotations only do not count."""
    body = [
        node for node in source.tree.body if not dotted(getattr(node, "test", node)).endswith("TYPE_CHECKING")
    ]
    runtime = Source(source.module, source.text, ast.Module(body=body, type_ignores=[]))
    return {found for _, name in imports(runtime) if (found := target(name, known))}


def target(name: str, known: set[str]) -> str | None:
    """Return the module of ours that importing `name` loads."""
    if name in known:
        return name
    parent = name.rpartition(".")[0]
    return parent if parent in known else None
