"""Which agreement a lead falls under: order, overlap, gap, and who may see which names."""

import pytest

from leads.models import AuditEntry, FactChange
from sla import agreements, handoffs, intake
from sla.models import AgreementVersion, Standing
from sla.queries import segments
from tests import factories
from tests.factories import NOW, Cast, cast, make_lead, signed_version

pytestmark = pytest.mark.django_db
BIG = {"label": "Big companies", "rule": {"fact": "employees", "op": ">=", "value": 500}}
MACHINES = {"label": "Machinery", "rule": {"fact": "industry", "op": "=", "value": "Machinery"}}


@pytest.fixture
def people() -> Cast:
    return cast()


@pytest.fixture
def order(people: Cast):
    return three_in_order(people)


def three_in_order(people: Cast) -> tuple[AgreementVersion, ...]:
    """Return big, machinery and everybody, asked in this order."""
    both = (people.marketing_manager, people.sales_manager)
    everybody = signed_version(signers=both)
    big = signed_version(key="big", signers=both, segment=BIG, title="Big")
    machines = signed_version(key="machines", signers=both, segment=MACHINES, title="Machines")
    return big, machines, everybody


def falls(user) -> dict[str, int]:
    found = segments.segments(user=user, at=NOW)
    return {one.version.agreement.key: one.falls_under for one in found.found}


def test_the_first_agreement_whose_rule_is_met_takes_the_lead(people: Cast, order) -> None:
    make_lead(company="Both", employees=900, industry="Machinery")
    make_lead(company="Only machines", employees=20, industry="Machinery")
    make_lead(company="Neither", employees=20)
    make_lead(company="Bought", employees=900, stage="customer")

    found = segments.segments(user=people.marketing_manager, at=NOW)

    assert falls(people.marketing_manager) == {"big": 1, "machines": 1, "default": 1}
    assert (found.tried, found.is_all, found.uncovered.count, found.has_gap) == (3, True, 0, False)
    shared = found.found[1].shared[order[0].agreement.name]
    assert [lead.account.name for lead in shared.named] == ["Both"]
    # What everybody else's agreement would cover too is no overlap worth a word.
    assert found.found[2].shared == {}


def test_names_are_only_those_that_the_reader_sees(people: Cast, order) -> None:
    make_lead(company="Hers", employees=900, industry="Machinery", owner=people.rep)
    make_lead(company="Not hers", employees=900, industry="Machinery", owner=people.stranger)

    shared = segments.segments(user=people.rep, at=NOW).found[1].shared[order[0].agreement.name]

    assert shared.count == 2
    assert [lead.account.name for lead in shared.named] == ["Hers"]
    tried = segments.trials(user=people.rep, text="hers", at=NOW)
    assert [one.lead.account.name for one in tried] == ["Hers"]


def test_lead_that_no_rule_covers_is_a_gap(people: Cast, order) -> None:
    make_lead(company="Nobody's", employees=20)
    AgreementVersion.objects.filter(pk=order[2].pk).update(state="superseded")

    found = segments.segments(user=people.leader, at=NOW)

    assert found.has_gap
    assert [lead.account.name for lead in found.uncovered.named] == ["Nobody's"]
    (trial,) = segments.trials(user=people.leader, text="nobody", at=NOW)
    assert trial.taken_by is None


def test_trial_says_which_agreement_takes_a_lead_and_why(people: Cast, order) -> None:
    make_lead(company="Gears Linz", employees=20, industry="Machinery")

    (trial,) = segments.trials(user=people.leader, text="gears", at=NOW)

    assert trial.taken_by.version == order[1]
    assert [(one.version.agreement.key, bool(verdict.is_ready)) for one, verdict in trial.asked] == [
        ("big", False),
        ("machines", True),
    ]
    assert str(trial.asked[0][1].leaves[0].fact)


def test_asking_earlier_changes_who_takes_the_lead_and_is_in_the_log(people: Cast, order) -> None:
    big, machines, _everybody = order
    lead = make_lead(company="Both", employees=900, industry="Machinery")
    intake.drain_lead(lead_id=lead.pk, now=NOW)
    FactChange.objects.all().delete()

    agreements.ask_earlier(
        agreement=machines.agreement_id, before=big.agreement_id, now=NOW, actor=people.leader
    )

    assert falls(people.leader) == {"machines": 1, "big": 0, "default": 0}
    intake.drain(now=NOW)
    assert Standing.objects.get(lead=lead).version == machines
    entry, who = segments.last_moved()
    assert (entry.verb, entry.data["before"], who) == ("asked_earlier", big.agreement_id, people.leader)
    assert AuditEntry.objects.filter(verb="asked_earlier").count() == 1


def test_order_that_changed_meanwhile_moves_nothing(people: Cast, order) -> None:
    big, machines, everybody = order
    pair = {"agreement": machines.agreement_id, "before": big.agreement_id}
    agreements.ask_earlier(**pair, now=NOW, actor=people.leader)

    with pytest.raises(agreements.OrderChanged):
        agreements.ask_earlier(**pair, now=NOW, actor=people.leader)
    with pytest.raises(agreements.EverybodyLast):
        agreements.ask_earlier(
            agreement=everybody.agreement_id, before=big.agreement_id, now=NOW, actor=people.leader
        )
    assert [one.agreement.key for one in agreements.in_force()] == ["machines", "big", "default"]


def test_lead_at_work_stays_with_the_agreement_it_was_offered_under(people: Cast, order) -> None:
    lead = factories.ready_lead("Anna", company="Gears Linz", industry="Machinery", employees=600)
    handoffs.offer(lead=lead, actor=people.marketer, to=people.rep, now=NOW)

    (trial,) = segments.trials(user=people.leader, text="gears", at=NOW)

    assert trial.offered_under == order[0]
