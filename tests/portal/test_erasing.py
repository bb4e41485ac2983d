"""A file that was brought before somebody was erased does not bring them back; what comes later is new."""

import threading
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from leads import erased, importing
from leads.choices import Role
from leads.importing import engine
from leads.importing.forgotten import Forgotten
from leads.models import ErasedMark, ImportReject, Lead, User
from portal import erasing, imports
from portal.models import ImportJob, SavedView
from tests import factories
from tests.leads.importing import files
from tests.portal.api.conftest import Caller, problem
from tests.portal.pages.test_imports import PEOPLE, bring, imported, walk
from tests.sla.races import at_once
from tests.sla.test_erasure import told

pytestmark = pytest.mark.django_db
EMAIL, NAME = "ada@example.com", "Ada Park"
OTHER = b"2,Ben Lund,Vela,ben@example.com,New,23.11.2026\n"
REASON = "The person was erased after this file was brought in."


@pytest.fixture(autouse=True)
def uploads(tmp_path: Path, settings) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def marketer() -> User:
    return factories.user(Role.MARKETER, None, "Priya Nair")


def ada(**known: Any) -> Lead:
    return factories.make_lead(**{"name": NAME, "email": EMAIL, "company": "Vela", **known})


def erase(lead: Lead, now: datetime | None = None) -> None:
    erasing.erase(lead=lead, now=now or timezone.now(), actor=None)


def names() -> set[str]:
    return set(Lead.objects.alive().values_list("name", flat=True))


def waiting(client: Client, user: User, data: bytes = PEOPLE + OTHER) -> ImportJob:
    """Bring a file as far as the queue of the worker."""
    job = walk(client, user, data)
    client.post(reverse("import-start", args=[job.pk]))
    return job


def test_a_file_that_waits_brings_nobody_back_who_was_erased(client: Client, marketer: User) -> None:
    lead = ada()
    job = waiting(client, marketer)
    erase(lead)
    imports.work(now=timezone.now)
    job.refresh_from_db()
    assert job.state == "done"
    assert names() == {"Ben Lund"}
    assert [(one.line, one.reason, one.row) for one in ImportReject.objects.all()] == [(2, REASON, [])]
    assert REASON in client.get(reverse("import-job", args=[job.pk])).content.decode()
    assert told(NAME, EMAIL) == []


@pytest.mark.parametrize(
    "line",
    [
        b"1,A. Park,Other,,New,23.11.2026",
        b"9,A. Park,Other,ADA@Example.com,New,23.11.2026",
        b"9,ada park,VELA,,New,23.11.2026",
        b"9,Ada Park,Vela,ada@example.com,New,on a Monday",
    ],
)
def test_the_person_is_known_by_id_address_or_name_with_company(
    client: Client, marketer: User, line: bytes
) -> None:
    head = PEOPLE.splitlines(keepends=True)[0]
    imported(client, marketer, PEOPLE)
    waiting(client, marketer, head + line + b"\n" + OTHER)
    erase(Lead.objects.get(email=EMAIL))
    imports.work(now=timezone.now)
    assert names() == {"Ben Lund"}
    assert [(one.reason, one.row) for one in ImportReject.objects.all()] == [(REASON, [])]


def test_a_namesake_elsewhere_is_somebody_else(client: Client, marketer: User) -> None:
    lead = ada(name="Ben Lund", email="other@example.com", company="Elsewhere")
    waiting(client, marketer)
    erase(lead)
    imports.work(now=timezone.now)
    assert names() == {NAME, "Ben Lund"}


def test_what_is_brought_after_the_erasure_is_new(client: Client, marketer: User) -> None:
    erase(ada())
    imported(client, marketer, PEOPLE + OTHER)
    assert names() == {NAME, "Ben Lund"}


def test_a_file_being_read_gives_up_whoever_is_erased_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "CHUNK", 1)
    person = factories.make_lead(company="Works 0", name="Ada Nr1", email="ada1@example.com")

    def after_a_row(done: int, share: float) -> None:
        if done == 1:
            erase(person, files.NOW + timedelta(seconds=1))

    path = files.write(tmp_path / "f.csv", [files.row(number) for number in range(3)])
    run = files.load(path, progress=after_a_row)
    assert names() == {"Ada Nr0", "Ada Nr2"}
    assert files.counts(run) == (2, 0, 0, 1)


def test_a_touch_of_somebody_erased_is_not_even_kept_as_rejected(tmp_path: Path) -> None:
    erase(ada(), files.NOW + timedelta(seconds=1))
    mapping = {
        **files.mapping(target="touches", fields={"happened_at": "At", "side": {"constant": "sales"}}),
        "lead": {"email": "E-mail"},
    }
    mapping["fields"]["kind"] = {"constant": "call"}
    path = files.write(tmp_path / "f.csv", [["1", EMAIL, "2026-03-02"]], header=("Id", "E-mail", "At"))
    files.load(path, mapping, importing.TouchesTarget())
    assert [(one.reason, one.row) for one in ImportReject.objects.all()] == [(REASON, [])]


