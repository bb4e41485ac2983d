"""Every row has a result, one bad row spoils no other, and an import that was cut off goes on."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.db import IntegrityError

from leads import importing
from leads.importing import engine, rejects
from leads.models import (
    Account,
    AuditEntry,
    ExternalId,
    FactChange,
    ImportReject,
    ImportRun,
    Lead,
    StageChange,
)
from tests.leads.importing.files import counts, load, mapping, row, write

pytestmark = pytest.mark.django_db


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "leads.csv"


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "CHUNK", 4)


def everything() -> list[tuple]:
    """Return what is known of all leads, without ids of rows."""
    columns = (
        "name",
        "email",
        "phone",
        "title",
        "stage",
        "account__name",
        "account__employees",
        "created_at",
    )
    return sorted(Lead.objects.values_list(*columns), key=str)


def test_results_add_up_to_the_rows_of_the_file(path: Path, small_chunks: None):
    rows = [row(number) for number in range(10)]
    rows[3] = row(3, created="yesterday")
    rows[5] = rows[5][:4]
    run = load(write(path, rows))
    assert counts(run) == (8, 0, 0, 2)
    assert run.rows_done == 10
    assert run.finished_at is not None
    found = ImportReject.objects.order_by("line").values_list("line", "row", "reason")
    form = "2026-11-23 14:05, 2026-11-23"
    assert list(found) == [
        (5, rows[3], f"Created at: “yesterday” is no date in the form {form}."),
        (7, rows[5], "The row has 4 cells, the header has 9."),
    ]


def test_same_file_again_changes_nothing(path: Path, small_chunks: None):
    write(path, [row(number, created="bad") if number == 3 else row(number) for number in range(10)])
    load(path)
    before = everything(), list(ExternalId.objects.values_list()), StageChange.objects.count()
    FactChange.objects.all().delete()
    assert counts(load(path)) == (0, 0, 9, 1)
    assert (everything(), list(ExternalId.objects.values_list()), StageChange.objects.count()) == before
    assert not FactChange.objects.exists()


def test_new_lead_leaves_a_mark_from_when_it_was_known(path: Path):
    load(write(path, [row(1)]))
    assert FactChange.objects.values_list("since", "is_history").get() == (
        datetime(2026, 3, 2, 9, 30, tzinfo=UTC),
        False,
    )


def test_imported_stage_is_history_without_an_invented_time(path: Path):
    load(write(path, [row(1, stage="Working")]))
    change = StageChange.objects.get()
    assert (change.from_stage, change.to_stage, change.cause, change.happened_at) == (
        "",
        "sal",
        "history",
        None,
    )


def test_run_writes_one_line_of_the_log(path: Path):
    run = load(write(path, [row(1)]))
    entry = AuditEntry.objects.get()
    assert (entry.stream, entry.verb, entry.data["created"]) == (f"import:{run.pk}", "imported", 1)


def test_constant_that_its_field_cannot_hold_is_told(path: Path):
    data = mapping()
    data["fields"]["employees"] = {"constant": "many"}
    with pytest.raises(importing.InvalidMapping, match="constant: Employees: “many” is no number"):
        load(write(path, [row(1)]), data)


def test_dry_run_tells_the_same_and_leaves_nothing(path: Path, tmp_path: Path, small_chunks: None):
    write(path, [row(number % 7, created="bad" if number == 4 else "2026-01-01") for number in range(10)])
    given_back = tmp_path / "rejects.csv"
    dry = load(path, is_dry=True, finish=lambda run, header: rejects.write(run, header, given_back))
    assert not Lead.objects.exists()
    assert not ImportRun.objects.exists()
    assert len(list(csv.reader(given_back.open()))) == 2
    assert counts(load(path)) == counts(dry) == (6, 0, 3, 1)


def test_rejected_rows_come_back_as_a_file_that_can_be_mended(path: Path, tmp_path: Path):
    rows = [row(1), row(2, employees="many, they say")]
    given_back = tmp_path / "rejects.csv"
    load(write(path, rows), finish=lambda run, header: rejects.write(run, header, given_back))
    with given_back.open(newline="") as file:
        (told,) = csv.DictReader(file)
    assert (told["line"], told["reason"]) == ("3", "Employees: “many, they say” is no number.")
    given_back.write_text(given_back.read_text().replace('"many, they say"', "90"))
    assert counts(load(given_back)) == (1, 0, 0, 0)


def test_later_line_of_the_same_id_only_fills_what_is_blank(path: Path, small_chunks: None):
    rows = [
        row(1, title=""),
        row(1, name="Somebody Else", title="CFO"),
        *map(row, range(2, 9)),
        row(1, title="CEO"),
    ]
    assert counts(load(write(path, rows))) == (8, 1, 1, 0)
    lead = Lead.objects.get(email_key="ada1@example.com")
    assert (lead.name, lead.title) == ("Ada Nr1", "CFO")
    assert counts(load(path)) == (0, 0, 10, 0)


def test_row_whose_id_and_address_are_of_two_leads_is_rejected(path: Path):
    load(write(path, [row(1), row(2)]))
    run = load(write(path, [row(1, e_mail="ada2@example.com")]))
    assert counts(run) == (0, 0, 0, 1)
    reason = ImportReject.objects.get(run=run).reason
    assert reason == "Its id and its address belong to different leads: merge these first."


def test_row_that_names_nobody_is_rejected(path: Path):
    run = load(write(path, [row(1, id="", name="", e_mail="nobody")]))
    assert (
        ImportReject.objects.get(run=run).reason
        == "The row names nobody: it has no id, no address and no name."
    )


def test_lead_that_came_after_the_day_is_not_known_then(path: Path):
    rows = [row(1, created="2026-03-02 23:59"), row(2, created="2026-03-03 00:00")]
    run = load(write(path, rows), as_of=date(2026, 3, 2))
    assert counts(run) == (1, 0, 0, 1)
    assert FactChange.objects.get().is_history


class Failing(importing.LeadsTarget):
    """Breaks down at a chunk, as a machine does."""

    def __init__(self, at: int) -> None:
        super().__init__()
        self.left = at

    def take(self, records, context):
        self.left -= 1
        if self.left < 0:
            raise KeyboardInterrupt
        return super().take(records, context)


@pytest.mark.parametrize("at", [0, 1, 2])
def test_import_that_was_cut_off_goes_on_where_it_stood(path: Path, small_chunks: None, at: int):
    write(path, [row(number % 9, created="bad" if number == 6 else "2026-01-01") for number in range(12)])
    with pytest.raises(KeyboardInterrupt):
        load(path, target=Failing(at))
    assert Lead.objects.count() == 4 * at - (at == 2)
    run = load(path)
    assert counts(run) == (8, 0, 3, 1)
    assert run.rows_done == 12
    assert ImportRun.objects.count() == 1
    cut_off = everything()
    Lead.objects.all().delete()
    Account.objects.all().delete()
    assert counts(load(path)) == (8, 0, 3, 1)
    assert everything() == cut_off


def test_row_that_only_the_database_refuses_is_found_and_told(path: Path, monkeypatch: pytest.MonkeyPatch):
    class Picky(importing.LeadsTarget):
        def take(self, records, context):
            outcomes = super().take(records, context)
            if any(record.values["name"] == "Ada Nr5" for record in records):
                raise IntegrityError("no Fives\nDETAIL: none")
            return outcomes

    run = load(write(path, [row(number) for number in range(12)]), target=Picky())
    assert counts(run) == (11, 0, 0, 1)
    assert ImportReject.objects.get().reason == "The database refuses this row: no Fives"


def test_two_processes_cannot_take_the_same_rows(path: Path, small_chunks: None):
    class Overtaken(importing.LeadsTarget):
        def take(self, records, context):
            ImportRun.objects.filter(pk=context.run.pk).update(rows_done=9)
            return super().take(records, context)

    with pytest.raises(importing.RunTaken):
        load(write(path, [row(1)]), target=Overtaken())


@pytest.mark.django_db(transaction=True)
def test_killed_import_ends_with_the_same_result(path: Path, tmp_path: Path, child_env: dict[str, str]):
    write(path, [row(number) for number in range(12_500)])
    document = tmp_path / "mapping.json"
    document.write_text(json.dumps(mapping()))
    command = [sys.executable, "manage.py", "import_records", "leads", str(path), "--mapping", str(document)]
    child = subprocess.Popen(command, env=child_env, cwd=settings.BASE_DIR, stdout=subprocess.PIPE)
    deadline = time.monotonic() + 60
    while not ImportRun.objects.filter(rows_done__gt=0).exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    os.kill(child.pid, signal.SIGKILL)
    child.communicate()
    run = ImportRun.objects.get()
    assert (run.rows_done % engine.CHUNK, run.finished_at) == (0, None)
    assert Lead.objects.count() == ExternalId.objects.count() == run.created == run.rows_done
    done = subprocess.run(
        [*command, "--skip-checks"], env=child_env, cwd=settings.BASE_DIR, capture_output=True
    )
    assert done.returncode == 0, done.stderr
    run = ImportRun.objects.get()
    assert (*counts(run), run.rows_done) == (12_500, 0, 0, 0, 12_500)
    assert Lead.objects.count() == ExternalId.objects.count() == 12_500
