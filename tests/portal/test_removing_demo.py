"""The demo goes as a whole and leaves one person and an empty, guarded database."""

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from leads import audit, people
from leads.choices import Role
from leads.models import AuditEntry, ImportRun, Lead, User
from portal import logins
from portal.checks import missing_guards
from portal.demo import removing
from tests import factories
from tests.factories import NOW
from tests.sla import scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def olga(client: Client, settings) -> User:
    """Return the demo's person of operations, in a small company that was played with."""
    settings.IS_TRYOUT = True
    play = scene.scene()
    for login, user in zip(logins.DEMO, (play.rep, play.closer), strict=False):
        User.objects.filter(pk=user.pk).update(email=login.email)
    for state in ("won", "returned", "offered"):
        scene.in_state(play, state)
    user = factories.user(Role.OPERATIONS, play.cast.sales, "Olga Brandt")
    user.email = "olga.brandt@example.com"
    user.save()
    people.save_company(name="Walzenberg Software", time_zone="UTC", now=NOW, actor=user)
    client.force_login(user)
    return user


def left() -> dict[str, int]:
    """Return how many rows our tables still hold, the empty ones left out."""
    models = [model for app in ("leads", "sla", "portal") for model in apps.get_app_config(app).get_models()]
    counts = {model.__name__: model._base_manager.count() for model in models}
    return {name: count for name, count in counts.items() if count}


def test_one_person_and_one_line_of_the_log_are_left(client: Client, olga: User) -> None:
    assert "Demo data of an invented company." in client.get(reverse("settings")).content.decode()
    answer = client.post(reverse("demo-remove"))
    assert answer.headers["Location"] == reverse("password_change")
    assert left() == {"User": 1, "AuditEntry": 1}
    assert AuditEntry.objects.get().verb == "demo_removed"
    assert (missing_guards(), audit.broken()) == ([], [])
    assert "Demo data" not in client.get(reverse("setup")).content.decode()
    assert client.get(reverse("home")).headers["Location"] == reverse("setup")


def test_real_data_goes_only_with_the_name_of_the_company(client: Client, olga: User) -> None:
    ImportRun.objects.create(
        kind="leads", file_name="f.csv", file_sha256="", mapping={}, mapping_sha256="", started_at=NOW
    )
    assert "Type Walzenberg Software" in client.get(reverse("demo-remove")).content.decode()
    assert client.post(reverse("demo-remove"), {"name": "yes"}).status_code == 422
    with pytest.raises(CommandError, match="brought in"):
        call_command("remove_demo", keep=olga.email)
    assert Lead.objects.exists()
    client.post(reverse("demo-remove"), {"name": "walzenberg software "})
    assert not Lead.objects.exists()


def test_a_real_home_has_nothing_to_remove(client: Client, olga: User, settings) -> None:
    settings.IS_TRYOUT = False
    assert client.get(reverse("demo-remove")).status_code == 404
    assert "Demo data" not in client.get(reverse("settings")).content.decode()
    with pytest.raises(CommandError, match="no demo company"):
        call_command("remove_demo", keep=olga.email)


def test_the_command_keeps_whom_it_is_told(olga: User) -> None:
    with pytest.raises(CommandError, match="Nobody of operations"):
        call_command("remove_demo", keep="nobody@example.com")
    call_command("remove_demo", keep=olga.email)
    assert list(User.objects.values_list("pk", "team")) == [(olga.pk, None)]
    assert not removing.is_there()
