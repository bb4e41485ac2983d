"""A process that reads ahead: what it makes arrives, it waits for the writer, and its end loses nothing."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from multiprocessing import RawValue
from pathlib import Path

import pytest

from leads import importing
from leads.importing import apart, engine
from leads.importing.reader import Sheet
from leads.models import ImportRun, Lead
from tests.leads.importing.files import counts, load, row, write

OURS = os.getpid()


@pytest.fixture
def read_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "CHUNK", 4)
    monkeypatch.setattr(engine, "WORTH_A_PROCESS", 0)
    monkeypatch.setattr(apart, "is_possible", lambda: True)


def numbers(count: int) -> Iterator[tuple[int, int]]:
    for number in range(count):
        yield number, os.getpid()


def test_items_are_made_by_another_process_that_is_gone_afterwards() -> None:
    with apart.apart(numbers(3)) as items:
        made = list(items)
    assert [number for number, _process in made] == [0, 1, 2]
    other = made[0][1]
    assert other != OURS
    with pytest.raises(ProcessLookupError):
        os.kill(other, 0)


def test_process_makes_no_more_than_the_pipe_holds_and_one() -> None:
    made = RawValue("i", 0)

    def large() -> Iterator[bytes]:
        for _number in range(50):
            made.value += 1
            yield b"x" * 1_000_000

    with apart.apart(large()) as items:
        next(items)
        time.sleep(0.3)
        assert made.value <= 3
        assert len(list(items)) == 49


def test_block_that_is_left_early_ends_the_process() -> None:
    with apart.apart(numbers(1_000_000)) as items:
        _number, other = next(items)
    with pytest.raises(ProcessLookupError):
        os.kill(other, 0)


def test_process_that_ends_in_the_middle_of_an_item_is_told() -> None:
    def large() -> Iterator[object]:
        yield os.getpid()
        yield b"x" * 5_000_000

    with apart.apart(large()) as items:
        other = next(items)
        time.sleep(0.3)
        os.kill(other, signal.SIGKILL)
        with pytest.raises(importing.UnreadableFile, match="the process that read it was ended"):
            next(items)


def test_no_process_is_made_beside_other_threads() -> None:
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    try:
        assert not apart.is_possible()
    finally:
        done.set()
        thread.join()


class Ending(importing.LeadsTarget):
    """Ends the process that reads at one row, unless it is the one that writes."""

    def prepare(self, record, mapping):
        if record.values["name"] == "Ada Nr9" and os.getpid() != OURS:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().prepare(record, mapping)


class Raising(importing.LeadsTarget):
    def prepare(self, record, mapping):
        if record.values["name"] == "Ada Nr9" and os.getpid() != OURS:
            raise ZeroDivisionError("by nothing")
        return super().prepare(record, mapping)


@pytest.mark.django_db
@pytest.mark.usefixtures("read_apart")
@pytest.mark.parametrize(
    ("target", "reason"),
    [(Ending, "the process that read it was ended"), (Raising, "ZeroDivisionError: by nothing")],
)
def test_reading_that_breaks_off_is_told_and_loses_nothing(tmp_path: Path, target: type, reason: str) -> None:
    path = write(tmp_path / "leads.csv", [row(number) for number in range(12)])
    with pytest.raises(importing.UnreadableFile) as told:
        load(path, target=target())
    assert str(told.value) == (
        f"Reading the file broke off ({reason}). Import it again: it goes on where it stopped."
    )
    run = ImportRun.objects.get()
    assert (run.finished_at, run.rows_done) == (None, Lead.objects.count())
    assert run.rows_done in {0, 4, 8}
    assert counts(load(path)) == (12, 0, 0, 0)
    assert (Lead.objects.count(), ImportRun.objects.count()) == (12, 1)


@pytest.mark.django_db
@pytest.mark.usefixtures("read_apart")
def test_file_that_cannot_be_read_on_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(self: Sheet) -> Iterator[object]:
        raise importing.UnreadableFile("The file is gone.")
        yield

    monkeypatch.setattr(Sheet, "__iter__", gone)
    with pytest.raises(importing.UnreadableFile, match=r"^The file is gone\.$"):
        load(write(tmp_path / "leads.csv", [row(1)]))


@pytest.mark.django_db
def test_results_are_those_of_one_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [row(number % 9, created="bad" if number == 6 else "2026-01-01") for number in range(12)]
    rows[4] = rows[4][:3]
    path = write(tmp_path / "leads.csv", rows)
    monkeypatch.setattr(engine, "CHUNK", 4)
    shares: list[float] = []

    def found() -> tuple[object, ...]:
        run = load(path, progress=lambda _done, share: shares.append(share))
        rejects = list(run.rejects.order_by("line").values_list("line", "row", "reason"))
        leads = list(Lead.objects.order_by("email_key").values_list("name", "email", "origins", "created_at"))
        return counts(run), rejects, leads

    alone = found()
    Lead.objects.all().delete()
    monkeypatch.setattr(engine, "WORTH_A_PROCESS", 0)
    monkeypatch.setattr(apart, "is_possible", lambda: True)
    assert found() == alone
    assert shares[-1] == 1.0
