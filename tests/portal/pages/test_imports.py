"""A file is brought in step by step: looked at, mapped, checked, imported; bad input loses nothing."""

import io
from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from leads.choices import Role
from leads.importing import guessing
from leads.models import ImportReject, Lead, User
from portal import imports
from portal.imports import returning
from portal.models import ImportJob, SavedMapping
from tests import factories

pytestmark = pytest.mark.django_db
PEOPLE = b"Id,Name,Company,E-mail,Status,Created\n1,Ada Park,Vela,ada@example.com,New,23.11.2026\n"
BAD_ROW = b"2,Ben Lund\n"
CHOSEN = {
    "system": "crm",
    "dates": "%d.%m.%Y",
    "time_zone": "Europe/Berlin",
    "use_0": "id",
    "use_1": "name",
    "use_2": "company",
    "use_3": "email",
    "use_4": "stage",
}


@pytest.fixture(autouse=True)
def uploads(tmp_path: Path, settings) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def marketer() -> User:
    return factories.user(Role.MARKETER, None, "Priya Nair")


def bring(client: Client, user: User, data: bytes = PEOPLE, name: str = "people.csv", kind: str = "leads"):
    client.force_login(user)
    return client.post(reverse("imports"), {"kind": kind, "file": SimpleUploadedFile(name, data)})


def brought(client: Client, user: User, data: bytes = PEOPLE) -> ImportJob:
    assert bring(client, user, data).status_code == 302
    return ImportJob.objects.latest("id")


def walk(client: Client, user: User, data: bytes) -> ImportJob:
    """Bring a file, say what its columns and words mean, and have it checked."""
    job = brought(client, user, data)
    client.post(reverse("import-columns", args=[job.pk]), CHOSEN)
    client.post(reverse("import-words", args=[job.pk]), {"word_0": "inquiry"})
    imports.work(now=timezone.now)
    job.refresh_from_db()
    return job


def text(answer) -> str:
    return " ".join(answer.content.decode().split())


def test_a_file_walks_from_its_columns_into_leads(client: Client, marketer: User) -> None:
    job = walk(client, marketer, PEOPLE + BAD_ROW)
    assert (job.state, Lead.objects.count()) == ("checked", 0)
    page = text(client.get(reverse("import-job", args=[job.pk])))
    assert "Import 1 row" in page
    assert "The row has 2 cells, the header has 6." in page
    client.post(reverse("import-start", args=[job.pk]))
    imports.work(now=timezone.now)
    lead = Lead.objects.select_related("account").get()
    assert (lead.name, lead.account.name, lead.stage) == ("Ada Park", "Vela", "inquiry")
    page = text(client.get(reverse("import-job", args=[job.pk])))
    assert "What came of it" in page
    rejected = b"".join(client.get(reverse("import-rejects", args=[job.pk])).streaming_content).decode()
    assert rejected.splitlines()[1] == '3,"The row has 2 cells, the header has 6.",2,Ben Lund'


def test_looking_changes_nothing(client: Client, marketer: User) -> None:
    job = brought(client, marketer)
    client.post(reverse("import-columns", args=[job.pk]), CHOSEN)
    before = ImportJob.objects.values().get()
    for name in ("import-job", "import-words"):
        assert client.get(reverse(name, args=[job.pk])).status_code == 200
    assert ImportJob.objects.values().get() == before


def test_going_back_to_the_columns_finds_what_was_chosen(client: Client, marketer: User) -> None:
    job = walk(client, marketer, PEOPLE)
    page = text(client.get(reverse("import-job", args=[job.pk]), {"by_hand": "1"}))
    assert '<option value="stage" selected>Stage</option>' in page
    assert page.count(" selected>") == 8  # six columns, the form of dates and the time zone


def test_the_columns_are_proposed(client: Client, marketer: User) -> None:
    job = brought(client, marketer)
    page = text(client.get(reverse("import-job", args=[job.pk])))
    assert '<option value="name" selected>Name</option>' in page
    assert '<option value="%d.%m.%Y" selected>23.11.2026</option>' in page
    assert "Ada Park" in page


def test_an_export_of_a_known_system_is_recognized(client: Client, marketer: User) -> None:
    sample = Path(__file__).parents[2] / "data" / "samples" / "hubspot_contacts_export.csv"
    for name in ("Mara Lindqvist", "Owen Castell", "Priya Raman"):
        factories.user(Role.REP, None, name)
    job = brought(client, marketer, sample.read_bytes())
    assert "Recognized: HubSpot contacts" in text(client.get(reverse("import-job", args=[job.pk])))
    client.post(reverse("import-recognized", args=[job.pk]))
    imports.work(now=timezone.now)
    job.refresh_from_db()
    assert job.report["counts"] == {"created": 29, "updated": 1, "unchanged": 0, "rejected": 0, "rows": 30}


