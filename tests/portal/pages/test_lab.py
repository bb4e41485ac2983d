"""The lab's pages: ask, wait, read; and who sees which lead behind a figure."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from portal.forms.drafts import criteria
from portal.lines import lab as lines
from sla import agreements
from sla.lab import runs
from sla.models import AgreementVersion, LabRun
from tests import factories
from tests.factories import NOW, Cast
from tests.portal.drafts.filled import filled
from tests.sla.lab.past import handed

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return factories.cast()


@pytest.fixture
def version(cast: Cast) -> AgreementVersion:
    return factories.signed_version()


LARGE = {"fact": "employees", "op": ">=", "value": 200}


def ask(
    client: Client, version: AgreementVersion, criterion: dict[str, Any] | None = None, **asked: str
) -> LabRun:
    """Ask for a run by the form and do it as the worker would."""
    built = criteria.posted_of(criterion, "criterion")
    form = {"kind": "backtest", "version": version.pk, "months": "12", **asked, **built}
    answer = client.post(reverse("lab-ask"), form)
    assert answer.status_code == 302, answer.content.decode()
    run = runs.take_up(now=NOW)
    assert run
    assert answer["Location"] == reverse("lab-run", args=[run.pk])
    return run


def test_a_back_test_is_asked_for_done_and_read(
    client: Client, cast: Cast, version: AgreementVersion
) -> None:
    handed(version, cast.sales, "declined", reason="no_budget", employees=100, company="Vela")
    handed(version, cast.sales, "won", employees=300, company="Orrin", touched_after=1)
    client.force_login(cast.marketer)
    run = ask(client, version, criterion=LARGE)
    page = client.get(reverse("lab-run", args=[run.pk])).content.decode()
    assert "Keeps out 1 of 1 refused as “No budget”." in page
    assert "Too few to judge." in page
    assert "Vela" in page
    listed = client.get(reverse("lab-leads", args=[run.pk, "lost"])).content.decode()
    assert "Vela" in listed
    assert "Orrin" not in listed


def test_a_team_s_manager_sees_the_figure_but_not_others_leads(
    client: Client, cast: Cast, version: AgreementVersion
) -> None:
    handed(version, cast.elsewhere, "declined", reason="no_budget", employees=100, company="Vela")
    client.force_login(cast.sales_manager)
    run = ask(client, version, criterion=LARGE)
    page = client.get(reverse("lab-leads", args=[run.pk, "lost"])).content.decode()
    assert "1 lead" in page
    assert "Vela" not in page


def test_a_faulty_criterion_is_marked_where_it_stands(
    client: Client, cast: Cast, version: AgreementVersion
) -> None:
    client.force_login(cast.marketer)
    built = criteria.posted_of({"all": [{**LARGE, "value": "many"}]}, "criterion")
    form = {"kind": "backtest", "version": version.pk, "months": "12", **built}
    answer = client.post(reverse("lab-ask"), form)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "This value does not fit the fact and its operator." in page
    assert filled(page, "ask")["criterion.parts[0].value"] == ["many"]
    assert not LabRun.objects.exists()


def test_the_definition_in_force_is_opened_changed_and_tested_by_buttons(
    client: Client, cast: Cast, version: AgreementVersion
) -> None:
    client.force_login(cast.marketer)
    form = filled(client.get(reverse("lab")).content.decode(), "ask")
    page = client.post(reverse("lab-ask"), {**form, "do": "start:criterion"}).content.decode()
    form = filled(page, "ask")
    page = client.post(reverse("lab-ask"), {**form, "do": "wrap:criterion"}).content.decode()
    page = client.post(
        reverse("lab-ask"), {**filled(page, "ask"), "do": "leaf:criterion.parts"}
    ).content.decode()
    form = {**filled(page, "ask"), "criterion.parts[1].what": ["fact country"]}
    page = client.post(reverse("lab-ask"), {**form, "do": "refresh"}).content.decode()
    form = filled(page, "ask")
    form |= {"criterion.parts[1].op": ["="], "criterion.parts[1].value": ["Austria"]}
    assert not LabRun.objects.exists()
    client.post(reverse("lab-ask"), {**form, "do": "ask"})
    own = version.document["gates"]["readiness"]
    added = {"fact": "country", "op": "=", "value": "Austria"}
    assert LabRun.objects.get().asked["criterion"] == {"all": [own, added]}


def test_a_tested_definition_is_sent_to_the_agreement_with_its_test(
    client: Client, cast: Cast, version: AgreementVersion
) -> None:
    client.force_login(cast.marketing_manager)
    run = ask(client, version, criterion=LARGE)
    assert "Send to agreement" in client.get(reverse("lab-run", args=[run.pk])).content.decode()
    answer = client.post(reverse("lab-send", args=[run.pk]))
    draft = AgreementVersion.objects.get(state="draft")
    assert answer["Location"] == reverse("agreement-draft", args=[draft.pk])
    assert draft.document["gates"] == {**version.document["gates"], "readiness": LARGE}
    page = client.get(reverse("agreement-draft", args=[draft.pk])).content.decode()
    assert reverse("lab-run", args=[run.pk]) in page
    assert "under an earlier text" not in page
    assert "Send to agreement" not in client.get(reverse("lab-run", args=[run.pk])).content.decode()


def test_an_open_draft_takes_the_definition_and_loses_what_was_signed(
    client: Client, cast: Cast, version: AgreementVersion
) -> None:
    draft = agreements.amend(version=version, starts_on=NOW.date(), now=NOW, actor=cast.leader)
    agreements.sign(version=draft, user=cast.leader, side="sales", name="Leader", now=NOW)
    client.force_login(cast.sales_manager)
    run = ask(client, version, criterion=LARGE)
    client.post(reverse("lab-send", args=[run.pk]))
    draft.refresh_from_db()
    assert draft.document["gates"]["readiness"] == LARGE
    assert agreements.signed_sides(draft) == set()


def test_a_test_without_a_definition_of_its_own_sends_nothing(
    client: Client, cast: Cast, version: AgreementVersion
) -> None:
    client.force_login(cast.leader)
    run = ask(client, version)
    page = client.post(reverse("lab-send", args=[run.pk]), follow=True).content.decode()
    assert "This test has no definition that a draft could take." in page
    assert AgreementVersion.objects.count() == 1


def test_clocks_and_hours_can_be_asked_about(client: Client, cast: Cast, version: AgreementVersion) -> None:
    client.force_login(cast.sales_manager)
    page = client.get(reverse("lab-run", args=[ask(client, version, kind="whatif").pk]))
    assert "No clock fell due in this time." in page.content.decode()
    page = client.get(reverse("lab-run", args=[ask(client, version, kind="capacity").pk]))
    assert "touches of 10 minutes need" in page.content.decode()


def test_a_run_that_waits_says_so_and_never_runs_twice(
    client: Client, cast: Cast, version: AgreementVersion
) -> None:
    client.force_login(cast.leader)
    client.post(reverse("lab-ask"), {"kind": "capacity", "version": version.pk, "months": "3"})
    run = LabRun.objects.get()
    assert "The worker takes this test up" in client.get(reverse("lab-run", args=[run.pk])).content.decode()
    assert runs.take_up(now=NOW) is not None
    assert runs.take_up(now=NOW) is None


def test_a_reason_on_the_rise_proposes_a_stricter_gate(client: Client, cast: Cast) -> None:
    reasons = [
        {
            **factories.agreement_data()["reasons"][0],
            "code": "too_small",
            "label": "Too small",
            "contradicted_by": {"fact": "employees", "op": ">=", "value": 200},
        },
        *factories.agreement_data()["reasons"],
    ]
    version = factories.signed_version(reasons=reasons)
    for _ in range(12):
        handed(version, cast.sales, "declined", reason="too_small", employees=60)
    client.force_login(cast.marketing_manager)
    client.post(reverse("lab-propose"))
    client.post(reverse("lab-propose"))
    [run] = LabRun.objects.all()
    assert run.reason == "too_small"
    assert run.asked["criterion"]["all"][-1] == {
        "fact": "employees",
        "op": ">=",
        "value": 200,
        "unknown": "missed",
    }
    done = runs.take_up(now=NOW)
    assert done
    assert done.result
    [effect] = done.result["reasons"]
    assert (effect["kept_out"]["k"], effect["kept_out"]["n"]) == (12, 12)
    assert "Too small" in client.get(reverse("lab")).content.decode()


def test_the_command_prints_the_figures_of_the_page(
    cast: Cast, version: AgreementVersion, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    handed(version, cast.sales, "declined", reason="no_budget", employees=100)
    gate = tmp_path / "gate.json"
    gate.write_text('{"fact": "employees", "op": ">=", "value": 200}')
    call_command("lab", "backtest", "--months", "0", "--criterion", str(gate), "--format", "json")
    told = json.loads(capsys.readouterr().out)
    assert (told["handoffs"], told["draft"]["passed"]["k"]) == (1, 0)
    call_command("lab", "backtest", "--months", "0", "--criterion", str(gate))
    assert "Keeps out 1 of 1" in capsys.readouterr().out
    call_command("lab", "truth", "--format", "json")
    assert json.loads(capsys.readouterr().out)["verdict"] == "too_early"


def test_the_command_tells_the_margin_of_each_currency(
    cast: Cast, version: AgreementVersion, capsys: pytest.CaptureFixture[str]
) -> None:
    for currency, margin in (("EUR", "0.4"), ("USD", "0.1")):
        handoff = handed(version, cast.sales, days_ago=300, touched_after=1)
        factories.won_deal(handoff.lead, amount=100, currency=currency, margin=margin)
    call_command("lab", "truth", "--format", "json")
    told = json.loads(capsys.readouterr().out)
    assert (told["margin"], [one["currency"] for one in told["margins"]]) == (None, ["EUR", "USD"])
    call_command("lab", "truth")
    assert "margin 0.4 EUR (n 1) and 0.1 USD (n 1)" in capsys.readouterr().out


def judged(passed: int, turned: int = 0, change: tuple[float, float] = (-0.1, 0.1)) -> dict[str, Any]:
    """Return a result of which the draft passes so many of a hundred, as far as its words need it."""
    sides = {
        name: {"verdict": "proved", "passed": {"k": k}} for name, k in (("draft", passed), ("against", 80))
    }
    won = {"value": 0.0, "low": change[0], "high": change[1]}
    return {
        **sides,
        "handoffs": 100,
        "turned_in": {"n": turned},
        "turned_out": {"n": turned},
        "change": {"won": won},
    }


@pytest.mark.parametrize(
    ("result", "said"),
    [
        (judged(80), "It passes the same leads as the definition in force."),
        (
            judged(80, turned=3, change=(0.1, 0.2)),
            "It passes as many leads as the definition in force, but not the same.",
        ),
        (judged(81, turned=1, change=(0.1, 0.2)), "It passes 1 lead more."),
        (judged(60, turned=20), "It passes 20 leads fewer. The share won cannot be told apart."),
    ],
)
def test_finding_says_whether_the_draft_passes_other_leads(result: dict[str, Any], said: str) -> None:
    assert lines.finding(result) == ("It would be true.", said)


def test_refusals_that_a_draft_spares_are_said_and_none_is_said_once() -> None:
    spared = {"code": "small", "kept_out": {"k": 2, "n": 5}}, {"code": "late", "kept_out": {"k": 0, "n": 9}}
    labels = {"small": "Too small"}
    assert lines.reasons({"reasons": spared}, labels) == ["Keeps out 2 of 5 refused as “Too small”."]
    assert lines.reasons({"reasons": spared[1:]}, labels) == ["None: all 9 leads refused would have passed."]
    assert lines.reasons({"reasons": ()}, labels) == []
