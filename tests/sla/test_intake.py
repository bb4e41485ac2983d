"""The one door for facts: what follows when a lead becomes ready, ceases to be, opts out or buys."""

from datetime import datetime, timedelta
from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest
from django.db import connection

from leads import facts, marks, touches, transitions
from leads.choices import Stage
from leads.models import Absence, AuditEntry, Deal, FactChange, Lead, OutboxMessage, StageChange, User
from sla import agreements, clocks, handoffs, intake, invariants, standings
from sla.choices import Event, HandoffState
from sla.intake import draining, valve
from sla.models import AgreementVersion, Clock, Handoff, Standing
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def cast() -> factories.Cast:
    return factories.cast()


@pytest.fixture
def judged(cast: factories.Cast) -> factories.Cast:
    """The cast, with an agreement in force."""
    factories.signed_version()
    return cast


def download(lead: Lead, *, ago: timedelta = HOUR, now: Any = NOW, **fields: Any) -> None:
    intake.add_touch(lead=lead, side="prospect", kind="downloaded", happened_at=now - ago, now=now, **fields)


def clock_states(lead: Lead) -> dict[str, str]:
    return dict(Clock.objects.filter(lead=lead).order_by("pk").values_list("kind", "state"))


def fresh(lead: Lead) -> Lead:
    return Lead.objects.get(pk=lead.pk)


# ── becoming ready ───────────────────────────────────────────────────────────────────────────────


def test_a_touch_that_makes_ready_leads_to_an_offer(judged: factories.Cast) -> None:
    lead = factories.make_lead(employees=120)
    download(lead)
    handoff = Handoff.objects.get()
    change = StageChange.objects.get()
    assert (fresh(lead).stage, change.cause, change.happened_at) == ("mql", "become_ready", NOW - HOUR)
    assert (handoff.state, handoff.ready_at, handoff.offered_at) == ("offered", NOW - HOUR, NOW)
    assert handoff.rep in (judged.rep, judged.other_rep)
    assert not FactChange.objects.exists()
    hand_over = Clock.objects.get(lead=lead, kind="hand_over")
    assert (hand_over.state, hand_over.started_at, hand_over.ended_at) == ("met", NOW - HOUR, NOW)


def test_a_fact_that_makes_ready_counts_from_the_fact(judged: factories.Cast) -> None:
    lead = factories.make_lead()
    download(lead, ago=3 * DAY)
    assert fresh(lead).stage == "inquiry"
    assert intake.edit_account(account=lead.account, changes={"employees": 50}, now=NOW) is True
    assert StageChange.objects.get(lead=lead).happened_at == NOW


def test_nothing_is_judged_before_the_first_agreement(cast: factories.Cast) -> None:
    lead = factories.make_lead(employees=120)
    download(lead)
    assert (fresh(lead).stage, Standing.objects.count()) == ("inquiry", 0)


def test_an_agreement_that_takes_effect_is_judged_by_in_bulk(cast: factories.Cast) -> None:
    account = factories.make_account(employees=120)
    leads = [factories.make_lead(account=account) for _ in range(5)]
    for lead in leads[:3]:
        touches.add(lead=lead, side="prospect", kind="visited", happened_at=NOW - DAY, now=NOW)
    factories.signed_version(now=NOW)
    assert intake.drain(now=NOW + HOUR) == 5
    assert Handoff.objects.open().count() == 3
    # The gate was met before, but nobody had signed it then.
    assert set(Standing.objects.filter(is_ready=True).values_list("ready_since", flat=True)) == {NOW}
    assert intake.drain(now=NOW + HOUR) == 0


def test_draining_twice_is_draining_once(judged: factories.Cast) -> None:
    lead = factories.make_lead(employees=120)
    download(lead)
    before = (Handoff.objects.count(), StageChange.objects.count(), clock_states(lead))
    for _ in range(2):
        marks.mark(lead_ids=[lead.pk], since=NOW - DAY, now=NOW)
        assert intake.drain(now=NOW) == 1
    assert (Handoff.objects.count(), StageChange.objects.count(), clock_states(lead)) == before


