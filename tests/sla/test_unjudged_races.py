"""A touch that nobody looks at, while an agreement takes effect that does; apart, for it commits."""

import threading
from datetime import timedelta

import pytest

from leads import marks
from sla import agreements, intake, standings
from sla.intake import needs
from sla.models import Standing
from tests import factories
from tests.factories import NOW
from tests.sla.races import at_once
from tests.sla.test_unjudged import called, with_points, worked

pytestmark = [pytest.mark.postgres_only, pytest.mark.django_db(transaction=True)]


def is_counted(monkeypatch: pytest.MonkeyPatch) -> bool:
    """Log a call; when it is seen that nobody looks at it, let such an agreement take effect and judge.

    Return whether the standing holds what an explanation would.
    """
    lead, later = worked(), NOW + timedelta(hours=2)
    dates = {"starts_on": later.date().isoformat(), "review_due_on": "2027-02-01"}
    draft = agreements.load(key="default", data=factories.agreement_data(**dates, **with_points()), now=later)
    for side, role in (("marketing", "marketing_manager"), ("sales", "sales_manager")):
        person = factories.user(role)
        agreements.sign(version=draft, user=person, side=side, name=person.name, now=later)
    is_seen, is_judged = threading.Event(), threading.Event()
    honest = needs.of_touch

    def slow(*told: object) -> needs.Need | None:
        is_seen.set()
        is_judged.wait(1)
        return honest(*told)

    def take_effect() -> None:
        is_seen.wait(10)
        agreements.activate(version=draft, now=later)
        intake.drain(now=later)
        is_judged.set()

    with monkeypatch.context() as patch:
        patch.setattr(needs, "of_touch", slow)
        touch, nothing = at_once([lambda: called(lead), take_effect])
    assert (touch.lead_id, nothing) == (lead.pk, None)
    told = standings.explain(lead=lead, now=later).engagement
    return Standing.objects.get(lead=lead).level == told.level.value


def test_agreement_that_takes_effect_meanwhile_counts_the_touch(monkeypatch: pytest.MonkeyPatch) -> None:
    assert is_counted(monkeypatch)


def test_control_without_the_lock_the_touch_is_never_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(marks, "hold", lambda: None)
    assert not is_counted(monkeypatch)
