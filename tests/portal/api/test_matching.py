"""What a caller saw is compared once more by the move itself: nobody comes in between."""

from typing import Any

import pytest
from django.db.models import F

from leads.models import Lead
from portal.api import matching
from sla import agreements
from sla.models import AgreementVersion, Handoff
from tests import company, factories
from tests.company import Company
from tests.portal.api.conftest import Caller, problem

MOVES: list[tuple[str, str, dict[str, Any]]] = [
    ("offered", "accept", {}),
    ("offered", "decline", {"reason": "no_budget"}),
    ("offered", "ask", {"text": "Which plant?"}),
    ("accepted", "rate", {"quality": "better"}),
    ("accepted", "undo", {}),
    ("accepted", "qualify", {"exception": "Known"}),
]


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Return a list whose one act is done right after what the caller saw was compared."""
    acts: list[Any] = []
    compare = matching.check

    def check(*args: Any, **options: Any) -> None:
        compare(*args, **options)
        acts.pop()()

    monkeypatch.setattr(matching, "check", check)
    return acts


@pytest.mark.django_db
@pytest.mark.parametrize(("state", "verb", "said"), MOVES, ids=[verb for _state, verb, _said in MOVES])
def test_a_move_is_refused_once_another_came_in_between(
    at: Company, meanwhile: list[Any], state: str, verb: str, said: dict[str, Any]
) -> None:
    handoff = getattr(company, state)(at, "Own Ltd")
    call = Caller(at.cast.rep)
    seen = call("GET", f"/handoffs/{handoff.pk}/")["ETag"]
    mine = Handoff.objects.filter(pk=handoff.pk)
    meanwhile.append(lambda: mine.update(seq=F("seq") + 1))
    before = mine.values("state", "quality").get()
    answer = call("POST", f"/handoffs/{handoff.pk}/{verb}/", said, if_match=seen)
    problem(answer, 412, "changed_meanwhile")
    assert mine.values("state", "quality").get() == before


@pytest.mark.django_db
def test_a_lead_that_moved_on_in_between_is_not_edited(at: Company, meanwhile: list[Any]) -> None:
    lead = factories.make_lead("Ada Byron", title="Buyer")
    call = Caller(at.cast.marketer)
    seen = call("GET", f"/leads/{lead.pk}/")["ETag"]
    meanwhile.append(lambda: Lead.objects.filter(pk=lead.pk).update(stage_seq=F("stage_seq") + 1))
    answer = call("PATCH", f"/leads/{lead.pk}/", {"title": "CFO"}, if_match=seen)
    problem(answer, 412, "changed_meanwhile")
    assert Lead.objects.get(pk=lead.pk).title == "Buyer"


@pytest.mark.django_db
def test_a_text_rewritten_in_between_is_not_proposed(at: Company, meanwhile: list[Any]) -> None:
    key, text = at.version.agreement.key, at.version.document
    draft = agreements.load(key=key, data={**text, "title": "The next one"}, now=at.now)
    call = Caller(at.cast.marketing_manager)
    seen = call("GET", f"/versions/{draft.pk}/")["ETag"]
    meanwhile.append(lambda: agreements.load(key=key, data={**text, "title": "Another"}, now=at.now))
    problem(call("POST", f"/versions/{draft.pk}/propose/", if_match=seen), 412, "changed_meanwhile")
    assert AgreementVersion.objects.get(pk=draft.pk).state == "draft"