def test_history_becomes_ready_silently(judged: factories.Cast) -> None:
    lead = factories.make_lead(employees=120)
    marks.clear(marks.waiting(NOW, 10))
    touches.add(
        lead=lead, side="prospect", kind="visited", happened_at=NOW - 9 * DAY, now=NOW, is_history=True
    )
    intake.drain(now=NOW)
    assert (fresh(lead).stage, StageChange.objects.get().happened_at) == ("mql", NOW - 9 * DAY)
    assert not Handoff.objects.exists()
    assert not Clock.objects.exists()


# ── ceasing ──────────────────────────────────────────────────────────────────────────────────────


def held_lead(name: str = "") -> Lead:
    """A lead that is ready and cannot be offered, for want of a team."""
    lead = factories.make_lead(name, employees=120)
    download(lead)
    return lead


def test_ceasing_before_an_offer_takes_the_lead_back() -> None:
    factories.signed_version()
    lead = held_lead()
    assert (fresh(lead).stage, Standing.objects.get().held_because) == ("mql", "refused")
    assert clock_states(lead)["hand_over"] == "running"
    intake.edit_account(account=lead.account, changes={"employees": 10}, now=NOW + HOUR)
    assert (fresh(lead).stage, clock_states(lead)["hand_over"]) == ("nurturing", "cancelled")
    assert Standing.objects.get().held_because == ""


def test_time_alone_makes_a_lead_cease() -> None:
    factories.signed_version()
    lead = held_lead()
    later = NOW - HOUR + 30 * DAY
    assert intake.drain(now=later - timedelta(seconds=1)) == 0
    assert intake.drain(now=later) == 1
    assert fresh(lead).stage == "nurturing"


def test_ceasing_after_an_offer_changes_nothing(judged: factories.Cast) -> None:
    lead = factories.make_lead(employees=120)
    download(lead)
    intake.edit_account(account=lead.account, changes={"employees": 10}, now=NOW + HOUR)
    assert (fresh(lead).stage, Handoff.objects.get().state) == ("mql", "offered")


def test_what_history_calls_ready_stays_so(judged: factories.Cast) -> None:
    lead = factories.make_lead(stage=Stage.MQL)
    intake.drain(now=NOW)
    assert fresh(lead).stage == "mql"


# ── what keeps a lead from becoming ready ────────────────────────────────────────────────────────


def refused(lead: Lead, cast: factories.Cast, **fields: Any) -> Handoff:
    return handoffs.decline(
        handoff=Handoff.objects.open().get(lead=lead), actor=owner_of(lead), now=NOW, **fields
    )


def owner_of(lead: Lead) -> User:
    owner = fresh(lead).owner
    assert owner is not None
    return owner


def offered(**known: Any) -> Lead:
    lead = factories.make_lead(**{"employees": 120, **known})
    download(lead)
    return lead


def test_a_recycled_lead_does_not_become_ready(judged: factories.Cast) -> None:
    lead = offered()
    refused(lead, judged, reason="no_budget")
    download(lead, now=NOW + DAY)
    assert (fresh(lead).stage, Handoff.objects.open().count()) == ("recycled", 0)


def test_a_lead_in_repair_waits_for_the_repair(judged: factories.Cast) -> None:
    lead = offered()
    handoff = refused(lead, judged, reason="bad_data", note="No such number")
    download(lead, now=NOW + DAY)
    assert fresh(lead).stage == "nurturing"
    handoffs.repair(handoff=handoff, actor=judged.marketer, now=NOW + DAY)
    intake.drain(now=NOW + DAY)
    assert (fresh(lead).stage, Handoff.objects.open().get().cycle) == ("mql", 2)
    # Marketing's time to hand over again begins with the repair, not with the refusal.
    assert Clock.objects.filter(lead=lead, kind="hand_over").latest("pk").started_at == NOW + DAY