def test_a_check_during_which_somebody_is_erased_begins_anew(client: Client, marketer: User) -> None:
    job = walk(client, marketer, PEOPLE)
    client.post(reverse("import-start", args=[job.pk]), {"step": "check"})
    lead, meanwhile = ada(), timezone.now() + timedelta(seconds=30)
    erase(lead, meanwhile)
    imports.work(now=timezone.now, jobs=1)
    job.refresh_from_db()
    assert job.state == "waiting"
    imports.work(now=lambda: meanwhile + timedelta(seconds=1), jobs=1)
    job.refresh_from_db()
    assert job.state == "checked"
    assert job.report["rejects"] == [[2, REASON, []]]


def test_a_dropped_file_says_why_and_offers_nothing(client: Client, marketer: User) -> None:
    lead = ada()
    job = walk(client, marketer, PEOPLE)
    erase(lead)
    page = client.get(reverse("import-job", args=[job.pk]), {"by_hand": "1"}).content.decode()
    assert "Somebody named in this file was erased." in page
    assert "Change the columns" not in page
    assert client.post(reverse("import-columns", args=[job.pk]), {}).status_code == 404


def test_views_that_search_for_the_person_go(marketer: User) -> None:
    kept = {"owner": marketer, "saved_at": timezone.now()}
    for name, asked in (
        ("mine", {"q": NAME}),
        ("hers", {"q": EMAIL.upper()}),
        (NAME, {}),
        ("all", {"q": "Vela"}),
    ):
        SavedView.objects.create(name=name, query=urlencode(asked), **kept)
    erase(ada())
    assert [view.name for view in SavedView.objects.all()] == ["all"]


def test_a_call_repeated_after_the_erasure_brings_nobody_back() -> None:
    call, account = Caller(factories.cast().marketer), factories.make_account("Vela")
    sent = {"account": account.pk, "name": NAME, "email": EMAIL}
    made = call("POST", "/leads/", sent, idempotency_key="once")
    assert made.status_code == 201
    erase(Lead.objects.get(email_key=EMAIL))
    problem(call("POST", "/leads/", sent, idempotency_key="once"), 410, "erased")
    assert not Lead.objects.filter(email_key=EMAIL).exists()


def test_a_file_never_imported_is_forgotten_after_a_month(client: Client, marketer: User, settings) -> None:
    done = imported(client, marketer, PEOPLE)
    bring(client, marketer, OTHER)
    now = timezone.now()
    assert imports.forget_uploads(now=now + timedelta(days=29)) == 0
    assert imports.forget_uploads(now=now + timedelta(days=31)) == 1
    assert ImportJob.objects.get().pk == done.pk
    assert not list(Path(settings.MEDIA_ROOT, "imports").iterdir())


def test_marks_of_the_erased_go_when_no_older_file_waits(client: Client, marketer: User) -> None:
    waiting(client, marketer, PEOPLE)
    erase(ada())
    later = timezone.now() + timedelta(days=2)
    assert imports.forget_marks(now=later) == 0
    imports.work(now=timezone.now)
    assert imports.forget_marks(now=later) > 0
    assert not ErasedMark.objects.exists()


def erased_while_written(folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Erase somebody at the moment in which a chunk has begun and not looked for them yet."""
    person = factories.make_lead(company="Works 0", name="Ada Nr0", email="ada0@example.com")
    is_begun, is_erased = threading.Event(), threading.Event()
    begin = Forgotten.begin

    def slow(forgotten: Forgotten) -> None:
        begin(forgotten)
        is_begun.set()
        is_erased.wait(1)

    def forget() -> None:
        is_begun.wait(10)
        erase(person, files.NOW + timedelta(seconds=1))
        is_erased.set()

    path = files.write(folder / "f.csv", [files.row(0)])
    with monkeypatch.context() as patch:
        patch.setattr(Forgotten, "begin", slow)
        return at_once([partial(files.load, path), forget])


@pytest.mark.postgres_only
@pytest.mark.django_db(transaction=True)
def test_erasing_waits_for_the_rows_that_are_being_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, nothing = erased_while_written(tmp_path, monkeypatch)
    assert (files.counts(run)[3], nothing) == (0, None)
    assert names() == set()


@pytest.mark.postgres_only
@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_the_person_is_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erased, "hold", lambda: None)
    erased_while_written(tmp_path, monkeypatch)
    assert names() == {"Ada Nr0"}
