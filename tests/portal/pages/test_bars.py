"""A rep's own bar: raised, reset and proposed on a page of their own."""

import pytest
from django.test import Client
from django.urls import reverse

from leads.models import AuditEntry, User
from sla.scoring import CELLS
from tests import factories
from tests.factories import Cast
from tests.sla.lab.test_bars import work

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return factories.cast()


@pytest.fixture
def rep(cast: Cast, client: Client) -> Client:
    client.force_login(cast.rep)
    return client


def bar_of(user: User) -> object:
    return User.objects.values_list("personal_bar", flat=True).get(pk=user.pk)


def test_a_bar_is_raised_kept_on_record_and_reset(rep: Client, cast: Cast) -> None:
    answer = rep.post(reverse("bar"), {"grid": ["A1", "B1"]}, follow=True)
    page = answer.content.decode()
    assert bar_of(cast.rep) == {"grid": ["A1", "B1"]}
    assert answer.context["form"]["grid"].value() == ["A1", "B1"]
    assert AuditEntry.objects.filter(subject_type="user", subject_id=cast.rep.pk, verb="changed").exists()
    assert "Reset to the minimum" in page
    page = rep.post(reverse("bar"), follow=True).content.decode()
    assert bar_of(cast.rep) == {}
    assert "Reset to the minimum" not in page


def test_every_cell_is_no_bar(rep: Client, cast: Cast) -> None:
    rep.post(reverse("bar"), {"grid": list(CELLS)})
    assert bar_of(cast.rep) == {}


def test_a_cell_that_does_not_exist_is_refused(rep: Client, cast: Cast) -> None:
    assert rep.post(reverse("bar"), {"grid": ["Z9"]}).status_code == 422
    assert bar_of(cast.rep) == {}


def test_the_own_history_proposes_a_bar_with_its_intervals(rep: Client, cast: Cast) -> None:
    version = factories.signed_version()
    work(cast.rep, version, "A1", won=25, lost=10)
    work(cast.rep, version, "C3", won=1, lost=34)
    page = rep.get(reverse("bar")).content.decode()
    assert "proposed" in page
    assert "25 of 26" in page
    assert "71% of 35" in page
    assert "55% to 84%" in page
    assert "3% of 35" in page
    assert "1% to 15%" in page


def test_little_data_says_so(rep: Client, cast: Cast) -> None:
    work(cast.rep, factories.signed_version(), "A1", won=3, lost=2)
    page = rep.get(reverse("bar")).content.decode()
    assert "Your history asks for no bar." in page
    assert page.count("Too few to say.") == 3
    assert "3 of 5" in page


def test_one_rep_keeps_another_from_nothing(rep: Client, cast: Cast) -> None:
    rep.post(reverse("bar"), {"grid": ["A1"], "user": cast.other_rep.pk})
    assert bar_of(cast.other_rep) == {}
