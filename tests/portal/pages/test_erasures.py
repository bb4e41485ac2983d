"""Operations erases a person from the dossier or by command; files and kept answers forget them too."""

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from leads.models import Lead, User
from portal.models import IdempotentCall, ImportJob
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
EMAIL = "forget.me@example.com"


@pytest.fixture
def lead() -> Lead:
    return factories.make_lead(name="Jörg Quandelmeier", email=EMAIL)


def imported(owner: User, folder: Path, name: str, text: str, encoding: str = "utf-8") -> ImportJob:
    kept = folder / name / "file"
    kept.parent.mkdir()
    kept.write_text(text, encoding=encoding)
    return ImportJob.objects.create(
        owner=owner,
        kind="leads",
        file_name=f"{name}.csv",
        path=f"{name}/file",
        report={"counts": {"rejected": 1}, "rejects": [[2, "Twice.", [text]]]},
        created_at=NOW,
        touched_at=NOW,
        finished_at=NOW,
    )


def test_the_dossier_asks_once_and_then_the_lead_is_gone(client: Client, olga: User, lead: Lead) -> None:
    dossier = client.get(reverse("lead", args=[lead.pk])).content.decode()
    address = reverse("lead-erase", args=[lead.pk])
    assert address in dossier
    assert "cannot be undone" in client.get(address).content.decode()
    assert Lead.objects.get(pk=lead.pk).name
    assert "The person is erased." in client.post(address, follow=True).content.decode()
    assert Lead.objects.get(pk=lead.pk).email == ""
    assert client.get(reverse("lead", args=[lead.pk])).status_code == 404


def test_files_and_kept_answers_that_name_the_person_go(
    client: Client, olga: User, lead: Lead, settings, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    his = imported(olga, tmp_path, "his", f"email\n{EMAIL}\n")
    gone = imported(olga, tmp_path, "gone", f"email\n{EMAIL}\n")
    (tmp_path / "gone" / "file").unlink()
    other = imported(olga, tmp_path, "other", "email\nada@example.com\n")
    for key, content in (("a", EMAIL.encode()), ("b", b"ada@example.com")):
        IdempotentCall.objects.create(user=olga, key=key, fingerprint="", created_at=NOW, content=content)
    client.post(reverse("lead-erase", args=[lead.pk]))
    his.refresh_from_db()
    other.refresh_from_db()
    gone.refresh_from_db()
    assert "rejects" not in gone.report
    assert (tmp_path / "his").exists() is False
    assert (tmp_path / "other" / "file").exists()
    assert "rejects" not in his.report
    assert other.report["rejects"]
    kept = {call.key: bytes(call.content) for call in IdempotentCall.objects.all()}
    assert kept == {"a": b"", "b": b"ada@example.com"}


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (EMAIL, "utf-16"),
        (EMAIL, "utf-16-le"),
        ("Jörg Quandelmeier", "cp1252"),
        (EMAIL.title(), "utf-8"),
        ("JÖRG QUANDELMEIER", "utf-8-sig"),
    ],
)
def test_a_file_names_the_person_however_it_is_written(
    client: Client, olga: User, lead: Lead, settings, tmp_path: Path, text: str, encoding: str
) -> None:
    settings.MEDIA_ROOT = tmp_path
    imported(olga, tmp_path, "his", f"contact\n{text}\n", encoding)
    imported(olga, tmp_path, "other", "contact\nada@example.com\n", encoding)
    client.post(reverse("lead-erase", args=[lead.pk]))
    assert [(tmp_path / name).exists() for name in ("his", "other")] == [False, True]


def test_an_answer_names_the_person_in_capitals_too(client: Client, olga: User, lead: Lead) -> None:
    content = EMAIL.upper().encode()
    IdempotentCall.objects.create(user=olga, key="a", fingerprint="", created_at=NOW, content=content)
    client.post(reverse("lead-erase", args=[lead.pk]))
    assert bytes(IdempotentCall.objects.get().content) == b""


def test_the_command_erases_and_says_so(lead: Lead) -> None:
    said = io.StringIO()
    call_command("erase_lead", str(lead.pk), "--yes", stdout=said)
    assert f"Lead {lead.pk} is erased." in said.getvalue()
    with pytest.raises(CommandError, match="Erased already"):
        call_command("erase_lead", str(lead.pk), "--yes")
    with pytest.raises(CommandError, match="There is no lead"):
        call_command("erase_lead", "999999", "--yes")
