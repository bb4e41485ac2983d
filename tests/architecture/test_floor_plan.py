"""The house stands as planned, and the rules would notice if it did not."""

from collections.abc import Callable, Iterable, Iterator

import pytest

from tests.architecture import plan, rules
from tests.architecture.source import Source, all_sources

Rule = Callable[[Source], Iterator[str]]

RULES: tuple[Rule, ...] = (
    rules.climbs,
    rules.without_place,
    rules.outside_stone,
    rules.clock_reads,
    rules.imports_in_functions,
    rules.signals,
    rules.slow_updates,
    rules.delayed_tasks,
    rules.tasks_before_commit,
    rules.too_long,
    rules.past_the_door,
)

# (rule, module, text that breaks it, line of the finding)
BROKEN = [
    (rules.climbs, "leads.facts", "import os\nfrom sla import clocks", 2),
    (rules.climbs, "sla.routing", "from sla.handoffs import accept", 1),
    (rules.climbs, "sla.merging", "from sla import erasure", 1),
    (rules.climbs, "sla.models.clocks", "if TYPE_CHECKING:\n    from sla.clocks import hear", 2),
    (rules.climbs, "leads.models.people", "from ..importing import engine", 1),
    (rules.climbs, "sla.queries.inbox", "def f():\n    import portal.access", 2),
    (rules.without_place, "sla.cellar", "", 1),
    (rules.without_place, "sla.handoffs.utils", "", 1),
    (rules.outside_stone, "sla.scoring", "from django.utils import timezone", 1),
    (rules.outside_stone, "sla.readiness.judging", "from leads.choices import Side", 1),
    (rules.clock_reads, "sla.sweep", "from django.utils import timezone\nnow = timezone.now()", 2),
    (rules.clock_reads, "leads.models.leads", "at = DateTimeField(default=timezone.now)", 1),
    (rules.clock_reads, "sla.clockwork", "import datetime\nnow = datetime.datetime.now(UTC)", 2),
    (rules.clock_reads, "sla.clocks", "from django.db.models.functions import Now", 1),
    (rules.clock_reads, "portal.badges", "today = timezone.localdate()", 1),
    (rules.imports_in_functions, "sla.sweep", "def run():\n    import json", 2),
    (rules.signals, "sla.apps", "from django.db.models.signals import post_save", 1),
    (rules.slow_updates, "sla.clocks", "Clock.objects.bulk_update(rows, ['due_at'])", 1),
    (rules.delayed_tasks, "sla.sweep", "task.apply_async(countdown=5)", 1),
    (rules.delayed_tasks, "sla.sweep", "app.send_task('x', eta=due_at)", 1),
    (rules.tasks_before_commit, "sla.intake", "with transaction.atomic():\n    wake.delay()", 2),
    (rules.tasks_before_commit, "sla.intake", "@transaction.atomic\ndef f():\n    wake.apply_async()", 3),
    (rules.too_long, "sla.intake", "x = 1\n" * 301, 1),
    (rules.too_long, "sla.intake", "\ndef f():\n" + "    x = 1\n" * 40, 2),
    (rules.past_the_door, "portal.pages.inbox", "from leads import touches", 1),
    (
        rules.past_the_door,
        "portal.pages.inbox",
        "from leads.models import Lead\nLead.objects.filter(pk=1).update()",
        2,
    ),
    (rules.past_the_door, "portal.api.leads", "lead.save()", 1),
]

SOUND = [
    (rules.climbs, "sla.handoffs.deciding", "from leads.models import Lead\nfrom sla import clocks"),
    (rules.climbs, "sla.compliance.counts", "from sla.compliance.periods import Period"),
    (rules.outside_stone, "sla.clockwork", "from sla import businesstime\nfrom datetime import datetime"),
    (rules.clock_reads, "portal.pages.inbox", "now = timezone.now()"),
    (rules.clock_reads, "sla.clockwork", "at = datetime(2026, 1, 1, tzinfo=UTC)"),
    (rules.clock_reads, "portal.badges", "text = timezone.localtime(at)"),
    (rules.delayed_tasks, "sla.clocks", "Terms(eta=3)"),
    (rules.tasks_before_commit, "sla.intake", "with transaction.atomic():\n    pass\nwake.delay()"),
    (rules.past_the_door, "portal.pages.inbox", "from sla import intake\nform.save()\nseen.update(lead=1)"),
    (rules.past_the_door, "sla.intake", "from leads import touches"),
]


def listed(findings: Iterable[str]) -> str:
    """Return the findings line by line, so that a failure shows all of them."""
    return "\n".join(findings)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_house_keeps_rule(rule: Rule) -> None:
    assert listed(finding for source in all_sources() for finding in rule(source)) == ""


def test_house_has_no_circles() -> None:
    assert listed(rules.circles(all_sources())) == ""


@pytest.mark.parametrize(("rule", "module", "text", "line"), BROKEN)
def test_rule_finds_what_is_broken(rule: Rule, module: str, text: str, line: int) -> None:
    found = list(rule(Source.of(module, text)))
    assert [finding.partition(" ")[0] for finding in found] == [f"{module}:{line}"]


@pytest.mark.parametrize(("rule", "module", "text"), SOUND)
def test_rule_leaves_what_is_sound(rule: Rule, module: str, text: str) -> None:
    assert list(rule(Source.of(module, text))) == []


def test_circle_is_found_through_a_third_module() -> None:
    texts = {"sla.a": "from sla import b", "sla.b": "import sla.c", "sla.c": "from sla.a import x"}
    found = list(rules.circles([Source.of(module, text) for module, text in texts.items()]))
    assert found == ["sla.a → sla.b → sla.c → sla.a"]


def test_every_rule_has_a_broken_example() -> None:
    assert {rule for rule, *_ in BROKEN} == set(RULES)


def test_every_room_stands_in_one_place() -> None:
    rooms = [room for row in plan.ROOMS for room in row]
    assert len(rooms) == len(set(rooms))


def test_top_level_holds_what_was_agreed() -> None:
    folders = {source.module.partition(".")[0] for source in all_sources()}
    assert folders == set(plan.FLOORS)