def test_a_withdrawn_lead_waits_for_news(judged: factories.Cast) -> None:
    lead = offered()
    handoff = Handoff.objects.get()
    handoffs.withdraw(handoff=handoff, actor=judged.marketer, reason="not_ready", now=NOW + HOUR)
    marks.mark(lead_ids=[lead.pk], since=NOW, now=NOW + 2 * HOUR)
    intake.drain(now=NOW + 2 * HOUR)
    assert fresh(lead).stage == "nurturing"
    download(lead, now=NOW + DAY)
    assert (fresh(lead).stage, Handoff.objects.open().get().cycle) == ("mql", 2)


# ── capacity ─────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def full_house(cast: factories.Cast) -> factories.Cast:
    """Sales has one place, and it is taken; below a half only the top tier is offered."""
    factories.signed_version(valve={"free_capacity_below": 0.5, "tiers": ["top"]})
    for rep in (cast.other_rep, cast.stranger, cast.qualifier):
        User.objects.filter(pk=rep.pk).update(is_paused=True)
    User.objects.filter(pk=cast.rep.pk).update(max_open=1)
    offered(industry="Machinery")
    return cast


def test_lead_that_went_round_as_often_as_agreed_waits_for_a_marketer(cast: factories.Cast) -> None:
    factories.signed_version(routing={"method": "round_robin", "max_hops": 3, "max_cycles": 1})
    lead = offered()
    first = Handoff.objects.get()
    handoffs.decline(handoff=first, actor=first.rep, reason="no_budget", now=NOW)
    handoffs.wake(handoff=first, now=NOW + DAY)
    intake.edit(lead=lead, changes={"title": "Chief Financial Officer"}, now=NOW + DAY)
    assert (fresh(lead).stage, Handoff.objects.count()) == ("mql", 1)
    assert Standing.objects.get(pk=lead.pk).held_because == "rounds"
    intake.drain(now=NOW + 2 * DAY)
    assert Handoff.objects.count() == 1
    handoffs.offer(lead=fresh(lead), actor=cast.marketer, now=NOW + 2 * DAY)
    assert Handoff.objects.open().get().cycle == 2


def test_a_full_house_holds_back_the_lower_tiers(full_house: factories.Cast) -> None:
    lead = offered()
    assert (Standing.objects.get(pk=lead.pk).held_because, Handoff.objects.count()) == ("capacity", 1)
    intake.drain(now=NOW)
    assert Handoff.objects.count() == 1


def test_places_of_somebody_who_is_away_are_not_free(full_house: factories.Cast) -> None:
    User.objects.filter(pk=full_house.other_rep.pk).update(is_paused=False, max_open=5)
    today = NOW.date()
    Absence.objects.create(user=full_house.other_rep, first_on=today, last_on=today)
    assert Standing.objects.get(pk=offered().pk).held_because == "capacity"
    # Back the next day, with five places of six free.
    intake.drain(now=NOW + DAY)
    assert Handoff.objects.open().filter(rep=full_house.other_rep).count() == 1


def test_free_places_release_what_was_held(full_house: factories.Cast) -> None:
    lead = offered()
    first = Handoff.objects.get()
    handoffs.decline(handoff=first, actor=full_house.rep, reason="competitor", now=NOW)
    intake.drain(now=NOW + HOUR)
    assert Handoff.objects.open().get().lead == lead
    assert Standing.objects.get(pk=lead.pk).held_because == ""


def test_what_was_refused_is_tried_again_though_others_wait_for_room(full_house: factories.Cast) -> None:
    waits, refused = offered(), offered(employees=400)
    Standing.objects.filter(pk=waits.pk).update(grid="A1")
    Standing.objects.filter(pk=refused.pk).update(grid="C3", held_because=handoffs.HELD)
    assert valve.released(now=NOW + timedelta(minutes=59), limit=1) == []
    assert valve.released(now=NOW + HOUR, limit=1) == [refused.pk]


# ── clocks ───────────────────────────────────────────────────────────────────────────────────────