def test_columns_kept_under_a_name_are_recognized_next_time(client: Client, marketer: User) -> None:
    job = brought(client, marketer)
    client.post(reverse("import-columns", args=[job.pk]), {**CHOSEN, "save_as": "Fair list"})
    assert SavedMapping.objects.get().name == "Fair list"
    second = brought(client, marketer)
    assert "Recognized: Fair list" in text(client.get(reverse("import-job", args=[second.pk])))


@pytest.mark.parametrize(
    ("data", "name", "sentence"),
    [
        (b"%PDF-1.7", "a.pdf", "This is no text file: save the table as CSV first."),
        (b"   \n ", "a.csv", "The file is empty."),
        (b"PK\x03\x04broken", "a.xlsx", "The spreadsheet is damaged."),
    ],
)
def test_a_file_that_cannot_be_read_says_why(
    client: Client, marketer: User, data: bytes, name: str, sentence: str
) -> None:
    answer = bring(client, marketer, data, name)
    assert answer.status_code == 422
    assert sentence in text(answer)
    assert not ImportJob.objects.exists()


def test_a_mapping_without_any_id_is_told_and_keeps_what_was_chosen(client: Client, marketer: User) -> None:
    job = brought(client, marketer)
    answer = client.post(
        reverse("import-columns", args=[job.pk]),
        {"system": "crm", "dates": "iso", "time_zone": "UTC", "use_2": "company"},
    )
    assert answer.status_code == 422
    assert "Without an id, an address or a name no lead can be told from another." in text(answer)
    assert '<option value="company" selected>' in text(answer)


def test_nobody_else_sees_the_file(client: Client, marketer: User) -> None:
    job = brought(client, marketer)
    client.force_login(factories.user(Role.MARKETER, None, "Other Marketer"))
    assert client.get(reverse("import-job", args=[job.pk])).status_code == 404
    client.force_login(factories.user(Role.OPERATIONS, None, "Olga Brandt"))
    assert client.get(reverse("import-job", args=[job.pk])).status_code == 200


def test_marketing_may_not_bring_people(client: Client, marketer: User) -> None:
    answer = bring(client, marketer, kind="people")
    assert answer.status_code == 422
    assert not ImportJob.objects.exists()


def test_a_forgotten_file_is_gone_and_an_imported_one_stays(client: Client, marketer: User, settings) -> None:
    job = brought(client, marketer)
    client.post(reverse("import-remove", args=[job.pk]))
    assert not ImportJob.objects.exists()
    assert not list(Path(settings.MEDIA_ROOT, "imports").iterdir())
    done = walk(client, marketer, PEOPLE)
    client.post(reverse("import-start", args=[done.pk]))
    imports.work(now=timezone.now)
    client.post(reverse("import-remove", args=[done.pk]))
    assert ImportJob.objects.get().state == "done"


def test_a_job_whose_worker_died_is_taken_up_again(client: Client, marketer: User) -> None:
    job = walk(client, marketer, PEOPLE)
    client.post(reverse("import-start", args=[job.pk]))
    long_ago = timezone.now() - timedelta(minutes=10)
    ImportJob.objects.update(state="running", touched_at=long_ago)
    assert imports.work(now=timezone.now) == 1
    job.refresh_from_db()
    assert (job.state, Lead.objects.count()) == ("done", 1)


def test_a_job_at_work_is_not_taken_twice(client: Client, marketer: User) -> None:
    job = walk(client, marketer, PEOPLE)
    client.post(reverse("import-start", args=[job.pk]))
    ImportJob.objects.update(state="running", touched_at=timezone.now())
    assert imports.work(now=timezone.now) == 0
    assert not Lead.objects.exists()


def test_cells_that_a_spreadsheet_would_run_are_given_back_harmless(client: Client, marketer: User) -> None:
    job = walk(client, marketer, PEOPLE + b"=cmd()\n")
    client.post(reverse("import-start", args=[job.pk]))
    imports.work(now=timezone.now)
    rejected = b"".join(client.get(reverse("import-rejects", args=[job.pk])).streaming_content).decode()
    assert rejected.splitlines()[1].endswith(",'=cmd()")


@pytest.mark.parametrize("cell", ["@SUM(1)", "+cmd|' /C calc'!A0", "-2+cmd()", "\t=cmd()"])
def test_rejected_formulas_come_back_as_text(cell: str) -> None:
    assert returning._harmless(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["-12.50", "+43 1 234-56", "-", "a=b", ""])
def test_rejected_numbers_come_back_as_they_were(cell: str) -> None:
    assert returning._harmless(cell) == cell


def test_header_that_a_spreadsheet_would_run_is_given_back_harmless(client: Client, marketer: User) -> None:
    job = brought(client, marketer, PEOPLE.replace(b"Created", b"=cmd()"))
    head = next(imports.rejected(job))
    assert head.strip().endswith(",'=cmd()")


