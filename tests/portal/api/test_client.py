"""The client of the documentation runs against a real server, as it says."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from pytest_django.live_server_helper import LiveServer

from sla.models import Handoff
from tests import company
from tests.portal.api.conftest import Caller

CLIENT = Path(settings.BASE_DIR, "docs", "client.py")


def run(server: LiveServer, key: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, str(CLIENT), server.url],
        env={"CONCORD_KEY": key, "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout.splitlines()


@pytest.mark.django_db(transaction=True)
def test_client_of_the_documentation_runs(live_server: LiveServer) -> None:
    at = company.company()
    offered = company.offered(at, "Own Ltd")
    key = Caller(at.cast.rep).secret
    said = run(live_server, key)
    assert said[0].startswith("Acting for Rita Rep (rep)")
    assert said[1:4] == [
        "1 sales-ready leads",
        f"Touch of lead {offered.lead_id}: created",
        f"Accepted handoff {offered.pk}",
    ]
    assert any(line.startswith("  first_touch until ") for line in said[4:])
    assert Handoff.objects.get(pk=offered.pk).state == "accepted"
    assert run(live_server, key)[-1] == "No offer waits for you."


def test_document_names_every_scope() -> None:
    text = Path(settings.BASE_DIR, "docs", "api.md").read_text()
    from_text = {line.split("`")[1] for line in text.splitlines() if line.startswith("| `")}
    assert from_text == {"read", "facts", "moves", "agreements", "imports", "admin"}
