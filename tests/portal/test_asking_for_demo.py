"""The demo is loaded from its page only into an empty try-out home, once, and as a whole."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from leads.choices import Role
from leads.models import AuditEntry, Company, User
from portal import tasks
from portal.demo import asking, company
from sla.models import AgreementVersion
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def nora(client: Client, settings) -> User:
    """Return the one person of an empty try-out home."""
    settings.IS_TRYOUT = True
    user = factories.user(Role.OPERATIONS, None, "Nora New")
    client.force_login(user)
    return user


def page(client: Client) -> str:
    return " ".join(client.get(reverse("demo-load")).content.decode().split())


def test_setting_up_leads_to_a_page_that_says_what_comes(client: Client, nora: User) -> None:
    for check_list in ("setup", "settings"):
        assert f'href="{reverse("demo-load")}"' in client.get(reverse(check_list)).content.decode()
    assert "about 4,000 leads" in page(client)
    assert not AuditEntry.objects.exists()


def test_wish_is_sent_to_the_worker_once(
    client: Client, nora: User, django_capture_on_commit_callbacks
) -> None:
    with django_capture_on_commit_callbacks() as sent:
        for _time in range(2):
            assert client.post(reverse("demo-load")).headers["Location"] == reverse("demo-load")
    assert len(sent) == 1
    assert AuditEntry.objects.get().verb == "demo_asked"
    assert "is being loaded" in page(client)
    assert "is being loaded" in client.get(reverse("demo-progress")).content.decode()


def test_wish_that_nobody_took_up_may_be_repeated(nora: User) -> None:
    asking.ask(actor=nora, now=NOW)
    assert asking.stage(NOW + asking.PATIENCE - timedelta(seconds=1)) == "loading"
    assert asking.stage(NOW + asking.PATIENCE) == "failed"


@pytest.mark.parametrize(
    ("make", "thing"),
    [
        (lambda: factories.make_lead(), "leads"),
        (lambda: factories.user(Role.REP, None, "Rosa Reps"), "other people"),
        (lambda: Company.objects.create(name="Walzwerk", time_zone="UTC"), "a company with its name"),
        (lambda: factories.team("North"), "teams"),
    ],
)
def test_anything_of_ones_own_is_a_reason_against_it(client: Client, nora: User, make, thing: str) -> None:
    make()
    answer = client.post(reverse("demo-load"))
    assert answer.status_code == 422
    assert "only into an empty Concord" in answer.content.decode()
    assert thing in answer.content.decode()
    tasks.load_demo(nora.pk)
    assert not AgreementVersion.objects.exists()
    assert not AuditEntry.objects.exists()


def test_real_home_never_gets_people_with_a_public_password(client: Client, nora: User, settings) -> None:
    settings.IS_TRYOUT = False
    assert client.post(reverse("demo-load")).status_code == 422
    assert "only into a try-out home" in page(client)


def test_address_of_a_demo_person_with_another_role_is_refused(nora: User) -> None:
    nora.email = "mia.keller@example.com"
    assert "belongs to somebody of the demo company" in asking.refusal(nora)


def test_whoever_removed_the_demo_keeps_password_and_place_when_it_comes_again(nora: User) -> None:
    User.objects.filter(pk=nora.pk).update(email="olga.brandt@example.com", password="own")
    nora.refresh_from_db()
    assert asking.refusal(nora) == ""
    found = company.found(NOW - timedelta(days=750), NOW)
    assert found.named("Olga Brandt") == nora
    assert User.objects.get(pk=nora.pk).password == "own"
    assert User.objects.count() == len(company.PEOPLE)


def test_loading_that_breaks_leaves_nothing_and_says_so(client: Client, nora: User) -> None:
    with pytest.raises(OverflowError):  # two years before it there is no calendar any more
        asking.load(actor_id=nora.pk, now=datetime(2, 1, 1, tzinfo=UTC))
    assert User.objects.get() == nora
    assert "could not be loaded; nothing of it is left" in page(client)
