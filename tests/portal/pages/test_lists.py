"""Lists of leads: filters and order in the address, pages by key, views that people keep."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from leads import paging
from leads.models import Lead
from portal.models import SavedView
from sla import sweep
from sla.queries import lists
from tests import factories
from tests.factories import NOW
from tests.sla.scene import Scene, offered

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]
HEAD = re.compile(r'<th scope="row"><a[^>]*>([^<]*)</a>')


def text(client: Client, user, query: str = "") -> str:
    client.force_login(user)
    answer = client.get(f"/leads/?{query}", follow=True)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def companies(client: Client, user, query: str) -> list[str]:
    return HEAD.findall(text(client, user, query))


def test_filters_narrow_together(play: Scene, client: Client) -> None:
    factories.make_lead(company="Vela Medical", source="Fair", stage="nurturing")
    factories.make_lead(company="Corda Health", source="Fair")
    factories.make_lead(company="Tarn Energy", source="Website")
    assert companies(client, play.marketer, "source=Fair&sort=company") == ["Corda Health", "Vela Medical"]
    assert companies(client, play.marketer, "source=Fair&stage=nurturing") == ["Vela Medical"]
    assert "No lead in this view." in text(client, play.marketer, "source=Fair&stage=lost")


def test_owner_grade_ready_and_late_are_filters(play: Scene, client: Client) -> None:
    handoff = offered(play, factories.ready_lead(company="Vela Medical"), now=NOW - timedelta(days=1))
    factories.make_lead(company="Corda Health")
    sweep.run(NOW)
    grade = handoff.grid
    for query in (f"owner={play.rep.pk}", f"grade={grade}", "ready=on", "late=1"):
        assert companies(client, play.marketer, query) == ["Vela Medical"]


def test_filter_of_something_unknown_is_left_out(play: Scene, client: Client) -> None:
    factories.make_lead(company="Vela Medical")
    for query in ("stage=moon", "owner=0", "sort=price", "after=x", "view=none", "grade=Z9"):
        assert companies(client, play.marketer, query) == ["Vela Medical"]


def test_filters_never_widen_the_scope(play: Scene, client: Client) -> None:
    factories.make_lead(company="Vela Medical", source="Fair", owner=play.cast.stranger)
    for query in ("source=Fair", f"owner={play.cast.stranger.pk}", "view=all", "q=vela"):
        assert companies(client, play.rep, query) == []


@pytest.mark.parametrize("few", [0, paging.COUNTED_UP_TO])
@pytest.mark.parametrize("sort", ["newest", "-newest", "source", "-source", "company", "-company",
                                  "since", "-since"])  # fmt: skip
def test_pages_hold_every_lead_once_in_order(play: Scene, sort: str, few: int, monkeypatch) -> None:
    monkeypatch.setattr(lists, "ROWS", 3)
    monkeypatch.setattr(paging, "COUNTED_UP_TO", few)
    sort = sort if few or sort.removeprefix("-") in lists.WIDE else "newest"
    for number in range(10):
        factories.make_lead(company=f"Company {number % 4}", source=f"Source {number % 3}")
    Lead.objects.filter(pk__in=list(Lead.objects.values_list("pk", flat=True)[:2])).update(stage_since=None)
    seen, start = [], paging.FRONT
    while start is not None:
        page = lists.page(play.marketer, {}, sort=sort, start=start)
        seen += page.leads
        start = page.following
    assert len({lead.pk for lead in seen}) == len(seen) == 10
    column = lists.SORTS[sort.removeprefix("-")].column.replace("account__name", "account")
    values = [str(value) for lead in seen if (value := getattr(lead, column)) is not None]
    is_down = sort in ("newest", "-source", "-company", "-since")
    assert column == "pk" or values == sorted(values, reverse=is_down)


def test_count_stops_where_it_costs_too_much(play: Scene, client: Client, monkeypatch) -> None:
    monkeypatch.setattr(paging, "COUNTED_UP_TO", 2)
    for _turn in range(3):
        factories.make_lead()
    found = text(client, play.marketer)
    assert "More than 2 leads." in found
    assert "sort=company" not in found  # no index has that order of so many
    assert "sort=source" in found


def test_many_are_counted_for_the_first_page_only(play: Scene, client: Client, monkeypatch) -> None:
    monkeypatch.setattr(paging, "COUNTED_UP_TO", 4)
    monkeypatch.setattr(lists, "ROWS", 2)
    for number in range(5):
        factories.make_lead(company=f"Company {number}")
    pages, query = [], ""
    while query is not None:
        with CaptureQueriesContext(connection) as asked:
            pages.append(
                (text(client, play.marketer, query), sum("LIMIT 5" in str(one["sql"]) for one in asked))
            )
        following = re.search(r'href="\?([^"]+)" rel="next"', pages[-1][0])
        query = unescape(following[1]) if following else None
    assert [counted for _page, counted in pages] == [1, 0, 0]
    for number, shown in zip((4, 2, 0), pages, strict=True):
        assert f"Company {number}" in shown[0]
        assert "More than 4 leads." in shown[0]


def test_sorted_column_says_so(play: Scene, client: Client) -> None:
    factories.make_lead(company="Vela Medical")
    found = text(client, play.marketer, "sort=company")
    assert 'aria-sort="ascending"' in found
    assert "sort=-company" in found
    assert 'aria-sort="descending"' in text(client, play.marketer, "sort=-company")


def keep(client: Client, user, name: str, query: str, **more: str) -> str:
    client.force_login(user)
    answer = client.post("/leads/views/keep/", {"name": name, "query": query, **more}, follow=True)
    return " ".join(answer.content.decode().split())


def test_kept_view_becomes_a_tab_with_its_filters(play: Scene, client: Client) -> None:
    factories.make_lead(company="Vela Medical", source="Fair")
    found = keep(client, play.marketer, "From the fair", "source=Fair&view=all&evil=1&page=9")
    assert "Kept as “From the fair”." in found
    assert SavedView.objects.get().query == "source=Fair&view=all"
    assert '<a href="/leads/?source=Fair&amp;view=all" aria-current="page">From the fair</a>' in found
    assert "Remove the view “From the fair”" in found


def test_view_is_shared_by_managers_only(play: Scene, client: Client) -> None:
    keep(client, play.rep, "Mine alone", "grade=A1", is_shared="on")
    keep(client, play.cast.sales_manager, "Best of all", "grade=A1&view=all", is_shared="on")
    seen = text(client, play.cast.other_rep)
    assert "Best of all" in seen
    assert "Mine alone" not in seen
    shown = text(client, play.rep, "grade=A1&view=all")
    assert f"This view is shared by {play.cast.sales_manager}." in shown


def test_view_is_removed_by_its_owner_only(play: Scene, client: Client) -> None:
    keep(client, play.rep, "Top", "grade=A1")
    view = SavedView.objects.get()
    client.force_login(play.cast.other_rep)
    assert client.post(f"/leads/views/{view.pk}/remove/").status_code == 404
    client.force_login(play.rep)
    assert client.post(f"/leads/views/{view.pk}/remove/").status_code == 302
    assert not SavedView.objects.exists()


def test_view_needs_a_name_and_there_are_not_endless_many(play: Scene, client: Client, monkeypatch) -> None:
    assert "A view needs a name" in keep(client, play.rep, "", "grade=A1")
    monkeypatch.setattr("portal.saved.MOST", 1)
    keep(client, play.rep, "One", "grade=A1")
    assert "You have 1 views. Remove one first." in keep(client, play.rep, "Two", "grade=A2")
    assert "Kept as “One”." in keep(client, play.rep, "One", "grade=A3")
    assert [view.query for view in SavedView.objects.all()] == ["grade=A3"]


def test_queries_do_not_grow_with_the_leads(play: Scene, client: Client) -> None:
    factories.make_lead(company="Vela Medical", source="Fair")
    text(client, play.marketer, "source=Fair")
    with CaptureQueriesContext(connection) as one:
        text(client, play.marketer, "source=Fair")
    for _turn in range(8):
        factories.make_lead(source="Fair")
    with CaptureQueriesContext(connection) as many:
        text(client, play.marketer, "source=Fair")
    assert len(many) == len(one)
