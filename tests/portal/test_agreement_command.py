"""`manage.py agreement`: in as a draft, out without loss, every fault with its path."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from leads.choices import Role
from sla.models import AgreementVersion
from tests import factories

pytestmark = pytest.mark.django_db


def run(*arguments: Any) -> str:
    out = io.StringIO()
    call_command("agreement", *(str(argument) for argument in arguments), stdout=out)
    return out.getvalue()


def verified() -> str:
    out = io.StringIO()
    call_command("verify_agreements", stdout=out)
    return out.getvalue()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "agreement.json"
    data = factories.agreement_data(preamble="Größe & “quotes”")
    path.write_text(json.dumps(data), encoding="utf-8")
    return path


def test_load_export_load_is_the_same_version(file: Path, tmp_path: Path) -> None:
    assert run("load", file).startswith("default v1  draft  from 2026-06-01")
    exported = tmp_path / "out.json"
    exported.write_text(run("export", "default"), encoding="utf-8")
    first = AgreementVersion.objects.get()
    run("load", exported, "--key", "copy")
    assert set(AgreementVersion.objects.values_list("sha256", flat=True)) == {first.sha256}
    assert run("list").count("\n") == 2


def test_faults_are_named_by_path(file: Path) -> None:
    data = json.loads(file.read_text(encoding="utf-8"))
    data["tiers"][0]["grid"] = ["Z9"]
    data["commitments"][0]["target"] = 7
    file.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(CommandError) as refusal:
        run("load", file)
    paths = [line.split(":")[0] for line in str(refusal.value).splitlines()]
    assert paths == ["tiers[0].grid[0]", "commitments[0].target"]
    assert not AgreementVersion.objects.exists()


@pytest.mark.parametrize(
    ("content", "words"), [(None, "cannot be read"), ("{", "is not JSON"), ('["list"]', "object")]
)
def test_what_is_no_agreement_is_refused(tmp_path: Path, content: str | None, words: str) -> None:
    path = tmp_path / "x.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(CommandError, match=words):
        run("load", path)


def test_sign_and_activate(file: Path) -> None:
    factories.calendar()
    run("load", file)
    with pytest.raises(CommandError, match="Both sides"):
        run("activate", "default")
    for role, side in ((Role.MARKETING_MANAGER, "marketing"), (Role.SALES_MANAGER, "sales")):
        person = factories.user(role)
        run("sign", "default", "--as", person.email.upper(), "--side", side)
    with pytest.raises(CommandError):
        run("sign", "default", "--as", person.email, "--side", "marketing")
    assert "active" in run("activate", "default")
    assert verified() == "1 versions checked, every text fits its hash.\n"


def test_a_baseline_needs_no_signatures(file: Path) -> None:
    factories.calendar()
    data = {**json.loads(file.read_text(encoding="utf-8")), "review_due_on": None, "starts_on": "2021-01-01"}
    file.write_text(json.dumps(data), encoding="utf-8")
    assert "v1 baseline  draft" in run("load", file, "--key", "history", "--baseline")
    assert "v1 baseline  active" in run("activate", "history")


@pytest.mark.parametrize("arguments", [("export", "nothing"), ("export", "default", "--version", "7")])
def test_unknown_versions_are_named(file: Path, arguments: tuple[str, ...]) -> None:
    run("load", file)
    with pytest.raises(CommandError, match=arguments[1]):
        run(*arguments)


def test_verify_names_what_was_altered(file: Path) -> None:
    run("load", file)
    AgreementVersion.objects.update(canonical_text="altered")
    with pytest.raises(CommandError, match="default v1"):
        verified()
