"""Each role finds its pages, and nothing leads nowhere."""

import pytest
from django.urls import reverse

from leads.choices import Role
from portal import navigation
from portal.navigation import Link

LINKS = [Link("leads", "Leads", "leads", "l", "/leads/"), Link("late", "Late", "leads", "x", "/leads/late/")]


@pytest.mark.parametrize("role", Role)
def test_role_starts_on_a_page_of_its_rail(role: Role) -> None:
    shown = {entry.name for _title, entries in navigation.GROUPS for entry in entries if role in entry.roles}
    assert navigation.FIRST_SCREEN[role] in shown
    assert set(navigation.TABS[role]) <= shown


def test_letters_of_the_keyboard_are_given_once() -> None:
    letters = [entry.go for _title, entries in navigation.GROUPS for entry in entries]
    assert len(letters) == len(set(letters))


def test_stranger_has_no_rail() -> None:
    assert navigation.groups_for("") == []
    assert navigation.tabs_for("") == []
    assert navigation.first_address("") in {reverse("more"), navigation.address_of("leads")}


def test_page_that_is_not_routed_is_not_linked() -> None:
    entry = navigation.Entry("no-such-page", "Nowhere", "leads", "n", frozenset({Role.REP}))
    assert navigation.linked(entry, Role.REP) is None


@pytest.mark.parametrize(
    ("path", "name"), [("/leads/", "leads"), ("/leads/7/", "leads"), ("/leads/late/", "late"), ("/team/", "")]
)
def test_longest_address_is_the_current_page(path: str, name: str) -> None:
    assert navigation.current_name(path, LINKS) == name
