"""After an erasure no table tells of the person; what was counted stays, and the log is unbroken."""

import json
from datetime import timedelta

import pytest
from django.apps import apps
from django.db.models import TextField
from django.db.models.functions import Cast

from leads import audit, facts, keys, touches
from leads.choices import Role
from leads.models import (
    AuditEntry,
    Deal,
    ExternalId,
    ImportReject,
    ImportRun,
    Lead,
    OutboxMessage,
    User,
)
from leads.queries import search
from portal.checks import missing_guards
from sla import erasure, handoffs, invariants
from sla.models import Clock, Handoff, Snapshot
from tests import factories
from tests.factories import NOW
from tests.sla import scene

pytestmark = pytest.mark.django_db
NAME, EMAIL, PHONE = "Jörg Quandelmeier", "joerg.q@example.com", "+43 660 5550199"
SOON = NOW + timedelta(minutes=5)


@pytest.fixture
def play() -> scene.Scene:
    return scene.scene()


@pytest.fixture
def olga() -> User:
    return factories.user(Role.OPERATIONS, None, "Olga Brandt")


def told_everywhere(play: scene.Scene) -> Lead:
    """Return a lead whose name stands in every place that people or files write to."""
    lead = factories.ready_lead(name=NAME, email=EMAIL, phone=PHONE)
    facts.update_lead(lead=lead, changes={"attributes": {"assistant of": NAME}}, now=NOW, actor=play.marketer)
    facts.learn_bant(
        lead=lead, kind="authority", text=f"{NAME}, CFO", known_at=NOW, now=NOW, actor=play.marketer
    )
    facts.set_next_step(lead=lead, step=f"Call {NAME}", on=NOW.date(), now=NOW, actor=play.marketer)
    touches.add(
        lead=lead,
        side="marketing",
        kind="mail",
        happened_at=NOW,
        now=NOW,
        summary=f"Wrote to {EMAIL}",
        source="crm",
        external_id=EMAIL,
    )
    ExternalId.objects.create(lead=lead, system="crm", external_id=EMAIL)
    Deal.objects.create(account=lead.account, lead=lead, name=f"Deal with {NAME}", recorded_at=NOW)
    run = ImportRun.objects.create(
        kind="leads", file_name="f.csv", file_sha256="", mapping={}, mapping_sha256="", started_at=NOW
    )
    ImportReject.objects.create(run=run, line=2, row=[NAME, EMAIL, PHONE], reason="Twice.")
    offer = scene.offered(play, lead)
    handoffs.ask(handoff=offer, actor=play.rep, text=f"Is {NAME} the buyer?", now=NOW)
    return Lead.objects.get(pk=lead.pk)


def told(*words: str) -> list[str]:
    """Return every column of every table that still holds one of the words."""
    spelled = {one for word in words for one in (word, word.lower(), json.dumps(word)[1:-1])}
    found = []
    for model in apps.get_models():
        if not model._meta.managed:
            continue
        for field in model._meta.concrete_fields:
            kind = field.get_internal_type()
            if kind not in ("CharField", "TextField", "JSONField", "EmailField", "SlugField", "URLField"):
                continue
            rows = model._base_manager.annotate(as_text=Cast(field.name, TextField()))
            if any(rows.filter(as_text__icontains=word).exists() for word in spelled):
                found.append(f"{model._meta.db_table}.{field.name}")
    return found


def test_nothing_tells_of_the_person_any_more(play: scene.Scene, olga: User) -> None:
    lead = told_everywhere(play)
    words = (NAME, EMAIL, PHONE, keys.phone_key(PHONE))
    assert len(told(*words)) > 8
    erasure.erase(lead=lead, now=SOON, actor=olga)
    assert told(*words) == []
    assert audit.broken() == []
    assert missing_guards() == []


def test_history_is_guarded_again(play: scene.Scene, olga: User) -> None:
    lead = told_everywhere(play)
    erasure.erase(lead=lead, now=SOON, actor=olga)
    with pytest.raises(Exception, match="append-only"):
        Snapshot.objects.filter(handoff__lead=lead).update(title="Chief")


@pytest.mark.parametrize(
    ("state", "leg"),
    [("offered", 1), ("accepted", 1), ("qualified", 1), ("converted", 1), ("offered", 2), ("accepted", 2)],
)
def test_an_open_handoff_is_withdrawn_and_its_clocks_end(
    play: scene.Scene, olga: User, state: str, leg: int
) -> None:
    lead = scene.in_state(play, state, leg).lead
    erasure.erase(lead=lead, now=SOON, actor=olga)
    assert not Handoff.objects.open().filter(lead=lead).exists()
    assert not Clock.objects.open().filter(lead=lead).exists()
    assert [finding for finding in invariants.audit(SOON) if finding.count] == []


def test_an_erased_lead_is_found_by_nobody(play: scene.Scene, olga: User) -> None:
    lead = told_everywhere(play)
    erasure.erase(lead=lead, now=SOON, actor=olga)
    assert not Lead.objects.visible_to(olga).filter(pk=lead.pk).exists()
    assert search(user=olga, text="Quandelmeier") == []
    assert facts.create_lead(account=lead.account, email=EMAIL, now=SOON).pk != lead.pk
    with pytest.raises(erasure.AlreadyErased):
        erasure.erase(lead=lead, now=SOON, actor=olga)


def test_what_was_counted_stays(play: scene.Scene, olga: User) -> None:
    lead = scene.in_state(play, "won").lead
    kept = (Handoff, Clock, Snapshot, Deal, OutboxMessage)
    before = {model: model._default_manager.count() for model in kept}
    erasure.erase(lead=lead, now=SOON, actor=olga)
    assert {model: model._default_manager.count() for model in before} == before
    entry = AuditEntry.objects.filter(stream=f"lead:{lead.pk}").order_by("seq").last()
    assert (entry.verb, entry.actor_id, entry.data) == ("erased", olga.pk, {"records": 1})


def test_other_people_keep_theirs(play: scene.Scene, olga: User) -> None:
    other = factories.make_lead(name="Ada Ito", email="ada@example.com")
    erasure.erase(lead=told_everywhere(play), now=SOON, actor=olga)
    other.refresh_from_db()
    assert (other.name, other.erased_at) == ("Ada Ito", None)
