"""What several sources say of one fact ends the same in whatever order they say it."""

from itertools import permutations

import pytest

from leads.origins import COARSE, FULL, HAND, LOSSY, Origin, by_hand, of, precision_of, replaces

A = Origin(FULL, 20, "2026-01-02", "crm:1")


@pytest.mark.parametrize(
    ("value", "precision"),
    [
        ("Žunić", FULL),
        ("Žuni?", LOSSY),
        ("??????", LOSSY),
        ("Zo\ufffd", LOSSY),
        ("Ready ?", FULL),
        ("", FULL),
        (None, FULL),
        (0, FULL),
    ],
)
def test_letter_lost_to_an_encoding_is_noticed(value: object, precision: int):
    assert precision_of(value) == precision


@pytest.mark.parametrize(
    ("new", "new_origin", "old", "old_origin", "expected"),
    [
        ("", A, "x", A, False),
        ("y", A, "", A, True),
        ("y", A._replace(key="crm:2", rank=30), "x", A, True),
        ("y", A._replace(key="crm:2", rank=10), "x", A, False),
        ("y", A._replace(key="crm:2", rank=30, precision=COARSE), "x", A, False),
        ("y", A._replace(key="crm:2", created="2026-01-01"), "x", A, True),
        ("y", A._replace(key="crm:2", created="2026-01-03"), "x", A, False),
        ("y", A._replace(key="crm:2", created=""), "x", A, False),
        ("y", A, "x", HAND, False),
        # The same record: its newer word counts, unless it is a poorer copy of the older one.
        ("y", A, "x", A, True),
        ("Žuni?", A._replace(precision=LOSSY), "Žunić", A, False),
        ("Really?", A._replace(precision=LOSSY), "Really!", A, True),
        ("Žunić", A._replace(rank=10), "Žuni?", A._replace(precision=LOSSY), True),
        ("day", A._replace(precision=COARSE), "moment", A, False),
        ("moment", A, "day", A._replace(precision=COARSE), True),
        ("y", A._replace(rank=10), "x", A, False),
        ("y", A._replace(modified="2026-02-01"), "x", A._replace(modified="2026-03-01"), False),
        ("y", A._replace(modified="2026-03-02"), "x", A._replace(modified="2026-03-01"), True),
    ],
)
def test_statement_replaces_another(
    new: str, new_origin: Origin, old: str, old_origin: Origin, expected: bool
):
    assert replaces(new, new_origin, old, old_origin) is expected


STATEMENTS = [
    ("Žuni?", Origin(LOSSY, 30, "2026-01-01", "crm:1")),
    ("Zunic", Origin(FULL, 10, "2026-01-01", "hub:1")),
    ("Žunić", Origin(FULL, 20, "2026-01-05", "crm:2")),
    ("Žunić", Origin(FULL, 20, "2026-01-03", "crm:3")),
    ("Zunić", Origin(FULL, 20, "2026-01-04", "crm:4")),
    ("", Origin(FULL, 90, "", "old:1")),
]


def test_every_order_of_statements_ends_in_one_value():
    ends = set()
    for order in permutations(STATEMENTS):
        value, origin = "", HAND
        for new, new_origin in order:
            if replaces(new, new_origin, value, origin):
                value, origin = new, new_origin
        ends.add((value, origin))
    assert ends == {("Žunić", Origin(FULL, 20, "2026-01-03", "crm:3"))}


def test_fact_changed_by_hand_is_kept_from_files():
    origins = by_hand({"*": list(A)}, ["title"])
    assert of(origins, "title") == HAND
    assert of(origins, "name") == A
    assert by_hand({}, ["title"]) == {}
