"""What judging remembers saves time and never takes more than its share of memory."""

from datetime import UTC, datetime

import pytest

from sla import readiness
from sla.readiness import remembering
from sla.readiness.remembering import Memory

AT = datetime(2026, 11, 18, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _empty():
    """Begin and end with nothing remembered, whatever other tests judged."""
    remembering.forget()
    yield
    remembering.forget()


def test_memory_gives_back_what_was_kept() -> None:
    memory = Memory[bool](1)

    assert memory.keep("key", True) is True
    assert memory.get("key") is True


def test_full_memory_begins_anew() -> None:
    memory = Memory[int](1)
    for number in range(remembering.MOST_REMEMBERED + 1):
        memory.keep(number, number)

    assert dict(memory) == {remembering.MOST_REMEMBERED: remembering.MOST_REMEMBERED}


def test_memories_are_bounded_in_common() -> None:
    wide = remembering.MOST_WORDS // 10
    memories = [Memory[int](wide) for _ in range(40)]

    most = 0
    for number, memory in enumerate(memories):
        memory.keep("key", number)
        most = max(most, sum(len(one) * one.words for one in memories))

    assert wide < most <= remembering.MOST_WORDS


def test_memory_that_is_gone_does_not_count() -> None:
    kept = Memory[int](1)
    kept.keep("key", 1)
    for _ in range(40):
        Memory[int](remembering.MOST_WORDS // 10).keep("key", 1)

    assert kept.get("key") == 1


def test_verdicts_of_many_wide_gates_stay_right_within_the_bound() -> None:
    """Forty versions of a gate of 200 leaves: more than fits, judged as if nothing were remembered."""
    gates = [_at_least(version) for version in range(40)]
    for start in range(0, 1_000, 10):
        for version, gate in enumerate(gates):
            for employees in range(start, start + 10):
                assert gate.value(readiness.Facts(employees=employees), AT) is (employees > version + 4)

    assert remembering.words() <= remembering.MOST_WORDS


def _at_least(version: int) -> readiness.Compiled:
    leaves = [{"fact": "employees", "op": ">", "value": version + place} for place in range(200)]
    gate = readiness.parse_criterion({"at_least": 5, "of": leaves}, "", [])
    assert gate is not None
    return readiness.compile(gate)