def test_a_new_lead_may_go_stale_from_when_the_agreement_counts(judged: factories.Cast) -> None:
    known_for_long = factories.make_lead(created_at=NOW - 400 * DAY)
    new = factories.make_lead(created_at=NOW - DAY)
    intake.drain(now=NOW)
    version = agreements.current()
    assert version is not None
    started = dict(Clock.objects.filter(kind="nurture_stale").values_list("lead_id", "started_at"))
    assert started == {known_for_long.pk: version.activated_at, new.pk: NOW - DAY}


def test_touches_reach_the_clocks_as_of_when_they_happened(judged: factories.Cast) -> None:
    lead = offered()
    rep = owner_of(lead)
    handoffs.accept(handoff=Handoff.objects.get(), actor=rep, now=NOW)
    # Logged by another system and taken up by the sweep only.
    touches.add(lead=lead, side="sales", kind="call", happened_at=NOW + HOUR, now=NOW + 3 * HOUR, actor=rep)
    intake.drain(now=NOW + 3 * HOUR)
    first_touch = Clock.objects.get(commitment__code="first_touch")
    assert (first_touch.state, first_touch.ended_at) == ("met", NOW + HOUR)


OUR_TOUCHES = ({"kind": "mail"}, {"kind": "call", "reached": True}, {"kind": "meeting"})


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_touches_told_one_by_one_mean_what_they_mean_when_read(
    judged: factories.Cast, order: tuple[int, ...]
) -> None:
    """Each reaches the clocks as it is at hand, if none came later; the control has them read."""
    at_hand, read = (worked() for _ in range(2))
    for number in order:
        touch = {"side": "sales", "happened_at": NOW + (number + 1) * HOUR, **OUR_TOUCHES[number]}
        intake.add_touch(lead=at_hand, now=NOW + DAY, **touch)
        touches.add(lead=read, now=NOW + DAY, **touch)
        intake.drain_lead(lead_id=read.pk, now=NOW + DAY)
    assert lives_of_clocks(at_hand) == lives_of_clocks(read)
    assert ("first_touch", "met") in {life[:2] for life in lives_of_clocks(read)}


def worked() -> Lead:
    """An accepted lead of which nothing is new."""
    lead = factories.ready_lead()
    intake.drain_lead(lead_id=lead.pk, now=NOW)
    handoff = Handoff.objects.get(lead=lead)
    return handoffs.accept(handoff=handoff, actor=handoff.rep, now=NOW).lead


def lives_of_clocks(lead: Lead) -> list[tuple[Any, ...]]:
    rows = Clock.objects.filter(lead=lead).order_by("kind", "started_at", "ended_at", "due_at")
    return list(rows.values_list("kind", "state", "started_at", "ended_at", "due_at", "seq"))


def test_a_touch_at_hand_is_not_read_again(judged: factories.Cast) -> None:
    """Whether later ones came is asked each time."""
    alone, with_others = worked(), worked()
    marks.mark(lead_ids=[with_others.pk], since=NOW, now=NOW)
    # The attempts since the acceptance; no agreement looks at touches of Sales.
    assert looks_at_touches(alone, NOW + HOUR) == 2
    # The same, in vain, for it travels with the question whether a judge is waited for; then he, and what
    # came since the mark.
    assert looks_at_touches(with_others, NOW + HOUR) == 5
    # A later one is there already.
    assert looks_at_touches(alone, NOW + HOUR / 2) == 3


def looks_at_touches(lead: Lead, at: datetime) -> int:
    """Add a call and tell how many questions of touches that asks."""
    asked: list[str] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        asked.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        intake.add_touch(lead=lead, side="sales", kind="call", happened_at=at, now=NOW + HOUR)
    return sum('FROM "leads_touch"' in sql for sql in asked)


def test_an_opt_out_cancels_outreach(judged: factories.Cast) -> None:
    lead = offered()
    handoffs.accept(handoff=Handoff.objects.get(), actor=owner_of(lead), now=NOW)
    intake.consent(lead=lead, channel="any", state="withdrawn", happened_at=NOW + HOUR, now=NOW + HOUR)
    states = clock_states(lead)
    assert (states["first_touch"], states["persistence"], states["qualify_or_return"]) == (
        "cancelled",
        "cancelled",
        "running",
    )


