"""Two callers at one moment; apart, as neither would see rows that a module keeps in its transaction."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest
from rest_framework.request import Request

from portal.api import matching
from sla.models import Handoff
from tests import factories
from tests.portal.api.conftest import Caller
from tests.sla.races import at_once
from tests.sla.scene import accepted, scene


def given_away_at_once(monkeypatch: pytest.MonkeyPatch) -> Counter[int]:
    """Let two programs of a manager, which saw the same, give one lead to two people at one moment."""
    play, both = scene(), threading.Barrier(2)
    handoff, manager = accepted(play), play.cast.sales_manager
    others = [factories.user("rep", play.cast.sales, name) for name in ("Ann", "Ben")]
    address, call = f"/handoffs/{handoff.pk}/reassign/", Caller(manager)
    seen = call("GET", f"/handoffs/{handoff.pk}/")["ETag"]
    compare = matching.check

    def check(*args: Any, **options: Any) -> None:
        compare(*args, **options)
        both.wait(20)

    monkeypatch.setattr(matching, "check", check)
    calls = [partial(call, "POST", address, {"to": one.pk}, if_match=seen) for one in others]
    return Counter(answer.status_code for answer in at_once(calls))


@pytest.mark.postgres_only
@pytest.mark.django_db(transaction=True)
def test_of_two_who_saw_the_same_one_moves_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert given_away_at_once(monkeypatch) == {200: 1, 412: 1}


@pytest.mark.postgres_only
@pytest.mark.django_db(transaction=True)
def test_control_comparing_only_before_lets_both_move_it(monkeypatch: pytest.MonkeyPatch) -> None:
    turns = threading.Lock()

    @contextmanager
    def careless(request: Request, handoff: Handoff) -> Iterator[None]:
        matching.check(request, handoff)
        with turns:
            yield

    monkeypatch.setattr(matching, "held", careless)
    assert given_away_at_once(monkeypatch) == {200: 2}
