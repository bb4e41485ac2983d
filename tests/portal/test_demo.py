"""The demo company as a newcomer meets it, on a Saturday night."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client, override_settings
from pytest_django.plugin import DjangoDbBlocker

from leads import audit
from leads.choices import Role, Side
from leads.models import Deal, FactChange, Lead, OutboxMessage, Team, User
from portal import demo, logins, navigation
from portal.demo import asking, removing
from portal.demo.market import Market
from sla import agreements, calendars, clocks, standings, sweep
from sla import document as documents
from sla.choices import HandoffState, Ruling
from sla.compliance import regret, report, truth
from sla.compliance.periods import Filters, Period
from sla.models import ActionRow, AgreementVersion, AlignmentLetter, Clock, Handoff, Question, Refusal, Review
from sla.queries import desk, inbox
from tests import factories
from tests.portal.conftest import made_once

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 21, 22, 0, tzinfo=UTC)
ASKER = "Nora New"
OCTOBER = Period(date(2026, 10, 1), date(2026, 10, 31), "Europe/Berlin")


def load() -> demo.Loaded:
    """Load the demo for somebody who works here."""
    asker = factories.user(Role.OPERATIONS, None, ASKER)
    asking.ask(actor=asker, now=NOW)
    found = asking.load(actor_id=asker.pk, now=NOW)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def loaded(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[demo.Loaded]:
    with override_settings(IS_TRYOUT=True), made_once(django_db_blocker, load) as made:
        yield made


@pytest.fixture(autouse=True)
def _at_now(loaded: demo.Loaded, time_machine: Any) -> None:
    time_machine.move_to(NOW, tick=False)


def test_company_is_as_big_as_it_says(loaded: demo.Loaded) -> None:
    assert loaded.leads == Lead.objects.count()
    assert loaded.handoffs == Handoff.objects.count()
    assert 3_800 < loaded.leads < 4_200
    assert 2_000 < loaded.handoffs < 2_700
    assert Lead.objects.earliest("created_at").created_at < NOW - timedelta(days=700)


def test_every_outcome_happened() -> None:
    assert set(Handoff.objects.values_list("state", flat=True).distinct()) == set(HandoffState.values)


def test_every_reason_was_given() -> None:
    reasons = {reason["code"] for reason in documents.default_agreement()["reasons"]}
    given = set(Handoff.objects.exclude(reason_code="").values_list("reason_code", flat=True))
    assert reasons <= given


def test_refusals_have_every_sequel() -> None:
    refusals = Refusal.objects.filter(handoff__is_history=False)
    assert refusals.filter(ruling=Ruling.OVERTURNED).exists()
    assert refusals.filter(ruling=Ruling.UPHELD).exists()
    assert refusals.filter(contested_at__isnull=False, ruled_at=None).count() >= 2
    assert refusals.filter(woken_at__isnull=False).exists()
    assert Question.objects.filter(answered_at=None).count() >= 2
    assert Handoff.objects.open().filter(cycle__gt=1, state="offered").exists()
    assert Handoff.objects.open().filter(rep=None, state="offered").count() == 2


@pytest.mark.parametrize("login", logins.DEMO, ids=lambda login: login.role)
def test_everybody_can_log_in_and_finds_a_first_screen(client: Client, login: logins.Login) -> None:
    answer = client.post("/login/", {"username": login.email, "password": login.password})
    assert answer.status_code == 302
    user = User.objects.get(email=login.email)
    assert client.get(navigation.first_address(user.role)).status_code == 200


def test_rep_finds_leads_that_are_late_due_soon_and_running() -> None:
    mia = User.objects.get(email="mia.keller@example.com")
    found = inbox.inbox(mia, segment="all", day_ends_at=NOW + timedelta(hours=2), limit=100)
    assert found.groups["late"] >= 2
    assert len(found.soon) >= 1
    assert found.counts["accept"] >= 5
    assert found.counts["waiting"] == 1


def test_marketer_finds_every_kind_of_work_on_the_desk() -> None:
    found = desk.desk(tab="all", now=NOW, day_ends_at=NOW + timedelta(hours=2), limit=500)
    for kind in ("returned", "repair", "answer", "track", "contested", "sales", "quiet"):
        assert found.counts[kind] >= 2, kind
    assert found.counts["late"] >= 3


def test_manager_finds_somebody_swamped_and_somebody_away() -> None:
    karim = User.objects.get(email="karim.haddad@example.com")
    assert Handoff.objects.open().filter(rep=karim).count() > karim.max_open
    nina = User.objects.get(email="nina.baumann@example.com")
    assert calendars.away([nina], NOW) == {nina.pk}
    assert Team.objects.filter(side=Side.SALES).count() == 2


def test_sweep_finds_nothing_left_to_do() -> None:
    assert sweep.run(NOW) == sweep.Report()


def test_nothing_is_left_over() -> None:
    assert audit.broken() == []
    assert agreements.verify() == []
    assert not FactChange.objects.exists()
    assert OutboxMessage.objects.filter(fanned_out_at=None).count() < 100
    assert not ActionRow.objects.filter(done_at=None).exists()


def test_clocks_are_what_their_logs_lead_to() -> None:
    ids = list(Clock.objects.order_by("id").values_list("id", flat=True))[::150]
    sample = Clock.objects.filter(pk__in=ids).select_related("commitment")
    assert len(sample) > 100
    for clock in sample:
        assert clocks.replay(clock, NOW).state == clocks.state_of(clock), clock.pk


def test_frozen_facts_are_those_of_the_tables() -> None:
    sample = Handoff.objects.filter(offered_at__lt=NOW - timedelta(days=11)).select_related(
        "lead", "version", "snapshot", "verdict"
    )
    for handoff in sample.order_by("id")[::90]:
        facts = standings.facts_of([handoff.lead_id], handoff.offered_at)[handoff.lead_id]
        snapshot, verdict = standings.frozen(handoff, facts, handoff.offered_at)
        assert snapshot.touches == handoff.snapshot.touches
        assert (snapshot.fit, snapshot.level) == (handoff.snapshot.fit, handoff.snapshot.level)
        assert (verdict.value, verdict.leaves) == (True, handoff.verdict.leaves)


def test_figures_are_those_of_a_company_that_one_believes() -> None:
    found = report.build(OCTOBER, Filters(), NOW)
    assert 0.75 < found.legs[1].acceptance < 0.88
    assert 0.78 < found.line("first_touch").value < 0.95
    assert 0.04 < found.follow_up.never_share < 0.13
    assert 3 < found.follow_up.touches_per_lead < 5
    assert 85 < found.volume.counted < 120 == found.volume.promised
    assert found.weakest is not None
    assert found.weakest.code == "persistence"


def test_definition_is_neither_proved_nor_refuted_yet() -> None:
    found = truth.judge(agreements.current(), NOW)
    assert found.verdict == "too_early"
    assert found.low < 0.3 < found.high


def test_refused_leads_bought_later_and_margins_are_good() -> None:
    assert len(regret.find(None, Filters()).cases) > 20
    won = Deal.objects.filter(state="won", margin__isnull=False)
    assert not won.exclude(margin__gte="0.2", margin__lte="0.5").exists()


def test_versions_follow_each_other_and_history_has_its_own() -> None:
    states = AgreementVersion.objects.order_by("starts_on").values_list("is_baseline", "number", "state")
    ruled = [(True, 1, "active"), (False, 1, "superseded"), (False, 2, "active")]
    assert list(states) == [*ruled, (False, 3, "proposed")]
    for version in AgreementVersion.objects.filter(is_baseline=False).exclude(state="proposed"):
        assert agreements.signed_sides(version) == set(Side.values)
    assert 80 < (agreements.current().review_due_on - NOW.date()).days < 130
    assert not Handoff.objects.filter(is_history=False, version__is_baseline=True).exists()


def test_draft_of_the_next_version_is_argued_over_and_signed_by_one_side() -> None:
    draft = AgreementVersion.objects.get(state="proposed")
    assert agreements.signed_sides(draft) == {"marketing"}
    assert draft.comments.count() == 4
    assert Review.objects.filter(held_on__lte=NOW.date()).count() > 5


def test_same_seed_invents_the_same_people() -> None:
    def people(seed: str) -> list[str]:
        market = Market(Random(seed), range(50), range(50))
        return [f"{lead.name}, {lead.account}" for lead in (market.fitting_lead(NOW) for _ in range(50))]

    assert people("a") == people("a")
    assert people("a") != people("b")


def test_load_demo_refuses_where_anybody_works_already() -> None:
    with pytest.raises(CommandError, match="needs an empty one"):
        call_command("load_demo")


def test_whoever_asked_is_told_and_may_remove_it_again(client: Client) -> None:
    asker = User.objects.get(name=ASKER)
    client.force_login(asker)
    assert "The demo company is loaded." in client.get("/settings/demo/load/").content.decode()
    assert client.get("/settings/demo/load/progress/").headers["HX-Refresh"] == "true"
    assert "Demo data of an invented company." in client.get("/settings/").content.decode()
    assert client.post("/settings/demo/").headers["Location"] == "/setup/"
    assert list(User.objects.values_list("pk", "role", "team")) == [(asker.pk, Role.OPERATIONS, None)]
    assert not Lead.objects.exists()
    assert not AgreementVersion.objects.exists()
    assert asking.refusal(asker) == ""


def test_loading_twice_changes_nothing(client: Client) -> None:
    asker, before = User.objects.get(name=ASKER), Lead.objects.count()
    client.force_login(asker)
    assert client.post("/settings/demo/load/").status_code == 302
    assert asking.load(actor_id=asker.pk, now=NOW) is None
    assert Lead.objects.count() == before
    assert removing.is_there()


def test_leader_finds_the_letter_of_the_week_before() -> None:
    letter = AlignmentLetter.objects.get()

    assert letter.week_on == date(2026, 11, 9)
    assert letter.facts["judged"] > 5


def test_agreement_names_its_referee_and_says_what_is_to_come() -> None:
    client = Client()
    client.force_login(User.objects.get(email="jana.wolf@example.com"))
    page = client.get("/agreement/").content.decode()
    draft = AgreementVersion.objects.get(state="proposed")
    discussed = client.get(f"/agreement/versions/{draft.pk}/draft/").content.decode()

    assert "Referee of contested declines: Clara Steiner" in page
    assert "to start on 1 Dec 2026" in page
    assert "Competitor, student or spam, removed" in discussed
    assert "Baseline" in client.get("/lab/").content.decode()


def test_lead_of_an_account_with_an_owner_says_so_where_leads_are_given_out() -> None:
    client = Client()
    client.force_login(User.objects.get(email="ruth.okafor@example.com"))
    page = client.get("/team/routing/").content.decode()

    assert "The account is theirs." in page
    assert "Office hours" in page
    assert ">pull<" not in page
