"""Two records of one person: suspected by phone, name and company, merged without losing history."""

from datetime import timedelta

import pytest

from leads import audit
from leads.choices import BantKind
from leads.models import AuditEntry, ExternalId, Lead, Touch
from sla import handoffs, intake, merging
from sla.models import Clock, Handoff
from tests import factories
from tests.factories import NOW
from tests.sla.scene import MINUTE, accepted, offered, scene

pytestmark = pytest.mark.django_db


def found():
    pairs, _more = merging.suspects()
    return {(one.first.name, one.second.name): one.because for one in pairs}


def test_same_phone_and_near_name_are_suspected_across_companies():
    factories.make_lead("Marina Wallmann", company="Nord Steel", phone="+43 660 1234567")
    factories.make_lead("Wallmann, Marina", company="Nordsteel GmbH", phone="0043 660 1234567")
    assert found() == {("Marina Wallmann", "Wallmann, Marina"): "phone"}


def test_colleagues_who_share_a_switchboard_are_two_people():
    account = factories.make_account("Nord Steel")
    factories.make_lead("Marina Wallmann", account=account, phone="+43 1 555000")
    factories.make_lead("Jonas Berger", account=account, phone="+43 1 555000")
    assert found() == {}


def test_same_name_is_suspected_only_at_the_same_company():
    factories.make_lead("Elena Brandt", company="Rhein Optics GmbH")
    factories.make_lead("Elena Brandt", company="Rhein Optics")
    factories.make_lead("Elena Brandt", company="Vela Foods")
    assert found() == {("Elena Brandt", "Elena Brandt"): "name"}


def test_near_names_at_one_account_are_suspected():
    account = factories.make_account("Tarn Tools")
    factories.make_lead("Kerstin Lindström", account=account)
    factories.make_lead("Kerstin Lindstroem", account=account)
    factories.make_lead("Stefan Vos", account=account)
    assert len(found()) == 1


def test_pair_called_distinct_is_not_suspected_again():
    play = scene()
    account = factories.make_account("Tarn Tools")
    second = factories.make_lead("Kerstin Vos", account=account)
    first = factories.make_lead("Kersten Vos", account=account)
    assert len(found()) == 1
    merging.distinct(first=first, second=second, actor=play.marketer, now=NOW)
    assert found() == {}


def test_merged_lead_has_what_both_had():
    play = scene()
    keep, other = factories.make_lead("Elena Brandt", title=""), factories.make_lead("E. Brandt", title="CFO")
    ExternalId.objects.create(lead=other, system="crm", external_id="4711")
    factories.add_touch(other)
    intake.learn(lead=other, kind=BantKind.NEED, text="A second line", known_at=NOW, now=NOW)
    merging.merge(keep=keep, other=other, actor=play.marketer, now=NOW)
    keep.refresh_from_db()
    other.refresh_from_db()
    assert (keep.name, keep.title, other.merged_into) == ("Elena Brandt", "CFO", keep)
    assert Touch.objects.get().lead == keep
    assert ExternalId.objects.get().lead == keep
    assert keep.bant_facts.get().text == "A second line"
    verbs = AuditEntry.objects.filter(verb="merged").values_list("stream", flat=True)
    assert set(verbs) == {f"lead:{keep.pk}", f"lead:{other.pk}"}
    assert audit.broken() == []
    assert not Clock.objects.open().filter(lead=other).exists()


def test_merged_leads_are_judged_anew_together():
    play = scene()
    keep = factories.make_lead(employees=120)
    other = factories.make_lead()
    factories.add_touch(other)
    merging.merge(keep=keep, other=other, actor=play.marketer, now=NOW)
    assert Lead.objects.get(pk=keep.pk).stage == "mql"
    assert Handoff.objects.get().lead == keep


def test_record_with_sales_stays_and_its_clocks_run_on():
    play = scene()
    handoff = accepted(play)
    older = factories.make_lead()
    kept = merging.merge(keep=older, other=handoff.lead, actor=play.marketer, now=NOW)
    assert kept == handoff.lead
    assert Clock.objects.open().filter(handoff=handoff, lead=kept).exists()
    assert merging.survivor(Lead.objects.get(pk=kept.pk), factories.make_lead()) == kept


def test_closed_handoffs_of_both_become_rounds_of_one():
    play = scene()
    earlier = offered(play, now=NOW - timedelta(days=2))
    handoffs.decline(handoff=earlier, actor=play.rep, reason="no_budget", now=NOW - timedelta(days=2))
    current = offered(play)
    merging.merge(keep=current.lead, other=earlier.lead, actor=play.marketer, now=NOW)
    rounds = Handoff.objects.filter(lead=current.lead).order_by("cycle").values_list("pk", "cycle")
    assert list(rounds) == [(earlier.pk, 1), (current.pk, 2)]
    current.refresh_from_db()
    assert handoffs.accept(handoff=current, actor=play.rep, now=NOW + MINUTE).state == "accepted"


def test_two_leads_with_sales_are_refused():
    play = scene()
    first, second = offered(play), offered(play)
    with pytest.raises(merging.BothWithSales):
        merging.merge(keep=first.lead, other=second.lead, actor=play.marketer, now=NOW)
    assert Lead.objects.filter(merged_into__isnull=False).count() == 0


def test_what_is_merged_already_is_refused():
    play = scene()
    keep, other = factories.make_lead(), factories.make_lead()
    merging.merge(keep=keep, other=other, actor=play.marketer, now=NOW)
    for pair in ((keep, other), (keep, keep)):
        with pytest.raises(merging.AlreadyMerged):
            merging.merge(keep=pair[0], other=pair[1], actor=play.marketer, now=NOW)
