"""Who sees which lead: the scope, the predicate and the search say the same."""

import pytest
from django.db import connection

from leads import ownership, permissions, queries
from leads.models import Lead, User
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> factories.Cast:
    return factories.cast()


@pytest.fixture
def leads(cast: factories.Cast) -> dict[str, Lead]:
    """One lead per way in which it may belong to somebody, all named Vela."""
    account = factories.make_account("Vela of Rita")
    account.owner = cast.rep
    account.save()
    merged = factories.make_lead("Vela merged", owner=cast.rep)
    made = {
        "rep": factories.make_lead("Vela rep", owner=cast.rep),
        "other": factories.make_lead("Vela other", owner=cast.other_rep),
        "pool": factories.make_lead("Vela pool", team=cast.sales, stage="mql"),
        "refused": factories.make_lead("Vela refused", team=cast.sales, stage="recycled"),
        "account": factories.make_lead("Vela account", account=account),
        "stranger": factories.make_lead("Vela stranger", owner=cast.stranger),
        "nobody": factories.make_lead("Vela nobody"),
    }
    Lead.objects.filter(pk=merged.pk).update(merged_into=made["rep"])
    return {**made, "merged": merged}


EVERYTHING = {"rep", "other", "pool", "refused", "account", "stranger", "nobody"}
SEES = {
    "rep": {"rep", "pool", "account"},
    "other_rep": {"other", "pool"},
    "qualifier": {"pool"},
    "stranger": {"stranger"},
    "sales_manager": {"rep", "other", "pool", "refused"},
    "marketer": EVERYTHING,
    "marketing_manager": EVERYTHING,
    "leader": EVERYTHING,
    "operations": EVERYTHING,
}


@pytest.mark.parametrize("role", SEES)
def test_scope_predicate_and_search_agree(cast: factories.Cast, leads: dict[str, Lead], role: str) -> None:
    user: User = getattr(cast, role)
    names = {lead.pk: name for name, lead in leads.items()}
    visible = {names[pk] for pk in Lead.objects.visible_to(user).values_list("pk", flat=True)}
    assert visible == SEES[role]
    assert {name for name, lead in leads.items() if permissions.can_see_lead(user, lead.pk)} == visible
    assert {names[lead.pk] for lead in queries.search(user=user, text="VELA")} == visible


def test_nobody_sees_anything_once_inactive(cast: factories.Cast, leads: dict[str, Lead]) -> None:
    for role in SEES:
        user: User = getattr(cast, role)
        user.is_active = False
        assert not Lead.objects.visible_to(user).exists()


def test_somebody_without_a_team_sees_no_pool(leads: dict[str, Lead]) -> None:
    assert not Lead.objects.visible_to(factories.user("rep")).exists()
    assert not Lead.objects.visible_to(factories.user("sales_manager")).exists()


EDITS = {"rep": True, "other_rep": False, "sales_manager": True, "marketer": True, "leader": False}


@pytest.mark.parametrize(("role", "may"), EDITS.items())
def test_can_edit_facts(cast: factories.Cast, leads: dict[str, Lead], role: str, may: bool) -> None:
    assert permissions.can_edit_facts(getattr(cast, role), leads["rep"]) is may


def test_operations_edit_facts_but_log_no_touches(cast: factories.Cast, leads: dict[str, Lead]) -> None:
    assert permissions.can_edit_facts(cast.operations, leads["nobody"]) is True
    assert permissions.can_log_touch(cast.operations, leads["nobody"]) is False


@pytest.mark.parametrize(
    ("text", "count"),
    [("ve", 0), ("  vela  REP ", 1), ("siobhan", 1), ("SIOBHÁN", 1), ("@example.org", 8), ("100%", 0)],
)
def test_search_terms(cast: factories.Cast, leads: dict[str, Lead], text: str, count: int) -> None:
    factories.make_lead("Siobhán Bell")
    assert len(queries.search(user=cast.leader, text=text)) == count


