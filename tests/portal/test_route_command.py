"""`manage.py route`: says how many leads of past days would have gone where, and touches nothing."""

import json

import pytest
from django.core.management import CommandError, call_command

from sla import handoffs
from sla.models import Handoff
from tests import factories
from tests.factories import NOW
from tests.sla.scene import scene

pytestmark = pytest.mark.django_db
DAY = NOW.date().isoformat()


@pytest.fixture
def rules(tmp_path):
    def write(**changes):
        path = tmp_path / "rules.json"
        path.write_text(json.dumps(changes))
        return str(path)

    return write


def test_says_who_would_have_got_how_many(rules, capsys):
    play = scene()
    for _ in range(4):
        handoffs.offer(lead=factories.ready_lead(), now=NOW)
    before = list(Handoff.objects.values())
    call_command("route", "--dry-run", f"--from={DAY}", f"--to={DAY}", "--with", rules(method="pull"))
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "4 leads were routed; 4 would have gone elsewhere."
    assert lines[-1].split() == ["0", "4", "the", "pool"]
    assert f"     1      0  {play.rep}" in lines
    assert list(Handoff.objects.values()) == before


def test_faulty_rules_are_named_with_their_place(rules):
    scene()
    with pytest.raises(CommandError, match=r"routing\.method"):
        call_command("route", "--dry-run", f"--from={DAY}", f"--to={DAY}", "--with", rules(method="dice"))


def test_unknown_agreement_is_refused():
    scene()
    with pytest.raises(CommandError, match="No agreement"):
        call_command("route", "--dry-run", f"--from={DAY}", f"--to={DAY}", "--agreement", "nowhere")