@pytest.mark.parametrize(
    ("days", "kept"),
    [(5, ["met", "running"]), (0, ["met", "running"]), (-1, ["running"])],
    ids=["to come", "today", "of yesterday"],
)
def test_a_dated_next_step_to_come_keeps_a_lead_fresh(
    judged: factories.Cast, days: int, kept: list[str]
) -> None:
    lead = offered()
    rep = owner_of(lead)
    handoffs.accept(handoff=Handoff.objects.get(), actor=rep, now=NOW)
    on = (NOW + days * DAY).date()
    intake.next_step(lead=fresh(lead), step="Call again", on=on, now=NOW + HOUR, actor=rep)
    states = Clock.objects.filter(lead=lead, kind="upkeep").order_by("pk").values_list("state", flat=True)
    assert list(states) == kept


# ── deals ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("state", "stage"), [("won", "customer"), ("lost", "lost")])
def test_a_closed_deal_closes_the_handoff(judged: factories.Cast, state: str, stage: str) -> None:
    lead = offered()
    rep = owner_of(lead)
    handoffs.accept(handoff=Handoff.objects.get(), actor=rep, now=NOW)
    handoffs.qualify(handoff=Handoff.objects.get(), actor=rep, now=NOW + HOUR, exception="Known customer")
    deal = intake.deal(account=lead.account, lead=lead, opened_at=NOW, now=NOW + DAY)
    assert (fresh(lead).stage, Handoff.objects.get().state) == ("opportunity", HandoffState.CONVERTED)
    intake.close_deal(
        deal=deal,
        state=state,
        closed_at=NOW + DAY,
        now=NOW + DAY,
        amount=Decimal(5000),
        margin=Decimal("0.3"),
    )
    assert (fresh(lead).stage, Handoff.objects.get().state) == (stage, state)


def closed_as(state: str) -> tuple[Lead, Deal]:
    """Return a lead whose one deal was closed, and the handoff with it."""
    lead = offered()
    rep = owner_of(lead)
    handoffs.accept(handoff=Handoff.objects.get(), actor=rep, now=NOW)
    handoffs.qualify(handoff=Handoff.objects.get(), actor=rep, now=NOW + HOUR, exception="Known customer")
    deal = intake.deal(account=lead.account, lead=lead, opened_at=NOW, now=NOW + DAY, system="crm")
    intake.close_deal(deal=deal, state=state, closed_at=NOW + DAY, now=NOW + DAY)
    return lead, deal


@pytest.mark.parametrize(
    ("first", "then", "stage", "verb"), [("won", "lost", "lost", "lose"), ("lost", "won", "customer", "win")]
)
def test_a_deal_closed_the_other_way_takes_its_handoff_along(
    judged: factories.Cast, first: str, then: str, stage: str, verb: str
) -> None:
    lead, deal = closed_as(first)
    ended_at = Handoff.objects.get().ended_at
    intake.close_deal(deal=deal, state=then, closed_at=NOW + DAY, now=NOW + 3 * DAY)
    handoff = Handoff.objects.get()
    assert (fresh(lead).stage, handoff.state, handoff.ended_at) == (stage, then, ended_at)
    entry = AuditEntry.objects.filter(stream=f"lead:{lead.pk}", verb=verb).get()
    assert (entry.at, entry.data["instead_of"]) == (NOW + 3 * DAY, first)
    assert OutboxMessage.objects.filter(kind=f"handoff.{verb}", lead=lead).count() == 1
    broken = [one.invariant.name for one in invariants.audit(NOW + 3 * DAY) if one.count]
    assert broken == ["nothing-undelivered"]  # nobody delivers here