@pytest.mark.parametrize("few", [0, queries.FEW])
def test_search_takes_words_in_any_order_but_all_of_them(
    cast: factories.Cast, leads: dict[str, Lead], monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(queries, "FEW", few)
    for user in (cast.leader, cast.rep):
        assert [lead.name for lead in queries.search(user=user, text="rep vela")] == ["Vela rep"]
        assert queries.search(user=user, text="rep nowhere") == []


def test_search_is_one_query(cast: factories.Cast, leads, django_assert_num_queries) -> None:
    with django_assert_num_queries(1):
        found = queries.search(user=cast.leader, text="vela", limit=4)
        assert len({lead.account.name for lead in found}) == 4


def test_assign_makes_a_lead_visible(cast: factories.Cast, leads: dict[str, Lead]) -> None:
    lead = leads["pool"]
    give = {"lead": lead, "now": NOW, "actor": cast.sales_manager}
    assert ownership.assign(owner=cast.stranger, team=cast.elsewhere, **give) is True
    assert ownership.assign(owner=cast.stranger, team=cast.elsewhere, **give) is False
    assert permissions.can_see_lead(cast.stranger, lead.pk)
    ownership.assign(owner=None, team=cast.sales, **give)
    assert permissions.can_see_lead(cast.rep, lead.pk)


@pytest.mark.parametrize("few", [0, queries.FEW])
def test_search_finds_what_lies_in_a_narrow_and_a_wide_scope(
    cast: factories.Cast, leads: dict[str, Lead], monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(queries, "FEW", few)
    found = queries.search(user=cast.rep, text="vela")
    assert {lead.name for lead in found} == {"Vela rep", "Vela pool", "Vela account"}


@pytest.mark.parametrize("role", SEES)
def test_leads_in_sight_are_those_of_the_scope(
    cast: factories.Cast, leads: dict[str, Lead], role: str
) -> None:
    user: User = getattr(cast, role)
    assert set(queries.in_sight(user)) == set(Lead.objects.visible_to(user))


@pytest.mark.parametrize("of", ["team before", "team after", "no team"])
def test_manager_sees_a_lead_that_left_the_team_with_its_owner(cast: factories.Cast, of: str) -> None:
    before, mine, after = (factories.team(name) for name in ("Before", "Mine", "After"))
    manager, rep = (factories.user(role, team=mine) for role in ("sales_manager", "rep"))
    factories.make_lead("Vela at home", owner=rep, team=mine)
    astray = factories.make_lead("Vela astray", owner=rep)
    Lead.objects.filter(pk=astray.pk).update(team={"team before": before, "team after": after}.get(of))
    assert {lead.name for lead in queries.in_sight(manager)} == {"Vela at home", "Vela astray"}


def test_sources_are_named_once_each_and_blank_ones_not(leads: dict[str, Lead]) -> None:
    for name, source in (("rep", "Fair"), ("other", "Web form"), ("pool", "Fair"), ("nobody", "")):
        Lead.objects.filter(pk=leads[name].pk).update(source=source)
    Lead.objects.exclude(name__in=["Vela rep", "Vela other", "Vela pool"]).update(source="")
    assert queries.sources() == ["Fair", "Web form"]


def test_without_sources_there_is_none_to_name() -> None:
    assert queries.sources() == []


@pytest.mark.parametrize("few", [0, queries.FEW])
@pytest.mark.parametrize(
    ("typed", "is_found"),
    [
        ("+49 30 23125 237", True),
        ("0049 30 23125-237", True),
        ("030 23125237", True),
        ("23125 237", True),
        ("(0)30/23125.237", True),
        ("237", False),
        ("23125 23", False),
    ],
)
def test_search_finds_a_phone_number_by_its_last_digits(
    cast: factories.Cast, monkeypatch: pytest.MonkeyPatch, typed: str, is_found: bool, few: int
) -> None:
    monkeypatch.setattr(queries, "FEW", few)
    factories.make_lead("Maren Kern", phone="+49 30 23125 237", owner=cast.rep)
    factories.make_lead("Greta Sattler", phone="+49 30 99999 205", owner=cast.rep)
    for user in (cast.leader, cast.rep):
        found = [lead.name for lead in queries.search(user=user, text=typed)]
        assert found == (["Maren Kern"] if is_found else [])


def test_phone_numbers_are_looked_up_by_an_index(cast: factories.Cast) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite looks through a company's leads one by one")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    assert "lead_phone_end" in Lead.objects.filter(queries.holds("23125 237")).explain()
