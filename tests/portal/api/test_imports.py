"""A file brought in and taken back by a machine."""

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from leads.models import Lead
from portal import imports
from portal.models import ImportJob
from tests.company import Company
from tests.portal.api.conftest import ROOT, Caller, problem

pytestmark = pytest.mark.django_db
PEOPLE = b"Id,Name,Company,Email\n1,Ada Park,Vela,ada@example.com\n"


def test_import_walks_by_machine_and_is_taken_back_once(at: Company, tmp_path: Path, settings) -> None:
    settings.MEDIA_ROOT = tmp_path
    call = Caller(at.cast.marketer)
    sent = {"kind": "leads", "file": SimpleUploadedFile("people.csv", PEOPLE)}
    made = call.client.post(f"{ROOT}/imports/", sent, headers={"Authorization": f"Bearer {call.secret}"})
    assert made.status_code == 201, made.content
    job, address = ImportJob.objects.get(), f"/imports/{made.json()['id']}/"
    assert call("PUT", f"{address}mapping/", {"mapping": imports.guessed(job)}).status_code == 200
    problem(call("POST", f"{address}undo/"), 409, "too_late")
    for step in ("check", "import"):
        assert call("POST", f"{address}start/", {"step": step}).status_code == 202
        imports.work(now=timezone.now)
    assert call.get("/leads/?q=ada+park")["count"] == 1
    asked = call("POST", f"{address}undo/")
    assert (asked.status_code, asked.json()["state"]) == (202, "waiting")
    imports.work(now=timezone.now)
    assert call.get(address)["report"]["undone"]["erased"] == 1
    assert not Lead.objects.alive().exists()
    problem(call("POST", f"{address}undo/"), 409, "too_late")