def test_a_deal_corrected_by_the_sweep_is_corrected_once(judged: factories.Cast) -> None:
    lead, deal = closed_as("won")
    Deal.objects.filter(pk=deal.pk).update(state="lost")
    marks.mark(lead_ids=[lead.pk], since=NOW + 2 * DAY, now=NOW + 2 * DAY)
    for _ in range(2):
        intake.drain(now=NOW + 2 * DAY)
    handoff = Handoff.objects.get()
    assert (fresh(lead).stage, handoff.state) == ("lost", "lost")
    assert AuditEntry.objects.filter(verb="lose").count() == 1


def test_another_deal_of_a_customer_takes_nothing_back(judged: factories.Cast) -> None:
    lead, _deal = closed_as("won")
    second = intake.deal(account=lead.account, lead=lead, opened_at=NOW + DAY, now=NOW + 2 * DAY)
    intake.close_deal(deal=second, state="lost", closed_at=NOW + 3 * DAY, now=NOW + 3 * DAY)
    assert (fresh(lead).stage, Handoff.objects.get().state) == ("customer", "won")


def test_a_lost_lead_that_was_opened_again_goes_on_in_its_new_round(judged: factories.Cast) -> None:
    lead, deal = closed_as("lost")
    handoffs.reopen(lead=lead, actor=judged.marketer, reason="new_facts", now=NOW + 2 * DAY)
    intake.close_deal(deal=deal, state="won", closed_at=NOW + DAY, now=NOW + 3 * DAY)
    assert (fresh(lead).stage, Handoff.objects.order_by("pk").first().state) == ("mql", "lost")


def test_a_deal_of_an_earlier_round_says_nothing_of_this_one(judged: factories.Cast) -> None:
    lead = offered()
    rep = owner_of(lead)
    factories.won_deal(lead, closed_at=NOW - 30 * DAY)
    handoffs.accept(handoff=Handoff.objects.get(), actor=rep, now=NOW)
    handoffs.qualify(handoff=Handoff.objects.get(), actor=rep, now=NOW + HOUR, exception="Known customer")
    download(lead, now=NOW + DAY)
    assert (fresh(lead).stage, Handoff.objects.get().state) == ("sql", HandoffState.QUALIFIED)


def test_a_deal_of_a_lead_that_nobody_works_stays_a_fact(judged: factories.Cast) -> None:
    lead = offered()
    deal = factories.won_deal(lead)
    intake.drain(now=NOW)
    assert (deal.state, fresh(lead).stage, Handoff.objects.get().state) == ("won", "mql", "offered")


# ── what goes wrong ──────────────────────────────────────────────────────────────────────────────


