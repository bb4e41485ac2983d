"""Writers of accounts and leads."""

from datetime import timedelta

import pytest

from leads import audit, facts
from leads.models import AuditEntry, ExternalId, Lead
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def test_create_lead_sets_keys_and_ids() -> None:
    account = factories.make_account("Noordkade B.V.", country="Netherlands")
    lead = facts.create_lead(
        account=account,
        now=NOW,
        name="Zoë Berg",
        email="Zoe@Example.org",
        phone="020 555 0101",
        external_ids=[("salesforce", "00Q5g00000Ax00k")],
    )
    assert (lead.name_key, lead.email_key, lead.phone_key) == ("zoe berg", "zoe@example.org", "31205550101")
    assert "noordkade" in lead.search_text
    assert ExternalId.objects.get(lead=lead).external_id == "00Q5g00000Ax00kEAB"


def test_update_lead_touches_only_what_differs() -> None:
    lead = factories.make_lead("Ann", title="CFO")
    assert facts.update_lead(lead=lead, changes={"title": "CFO", "name": "Ann"}, now=NOW) is False
    assert facts.update_lead(lead=lead, changes={"title": "CEO"}, now=NOW) is True
    assert Lead.objects.get().title == "CEO"


def test_update_lead_merges_attributes() -> None:
    lead = factories.make_lead(attributes={"size": "L", "tag": "x"})
    facts.update_lead(lead=lead, changes={"attributes": {"size": "XL", "tag": None, "new": 1}}, now=NOW)
    assert Lead.objects.get().attributes == {"size": "XL", "new": 1}


def test_update_lead_keeps_what_somebody_else_added_meanwhile() -> None:
    lead = factories.make_lead(attributes={"size": "L"})
    as_read = Lead.objects.get(pk=lead.pk)
    facts.update_lead(lead=lead, changes={"attributes": {"floor": 3}}, now=NOW)
    facts.update_lead(lead=as_read, changes={"attributes": {"size": "XL"}}, now=NOW)
    assert Lead.objects.get().attributes == {"size": "XL", "floor": 3}


def test_update_lead_refuses_an_address_that_is_taken() -> None:
    other = factories.make_lead(email="ann@example.org")
    lead = factories.make_lead()
    with pytest.raises(facts.DuplicateEmail) as refusal:
        facts.update_lead(lead=lead, changes={"email": "ANN@example.org "}, now=NOW)
    assert refusal.value.lead_id == other.pk


def test_two_leads_may_share_an_invalid_address() -> None:
    factories.make_lead(email="n/a")
    assert factories.make_lead(email="n/a").email_key == ""


@pytest.mark.parametrize("name", ["stage", "owner_id", "email_key", "nonsense"])
def test_update_lead_refuses_what_is_no_fact(name: str) -> None:
    with pytest.raises(facts.UnknownFact):
        facts.update_lead(lead=factories.make_lead(), changes={name: "x"}, now=NOW)


def test_rename_account_is_found_under_the_new_name() -> None:
    lead = factories.make_lead("Ann", company="Old Works")
    facts.update_account(account=lead.account, changes={"name": "New Works"}, now=NOW)
    found = Lead.objects.get()
    assert ("new works" in found.search_text, "old works" in found.search_text) == (True, False)
    assert found.account.name_key == "new works"


def test_an_act_of_a_person_is_logged_without_values() -> None:
    lead, user = factories.make_lead("Ann"), factories.user()
    facts.update_lead(lead=lead, changes={"name": "Secret Name"}, now=NOW, actor=user)
    entry = AuditEntry.objects.get(stream=f"lead:{lead.pk}")
    assert (entry.verb, entry.actor_id, entry.data) == ("edited", user.pk, {"facts": ["name"]})
    assert audit.broken() == []


def test_consent_and_bant_refuse_unknown_codes() -> None:
    lead = factories.make_lead()
    with pytest.raises(facts.UnknownFact):
        facts.record_consent(lead=lead, channel="fax", state="given", happened_at=NOW, now=NOW)
    with pytest.raises(facts.UnknownFact):
        facts.learn_bant(lead=lead, kind="mood", known_at=NOW, now=NOW)


def test_next_step_is_new_only_once() -> None:
    lead = factories.make_lead()
    on = (NOW + timedelta(days=3)).date()
    assert facts.set_next_step(lead=lead, step="Call", on=on, now=NOW) is True
    assert facts.set_next_step(lead=lead, step="Call", on=on, now=NOW) is False
