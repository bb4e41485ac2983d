"""A number that comes from outside is read as one, or taken for none."""

import pytest

from portal import numbers


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("7", 7), ("007", 7), ("9" * 15, 10**15 - 1)])
def test_number_is_read(text: str, number: int) -> None:
    assert numbers.whole(text) == number


@pytest.mark.parametrize("text", [None, "", "-1", "1.5", "²", "١٢", " 7", "\x00", "9" * 16, "9" * 5_000])
def test_what_is_no_number_of_ours_is_none(text: str | None) -> None:
    assert numbers.whole(text) is None