def test_spreadsheet_is_brought_in_like_its_csv(client: Client, marketer: User) -> None:
    packed = io.BytesIO()
    book = openpyxl.Workbook()
    for line in PEOPLE.decode().splitlines():
        book.active.append(line.split(","))
    book.save(packed)
    job = brought(client, marketer, packed.getvalue())
    assert job.header == ["Id", "Name", "Company", "E-mail", "Status", "Created"]


def test_file_that_breaks_its_reader_leaves_nothing_behind(
    client: Client, marketer: User, settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(path: Path) -> None:
        raise MemoryError

    monkeypatch.setattr(guessing, "look", broken)
    client.raise_request_exception = False
    assert bring(client, marketer).status_code == 500
    assert not list(Path(settings.MEDIA_ROOT, "imports").iterdir())


def imported(client: Client, marketer: User, data: bytes) -> ImportJob:
    job = walk(client, marketer, data)
    client.post(reverse("import-start", args=[job.pk]))
    imports.work(now=timezone.now)
    job.refresh_from_db()
    return job


def test_an_import_taken_back_erases_whom_nobody_worked_with(client: Client, marketer: User) -> None:
    other = factories.make_lead(name="Cara Old")
    job = imported(client, marketer, PEOPLE + b"2,Ben Lund,Vela,ben@example.com,New,23.11.2026\n" + BAD_ROW)
    ada = Lead.objects.get(name="Ada Park")
    factories.add_touch(ada)
    assert "Take it back" in text(client.get(reverse("import-job", args=[job.pk])))
    client.post(reverse("import-undo", args=[job.pk]))
    imports.work(now=timezone.now)
    page = text(client.get(reverse("import-job", args=[job.pk])))
    assert "1 lead was erased. 1 stays" in page
    assert reverse("lead", args=[ada.pk]) in page
    assert {lead.name for lead in Lead.objects.alive()} == {other.name, "Ada Park"}
    assert not ImportReject.objects.exists()


def test_after_a_day_an_import_stays(client: Client, marketer: User) -> None:
    job = imported(client, marketer, PEOPLE)
    ImportJob.objects.filter(pk=job.pk).update(finished_at=timezone.now() - timedelta(hours=25))
    said = text(client.post(reverse("import-undo", args=[job.pk]), follow=True))
    assert "only within a day" in said
    assert imports.work(now=timezone.now) == 0


def test_rejected_rows_are_kept_for_a_month(client: Client, marketer: User) -> None:
    imported(client, marketer, PEOPLE + BAD_ROW)
    now = timezone.now()
    assert imports.forget_rejects(now=now + timedelta(days=29)) == 0
    assert imports.forget_rejects(now=now + timedelta(days=31)) == 1
    assert "rejects" not in ImportJob.objects.get().report


def test_number_that_two_columns_are_used_as_is_refused_before_the_check(
    client: Client, marketer: User
) -> None:
    job = brought(client, marketer, b"id,name,staff,turnover\n1,Ada Byron,120,4000\n")
    chosen = {"system": "crm", "dates": "iso", "time_zone": "UTC", "use_0": "id", "use_1": "name"}

    answer = client.post(
        reverse("import-columns", args=[job.pk]), {**chosen, "use_2": "employees", "use_3": "employees"}
    )

    assert answer.status_code == 422
    assert "Employees can come from one column only; 2 are used as it." in text(answer)
    assert text(answer).count('<option value="employees" selected>') == 2


def nonsense_tried(client: Client, marketer: User) -> ImportJob:
    """Bring a file whose only row cannot be read, up to the end of its dry run."""
    job = brought(client, marketer, b"id,name,staff\n1,Ada Byron,many\n")
    chosen = {"system": "crm", "dates": "iso", "time_zone": "UTC"}
    uses = {"use_0": "id", "use_1": "name", "use_2": "employees"}
    client.post(reverse("import-columns", args=[job.pk]), chosen | uses)
    client.post(reverse("import-words", args=[job.pk]), {})
    imports.work(now=timezone.now)
    return job


def test_file_of_which_nothing_would_be_taken_offers_no_import(client: Client, marketer: User) -> None:
    job = nonsense_tried(client, marketer)

    page = text(client.get(reverse("import-job", args=[job.pk])))

    assert "There is nothing to import" in page
    assert reverse("import-start", args=[job.pk]) not in page


def test_what_is_wrong_with_a_row_is_said_in_the_language_of_whoever_asked(
    client: Client, marketer: User
) -> None:
    marketer.language = "de"
    marketer.save()
    job = nonsense_tried(client, marketer)

    job.refresh_from_db()

    assert job.report["rejects"][0][1] == "Beschäftigte: „many“ ist keine Zahl."
