"""All waiting leads judged at once, in rounds and in shares."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command

from leads import marks
from leads.models import FactChange
from sla import intake, sweep
from sla.models import Standing
from sla.sweep import judging
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def leads() -> list[int]:
    factories.signed_version()
    return [factories.make_lead(employees=10).pk for _ in range(5)]


def test_judge_all_goes_round_until_no_mark_waits(leads: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judging, "AT_ONCE", 2)
    assert sweep.judge_all(now=NOW) == 5
    assert set(Standing.objects.values_list("pk", flat=True)) == set(leads)
    assert not FactChange.objects.exists()


def test_mark_left_behind_while_judging_is_taken_up_by_the_same_run(
    leads: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its moment is before all that was judged already."""
    monkeypatch.setattr(judging, "AT_ONCE", 2)
    honest, arriving = intake.drain, [leads[0]]

    def busy(**how: Any) -> int:
        taken = honest(**how)
        if arriving:
            marks.mark(lead_ids=[arriving.pop()], since=NOW - timedelta(days=400), now=NOW)
        return taken

    monkeypatch.setattr(intake, "drain", busy)
    assert judging.judge_marked(now=NOW) == 6
    assert not FactChange.objects.exists()


def test_two_shares_judge_every_lead_once(leads: list[int]) -> None:
    judged = [judging.judge_marked(now=NOW, share=(part, 2)) for part in range(2)]
    assert sum(judged) == 5
    assert not FactChange.objects.exists()


def test_a_sweep_whose_time_is_over_leaves_the_rest_to_the_next(
    leads: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judging, "AT_ONCE", 2)
    assert judging.judge_marked(now=NOW, seconds=0) == 2
    assert len(marks.waiting(NOW, 10)) == 3


def test_command_says_how_many_were_judged(leads: list[int], capsys: pytest.CaptureFixture[str]) -> None:
    call_command("judge")
    assert capsys.readouterr().out == "5 leads judged.\n"
