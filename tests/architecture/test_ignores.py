"""Whatever is let pass says why, beside it."""

import re
from pathlib import Path

import pytest

TOP = Path(__file__).parents[2]
FOLDERS = ("leads", "sla", "portal", "tests", "bench", "docs")
#: A pragma with its codes, and after them a reason in words.
PRAGMA = re.compile(
    r"# (?:noqa|type: ignore)(?::? ?[A-Z]+\d+(?:, ?[A-Z]+\d+)*|\[[a-z-]+(?:, ?[a-z-]+)*\])?(.*)"
)


def bare(text: str) -> list[int]:
    """Return the numbers of lines whose pragma gives no reason."""
    found = ((number, PRAGMA.search(line)) for number, line in enumerate(text.splitlines(), start=1))
    return [number for number, pragma in found if pragma and not re.search(r"[a-z]{2}", pragma[1])]


def test_every_pragma_has_its_reason_beside_it() -> None:
    paths = [path for folder in FOLDERS for path in sorted((TOP / folder).rglob("*.py"))]
    found = [f"{path.relative_to(TOP)}:{line}" for path in paths for line in bare(path.read_text("utf-8"))]
    assert found == []
    assert len(paths) > 500


@pytest.mark.parametrize(
    "pragma", ["noqa", "noqa" + ": S608", "type: " + "ignore[arg-type]", "type: " + "ignore"]
)
def test_a_bare_pragma_is_found(pragma: str) -> None:
    assert bare(f"x = 1\ny = 2  # {pragma}\n") == [2]
    assert bare(f"y = 2  # {pragma} (names only)\n") == []
