"""What a commitment counts over a period is counted on its own leg: in the report, its leads and its page."""

import json
from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import translation

from leads.models import Lead
from sla.compliance import members, report
from sla.compliance.periods import Filters, Period
from sla.models import Snapshot
from tests.factories import NOW, cast, make_lead, periodic, signed_version, two_legs
from tests.sla.compliance import rows

pytestmark = pytest.mark.django_db
NOVEMBER = Period(date(2026, 11, 1), date(2026, 11, 30))
YESTERDAY = NOW - timedelta(days=1)
PROMISED = {"volume": {"amount": 20, "params": {"weighted": False, "daily_maximum": None}}}
GIVERS = {1: "marketing", 2: "sales"}
#: kept and counted on each leg, of the handoffs that `place` writes.
EXPECTED = {
    "volume": {1: (2, 2), 2: (6, 6)},
    "quality": {1: (1, 2), 2: (5, 6)},
    "readiness": {1: (1, 1), 2: (2, 3)},
    "feedback": {1: (1, 1), 2: (2, 3)},
    "records": {1: (1, 1), 2: (4, 5)},
}


def promise(kind: str, leg: int) -> dict:
    side = "sales" if kind in ("feedback", "records") else GIVERS[leg]
    terms = {"target": None, **PROMISED[kind]} if kind in PROMISED else {"target": 0.7}
    return periodic(kind, side, code=f"{kind}_{leg}", **terms) | {"leg": leg}


@pytest.fixture
def place():
    """Two handoffs on leg one and six on leg two, kept differently by every measure."""
    people = cast()
    version = signed_version(
        signers=(people.marketing_manager, people.sales_manager),
        legs=two_legs(),
        record=["next_step"],
        commitments=[promise(kind, leg) for kind in EXPECTED for leg in (1, 2)],
    )
    for leg, states in ((1, ("accepted", "declined")), (2, ("accepted",) * 3 + ("won",) * 2 + ("declined",))):
        made = []
        for number, state in enumerate(states):
            made.append(rows.offer(version, people.sales, state, YESTERDAY, leg=leg))
            if leg == 1 or number:
                Lead.objects.filter(pk=made[-1].lead_id).update(next_step_on=NOW.date())
        if leg == 2:
            made[3].quality = "as_expected"
            made[3].save()
        for number, handoff in enumerate(made[: leg * 2 - 1]):
            Snapshot.objects.create(handoff=handoff, is_complete=number < leg, taken_at=YESTERDAY)
    return version, people


@pytest.mark.parametrize("leg", [1, 2])
@pytest.mark.parametrize("kind", EXPECTED)
def test_commitment_over_a_period_counts_its_own_leg(place, kind: str, leg: int) -> None:
    line = report.build(NOVEMBER, Filters(), NOW).line(f"{kind}_{leg}")

    assert (line.kept, line.n) == EXPECTED[kind][leg]
    assert (line.leg, line.side) == (leg, promise(kind, leg)["side"])
    kept = members.of_commitment(line.promise, "kept", NOVEMBER, Filters(), NOW)
    found = members.of_commitment(line.promise, "all", NOVEMBER, Filters(), NOW)
    assert (len(kept), len(found)) == EXPECTED[kind][leg]


def test_behind_the_first_leg_what_sales_generated_counts(place) -> None:
    version, people = place
    for leg in (1, 2):
        rows.offer(
            version, people.sales, "accepted", YESTERDAY, leg=leg, lead=make_lead(is_sales_generated=True)
        )

    found = report.build(NOVEMBER, Filters(), NOW)

    assert (found.line("volume_1").volume.counted, found.line("volume_1").volume.sales_generated) == (2, 1)
    assert (found.line("volume_2").volume.counted, found.line("volume_2").volume.sales_generated) == (7, 0)


def test_lead_handed_over_twice_on_a_leg_counts_once(place) -> None:
    version, people = place
    first = rows.offer(version, people.sales, "declined", YESTERDAY, leg=2)
    rows.offer(version, people.sales, "accepted", YESTERDAY, leg=2, lead=first.lead, cycle=2)

    found = report.build(NOVEMBER, Filters(), NOW)

    assert (found.line("volume_2").volume.counted, found.line("volume_2").volume.recycled) == (7, 1)
    assert found.line("volume_2").volume.days == ((YESTERDAY.date(), 7),)
    assert found.line("volume_1").volume.counted == 2


def test_page_file_api_and_command_tell_of_both_legs(place, client, capsys, time_machine) -> None:
    time_machine.move_to(NOW, tick=False)
    _version, people = place
    client.force_login(people.marketing_manager)
    asked = {"from": "2026-11-01", "to": "2026-11-30"}

    with translation.override("en"):
        page = client.get(reverse("compliance"), {"period": "month"}).content.decode()
        file = client.get(reverse("compliance-csv"), {"period": "month"}).content.decode("utf-8-sig")
    call_command("compliance", "--from", asked["from"], "--to", asked["to"], "--format", "json")
    told = json.loads(capsys.readouterr().out)["commitments"]

    assert "6 leads handed over on leg 2" in page
    assert "2 sales-ready leads handed over" in page
    values = {one["commitment"]: one["value"] for one in told}
    assert (values["volume_1"], values["volume_2"]) == (2, 6)
    assert any(line.startswith("volume_2,Volume,sales,2,") for line in file.splitlines()), file
