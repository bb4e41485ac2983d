"""The command that imports: counts, exit codes, rejects, one sentence when nothing can be done."""

import json
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from leads.models import ImportRun, Lead
from tests.leads.importing.files import mapping, row, write

pytestmark = pytest.mark.django_db


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Return a folder with a mapping and three leads, one of which cannot be taken."""
    (tmp_path / "mapping.json").write_text(json.dumps(mapping()))
    write(tmp_path / "leads.csv", [row(1), row(2), row(3, created="soon")])
    return tmp_path


def import_leads(place: Path, *options: str, kind: str = "leads", file: str = "leads.csv") -> str:
    out = StringIO()
    arguments = [str(place / file), "--mapping", str(place / "mapping.json"), *options]
    call_command("import_records", kind, *arguments, stdout=out)
    return out.getvalue()


def test_counts_are_told_and_rejects_end_in_their_own_code(place: Path):
    rejects = place / "rejects.csv"
    with pytest.raises(SystemExit) as ended:
        import_leads(place, "--rejects", str(rejects))
    assert ended.value.code == 3
    assert ImportRun.objects.values_list("created", "rejected", "rows_done").get() == (2, 1, 3)
    lines = rejects.read_text().splitlines()
    assert lines[0].startswith("line,reason,Id,Name")
    assert lines[1].startswith('4,"Created at: “soon” is no date')


def test_file_without_rejects_ends_well(place: Path):
    write(place / "leads.csv", [row(1), row(2)])
    told = " ".join(import_leads(place).split())
    assert told == "created 2 updated 0 unchanged 0 rejected 0 rows 2"


def test_dry_run_says_so_and_changes_nothing(place: Path):
    write(place / "leads.csv", [row(1)])
    assert import_leads(place, "--dry-run").startswith("Dry run: nothing was changed.\ncreated ")
    assert not Lead.objects.exists()


def test_day_is_kept_with_the_run(place: Path):
    write(place / "leads.csv", [row(1)])
    import_leads(place, "--as-of", "2026-04-01")
    assert ImportRun.objects.get().as_of == date(2026, 4, 1)


@pytest.mark.parametrize(
    ("change", "options", "sentence"),
    [
        ({"mapping.json": "{"}, {}, "The mapping is no JSON: "),
        ({"mapping.json": '{"target": "leads"}'}, {}, "The mapping cannot be used:\n"),
        ({"leads.csv": ""}, {}, "The file is empty."),
        ({}, {"file": "none.csv"}, "The file cannot be opened: No such file or directory."),
        ({}, {"kind": "handoffs"}, "Name the version that judges these handoffs: --version KEY/NUMBER."),
    ],
)
def test_what_cannot_be_done_is_told_in_one_sentence(place: Path, change: dict, options: dict, sentence: str):
    for name, text in change.items():
        (place / name).write_text(text)
    with pytest.raises(CommandError) as caught:
        import_leads(place, **options)
    assert str(caught.value).startswith(sentence)
    assert not ImportRun.objects.exists()


def test_mapping_that_is_not_there_is_told(place: Path):
    (place / "mapping.json").unlink()
    with pytest.raises(CommandError, match="The mapping cannot be opened: No such file or directory"):
        import_leads(place)