def test_a_poisoned_lead_is_set_aside_and_blocks_nobody(
    judged: factories.Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = factories.make_account(employees=120)
    leads = [factories.make_lead(account=account) for _ in range(7)]
    for lead in leads:
        touches.add(lead=lead, side="prospect", kind="visited", happened_at=NOW, now=NOW)
    poisoned = leads[3].pk
    honest = standings.judge

    def judge(*, lead_ids: Any, **rest: Any) -> Any:
        if poisoned in lead_ids:
            raise ValueError("Facts that nobody can judge.")
        return honest(lead_ids=lead_ids, **rest)

    monkeypatch.setattr(standings, "judge", judge)
    assert intake.drain(now=NOW) == 7
    assert Handoff.objects.open().count() == 6
    change = FactChange.objects.get()
    assert (change.pk, change.attempts, "nobody can judge" in change.error) == (poisoned, 1, True)
    assert intake.drain(now=NOW) == 0
    monkeypatch.setattr(standings, "judge", honest)
    assert intake.drain(now=NOW + HOUR) == 1
    assert Handoff.objects.open().count() == 7


def test_clocks_that_cannot_be_opened_block_nobody(
    judged: factories.Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    leads = [factories.make_lead() for _ in range(3)]
    honest = clocks.open_many

    def open_many(*, starts: Any, **rest: Any) -> Any:
        if leads[1] in {start.lead for start in starts}:
            raise RuntimeError("Lightning.")
        return honest(starts=starts, **rest)

    with monkeypatch.context() as patch:
        patch.setattr(clocks, "open_many", open_many)
        intake.drain(now=NOW)
    assert set(Clock.objects.values_list("lead_id", flat=True)) == {leads[0].pk, leads[2].pk}
    assert FactChange.objects.get().pk == leads[1].pk
    intake.drain(now=NOW + HOUR)
    assert Clock.objects.filter(lead=leads[1]).exists()


def test_opening_together_is_opening_one_by_one(judged: factories.Cast) -> None:
    together, alone = factories.make_lead(), factories.make_lead()
    marks.clear([change for change in marks.waiting(NOW, 10) if change.lead_id == alone.pk])
    intake.drain(now=NOW)
    standings.judge(lead_ids=[alone.pk], now=NOW)
    first = Clock.objects.get(lead=together)
    clocks.hear(event=Event.ENTERED_MARKETING, lead=alone, now=NOW, at=first.started_at)
    second = Clock.objects.get(lead=alone)
    apart = {"id", "lead_id"}
    columns = [f.attname for f in Clock._meta.concrete_fields if f.attname not in apart]
    assert [getattr(first, name) for name in columns] == [getattr(second, name) for name in columns]
    logs = [list(one.events.values_list("seq", "event", "due_after")) for one in (first, second)]
    assert logs[0] == logs[1]


def test_a_failing_consequence_keeps_the_mark(
    judged: factories.Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    lead = factories.make_lead(employees=120)

    def become(**_: Any) -> None:
        raise RuntimeError("Lightning.")

    with monkeypatch.context() as patch:
        patch.setattr(transitions, "become", become)
        download(lead)
    assert (fresh(lead).stage, FactChange.objects.get().attempts) == ("inquiry", 1)
    intake.drain(now=NOW + HOUR)
    assert (fresh(lead).stage, FactChange.objects.count()) == ("mql", 0)


def test_a_change_during_the_drain_is_judged_by_the_next(
    judged: factories.Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    lead = factories.make_lead()
    honest = standings.judge

    def judge(**arguments: Any) -> Any:
        found = honest(**arguments)
        facts.update_account(account=lead.account, changes={"employees": 99}, now=NOW)
        return found

    with monkeypatch.context() as patch:
        patch.setattr(standings, "judge", judge)
        intake.drain(now=NOW)
    assert FactChange.objects.filter(pk=lead.pk).exists()


def test_the_door_does_not_multiply_queries_with_the_bulk(
    judged: factories.Cast, django_assert_max_num_queries: Any
) -> None:
    account = factories.make_account(employees=10)
    for _ in range(30):
        factories.make_lead(account=account, created_at=NOW - DAY)
    intake.drain(now=NOW)
    ids = list(Lead.objects.values_list("pk", flat=True))
    marks.mark(lead_ids=ids, since=NOW, now=NOW)
    with django_assert_max_num_queries(20):
        assert intake.drain(now=NOW + HOUR) == 30


def test_lead_ready_at_first_sight_has_no_clock_against_going_stale(judged: factories.Cast) -> None:
    lead = factories.make_lead(employees=120)
    download(lead)
    assert Clock.objects.filter(lead=lead, kind="hand_over").exists()
    assert not Clock.objects.filter(lead=lead, kind="nurture_stale").exists()


# ── key signifiers ───────────────────────────────────────────────────────────────────────────────


def with_signifier() -> AgreementVersion:
    """Sign an agreement in which a download brings an inquiry into nurturing."""
    stages = [
        {**stage, "signifier": {"label": "Downloads something", "when": _DOWNLOADED}}
        if stage["code"] == "nurturing"
        else stage
        for stage in factories.agreement_data()["stages"]
    ]
    return factories.signed_version(stages=stages)


_DOWNLOADED = {"touches": {"kinds": ["downloaded"]}, "at_least": 1, "within_days": 30}


def test_the_key_signifier_moves_an_inquiry_into_nurturing_as_of_the_touch() -> None:
    factories.cast()
    with_signifier()
    lead = factories.make_lead(employees=10)
    intake.drain_lead(lead_id=lead.pk, now=NOW)
    at = NOW - timedelta(hours=3)
    intake.add_touch(lead=lead, side="prospect", kind="opened", happened_at=at, now=NOW)
    lead.refresh_from_db()
    assert lead.stage == "inquiry"
    intake.add_touch(lead=lead, side="prospect", kind="downloaded", happened_at=at, now=NOW)
    lead.refresh_from_db()
    assert (lead.stage, lead.stage_since) == ("nurturing", at)
    assert lead.stage_changes.get().cause == "signifier"


def test_a_lead_that_is_ready_at_once_skips_nurturing() -> None:
    factories.cast()
    with_signifier()
    lead = factories.make_lead(employees=120)
    intake.add_touch(
        lead=lead, side="prospect", kind="downloaded", happened_at=NOW - timedelta(hours=3), now=NOW
    )
    assert [change.to_stage for change in lead.stage_changes.order_by("seq")][:1] == ["mql"]


def test_a_judgement_by_older_facts_that_is_written_last_is_made_good(
    judged: factories.Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between reading and writing of a bulk a touch arrives and is judged: the bulk overwrites it."""
    lead = factories.make_lead(employees=10)
    overtaken(lead, monkeypatch)
    intake.drain(now=NOW)
    assert Standing.objects.get(pk=lead.pk).level is None
    intake.drain(now=NOW)
    assert Standing.objects.get(pk=lead.pk).level is not None
    assert not FactChange.objects.exists()


def overtaken(lead: Lead, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a touch arrive and be judged between the reading and the writing of the next judgement."""
    honest = standings.judge
    arriving = [lead]

    def slow(**asked: Any) -> dict[int, standings.Judged]:
        if not arriving:
            return honest(**asked)
        touched = arriving.pop()
        before = honest(**asked)
        intake.add_touch(lead=touched, now=NOW, side="prospect", kind="downloaded", happened_at=NOW - HOUR)
        stale = before[touched.pk].standing
        Standing.objects.filter(pk=touched.pk).update(level=stale.level)
        return before

    monkeypatch.setattr(standings, "judge", slow)


def overtaken_recheck(monkeypatch: pytest.MonkeyPatch) -> float | None:
    """Judge a lead again because its moment has come, be overtaken, run again; return its level then."""
    lead = factories.make_lead(employees=10)
    intake.drain(now=NOW)
    assert not FactChange.objects.exists()
    Standing.objects.filter(pk=lead.pk).update(recheck_at=NOW)
    overtaken(lead, monkeypatch)
    intake.drain(now=NOW)
    assert Standing.objects.get(pk=lead.pk).level is None
    Standing.objects.update(recheck_at=None)
    intake.drain(now=NOW)
    return Standing.objects.get(pk=lead.pk).level


def test_a_recheck_by_older_facts_that_is_written_last_is_made_good(
    judged: factories.Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert overtaken_recheck(monkeypatch) is not None
    assert not FactChange.objects.exists()


def test_a_recheck_that_marks_nothing_would_lose_the_touch(
    judged: factories.Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(draining, "_guarded", lambda ids, now: [])
    assert overtaken_recheck(monkeypatch) is None


def test_a_mark_left_by_a_recheck_that_fails_waits_and_counts_from_the_judgement_before(
    judged: factories.Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    lead = factories.make_lead(employees=10)
    intake.drain(now=NOW)
    later = NOW + HOUR
    Standing.objects.filter(pk=lead.pk).update(recheck_at=later)
    honest = standings.judge
    monkeypatch.setattr(standings, "judge", lambda **asked: 1 / 0)
    intake.drain(now=later)
    left = FactChange.objects.get()
    assert (left.since, left.attempts, left.retry_at) == (NOW, 1, later + marks.FIRST_WAIT)
    monkeypatch.setattr(standings, "judge", honest)
    assert intake.drain(now=later) == 0
    assert intake.drain(now=later + marks.FIRST_WAIT) == 1
    assert not FactChange.objects.exists()
