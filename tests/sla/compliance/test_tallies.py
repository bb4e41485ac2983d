"""Counts of days are those of the rows, whatever happens, for every question that can be asked."""

import random
from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Case, F, Value, When
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leads.models import Account, BantFact, Deal, Lead, StageChange, Touch
from sla import handoffs, marking, sweep
from sla.choices import PARTS
from sla.compliance import ends, offers, paths, rollups, tallies, timed
from sla.compliance.accounts import keeping, opportunities, regretted
from sla.compliance.money import Worth
from sla.compliance.periods import Filters, Period
from sla.compliance.tallies.telling import days_of
from sla.models import (
    AccountMark,
    AgreementVersion,
    Clock,
    Handoff,
    Refusal,
    TallyAccount,
    TallyDay,
    TallyMark,
    TallyMonth,
    TallyPart,
    TallyState,
)
from tests.factories import NOW, make_account
from tests.sla.scene import Scene, in_state, offered, scene

pytestmark = pytest.mark.django_db
ZONE = "Europe/Berlin"
STATES = ("accepted", "declined", "returned", "won")
AROUND = Period(NOW.date() - timedelta(days=40), NOW.date() + timedelta(days=40), ZONE)
DAY = timedelta(days=1)


def raw(counting: tallies.Counting, period: Period | None, filters: Filters) -> list[tallies.Day]:
    rows = counting.select(period, filters)
    return days_of(counting.told(rows, period.zone if period else ZONE, has_cells=False))


def plain(days: list[tallies.Day]) -> Any:
    """Return days as counts and times by day and version, without zeros."""
    found: dict[Any, Any] = {}
    for key in {(day.day, day.version_id) for day in days}:
        own = [day for day in days if (day.day, day.version_id) == key]
        counts = {name: n for name, n in tallies.total(own).items() if n}
        times = {name: values for name, values in tallies.spread(own).items() if values}
        if counts:
            found[key] = counts, times
    return found


def questions() -> Iterator[tuple[Period | None, Filters]]:
    """Everything, then every team, source, tier and agreement there is, alone and all four together."""
    handoff = Handoff.objects.order_by("pk").select_related("lead", "version").first()
    yield None, Filters()
    yield Period(NOW.date(), NOW.date(), ZONE), Filters()
    names = {
        "team_id": Handoff.objects.values_list("team_id", flat=True),
        "source": Lead.objects.values_list("source", flat=True),
        "tier": Handoff.objects.values_list("tier", flat=True),
        "agreement_id": Handoff.objects.values_list("version__agreement_id", flat=True),
    }
    for name, values in names.items():
        for value in set(values):
            yield AROUND, Filters(**{name: value})
    own = handoff.team_id, handoff.lead.source, handoff.tier, handoff.version.agreement_id
    yield AROUND, Filters(*own[:2])
    yield None, Filters(*own)


def differences(place: int = 0, of: int = 1) -> list[Any]:
    """Return the questions to which sums and rows answer differently, of every `of`-th from a place."""
    found: list[Any] = []
    for period, filters in list(questions())[place % of :: of]:
        for counting in rollups.BOOKS:
            asked = filters if counting.book != "ways" else Filters(filters.team_id, filters.source)
            if not is_exact(counting, period, asked):
                found.append((counting.book, period, filters))
        found += [("truth", filters) for version in AgreementVersion.objects.all() if lies(version, filters)]
        if regretted.read(period, filters, None, 3) != regretted.from_rows(period, filters, None, 3):
            found.append(("regret", period, filters))
    return found


def told(period: Period, filters: Filters) -> list[tallies.Day]:
    return tallies.read(offers.COUNTING, period, filters, detail=tallies.Detail.TIMES)


def is_exact(counting: tallies.Counting, period: Period | None, filters: Filters) -> bool:
    """Tell whether days are those of the rows one by one, and together where months are told at once."""
    rows = raw(counting, period, filters)
    told = {detail: tallies.read(counting, period, filters, detail=detail) for detail in tallies.Detail}
    whole = together(rows)
    return plain(told[tallies.Detail.TIMES]) == plain(rows) and all(
        together(days) == whole for days in told.values()
    )


def together(days: list[tallies.Day]) -> Any:
    times = {name: values for name, values in tallies.spread(days).items() if values}
    return {name: n for name, n in tallies.total(days).items() if n}, times


def lies(version: AgreementVersion, filters: Filters) -> bool:
    """Tell whether what is kept of accounts says something else than their rows, at one of three moments."""
    moments = (NOW - 10 * DAY, NOW, NOW + DAY)
    return any(
        opportunities.read(version, at, filters) != opportunities.from_rows(version, at, filters)
        for at in moments
    )


@pytest.fixture
def play() -> Scene:
    return scene()


def keep() -> int:
    return sum(tallies.keep(counting, ZONE) for counting in rollups.BOOKS) + keeping.keep()


def some_leads(play: Scene) -> None:
    for number, state in enumerate(STATES):
        handoff = in_state(play, state)
        Lead.objects.filter(pk=handoff.lead_id).update(source=("Web", "Fair")[number % 2])
    in_state(play, "won", leg=2)
    first = Lead.objects.order_by("pk").first()
    Lead.objects.filter(pk__in=Lead.objects.order_by("pk")[2:4]).update(account=first.account)
    _win(first, NOW, lead=None)
    keep()


def _touch(play: Scene, lead: Lead) -> None:
    Touch.objects.create(
        lead=lead, side="sales", kind="call", happened_at=NOW + timedelta(minutes=7), recorded_at=NOW
    )


def _win(lead: Lead, at: Any, /, **known: Any) -> None:
    own = {"account": lead.account, "lead": lead, "state": "won", "amount": 5, "margin": "0.25"}
    Deal.objects.create(**{**own, "closed_at": at, "recorded_at": NOW, **known})


def _to_account_of_another(play: Scene, lead: Lead) -> None:
    other = Lead.objects.exclude(account=lead.account).order_by("pk").last()
    Lead.objects.filter(pk=lead.pk).update(account=other.account)


#: What may happen to what is counted: by moves, by the sweep, or to rows alone, as an import does.
CHANGES: dict[str, Callable[[Scene, Lead], Any]] = {
    "an offer": lambda play, lead: offered(play),
    "a refusal": lambda play, lead: in_state(play, "declined"),
    "an expiry": lambda play, lead: in_state(play, "expired"),
    "a reroute": lambda play, lead: in_state(play, "rerouted"),
    "the sweep, two days on": lambda play, lead: sweep.run(NOW + 2 * DAY),
    "a touch of Sales": _touch,
    "touches gone": lambda play, lead: Touch.objects.filter(lead=lead).delete(),
    "another source": lambda play, lead: Lead.objects.filter(pk=lead.pk).update(source="Referral"),
    "another team": lambda play, lead: Lead.objects.filter(pk=lead.pk).update(team=play.closers),
    "a stage": lambda play, lead: Lead.objects.filter(pk=lead.pk).update(stage="customer"),
    "a next step": lambda play, lead: Lead.objects.filter(pk=lead.pk).update(next_step_on=NOW.date()),
    "budget known": lambda play, lead: BantFact.objects.create(
        lead=lead, kind="budget", known_at=NOW, recorded_at=NOW
    ),
    "a deal": lambda play, lead: Deal.objects.create(
        account=lead.account, lead=lead, state="won", amount=5, recorded_at=NOW
    ),
    "a deal won": lambda play, lead: _win(lead, NOW + timedelta(hours=9)),
    "a deal of the account won": lambda play, lead: _win(lead, NOW + timedelta(hours=9), lead=None),
    "bought elsewhere": lambda play, lead: _win(lead, NOW + DAY, is_elsewhere=True),
    "another currency": lambda play, lead: Deal.objects.filter(account=lead.account).update(currency="USD"),
    "bought again, in another currency": lambda play, lead: _win(lead, NOW + DAY, currency="CHF"),
    "a deal reopened": lambda play, lead: Deal.objects.filter(account=lead.account).update(state="open"),
    "another account": _to_account_of_another,
    "first seen earlier": lambda play, lead: Lead.objects.filter(pk=lead.pk).update(
        created_at=NOW - 20 * DAY
    ),
    "a duplicate": lambda play, lead: Lead.objects.filter(pk=lead.pk).update(merged_into=lead),
    "a win told": lambda play, lead: StageChange.objects.create(
        lead=lead, seq=90, from_stage="sql", to_stage="customer", happened_at=NOW, recorded_at=NOW
    ),
    "an excuse": lambda play, lead: Clock.objects.filter(lead=lead).update(is_excused=True, cause="other"),
    "another due day": lambda play, lead: Clock.objects.filter(lead=lead, due_on__isnull=False).update(
        due_on=NOW.date() + 9 * DAY
    ),
    "another tier": lambda play, lead: Handoff.objects.filter(lead=lead).update(tier="top"),
    "a team of closers": lambda play, lead: Handoff.objects.filter(lead=lead).update(team=play.closers),
    "offered earlier": lambda play, lead: Handoff.objects.filter(lead=lead).update(offered_at=NOW - 30 * DAY),
    "a ruling": lambda play, lead: Refusal.objects.update(ruling="overturned", ruled_at=NOW),
    "a verdict of quality": lambda play, lead: Handoff.objects.filter(lead=lead).update(quality="worse"),
    "a touch in time": lambda play, lead: Clock.objects.filter(lead=lead, kind="first_touch").update(
        ended_at=NOW, state="cancelled", next_at=None
    ),
}


def test_figures_are_exact_before_the_sweep_and_after_it(play: Scene) -> None:
    some_leads(play)
    leads = list(Lead.objects.order_by("pk"))
    for number, (name, change) in enumerate(CHANGES.items()):
        assert not TallyMark.objects.exists()
        assert not AccountMark.objects.exists()
        change(play, leads[number % len(leads)])
        assert differences(number, of=5) == [], name
        keep()
        assert number % 4 or list(rollups.apart()) == [], name
    assert differences() == []


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10_000), steps=st.lists(st.sampled_from([*CHANGES, "keep"]), max_size=6))
def test_any_row_of_changes_leaves_figures_exact(play: Scene, seed: int, steps: list[str]) -> None:
    dice = random.Random(seed)
    if not Handoff.objects.exists():
        some_leads(play)
    leads = list(Lead.objects.order_by("pk"))
    for step in steps:
        if step == "keep":
            keep()
        else:
            _try(CHANGES[step], play, dice.choice(leads))
    assert differences(seed, of=3) == []


def _try(change: Callable[[Scene, Lead], Any], play: Scene, lead: Lead) -> None:
    """Make a change unless it was made before: some can be made once."""
    try:
        with transaction.atomic():
            change(play, lead)
    except (IntegrityError, handoffs.MoveRefused):
        return


def test_change_within_its_part_leaves_one_mark_and_one_that_moves_two(play: Scene) -> None:
    handoff = offered(play)
    clock = (
        Clock.objects.filter(lead=handoff.lead_id, due_on__isnull=False).exclude(kind="first_touch").first()
    )
    TallyMark.objects.all().delete()
    Clock.objects.filter(pk=clock.pk).update(is_excused=True)
    assert TallyMark.objects.values_list("book", "day").get() == ("clocks", clock.due_on)
    TallyMark.objects.all().delete()
    Clock.objects.filter(pk=clock.pk).update(due_on=clock.due_on + DAY)
    assert set(TallyMark.objects.values_list("day", flat=True)) == {clock.due_on, clock.due_on + DAY}
    TallyMark.objects.all().delete()
    Handoff.objects.filter(pk=handoff.pk).update(quality="worse")
    assert list(TallyMark.objects.values_list("book", "at")) == [("offers", handoff.offered_at)]


@pytest.mark.postgres_only
def test_marks_never_read_a_table_whole(play: Scene) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT proname, prosrc, proconfig FROM pg_proc WHERE proname LIKE '%\\_tally\\_%'")
        functions = cursor.fetchall()
    assert {name for name, _, _ in functions} == marking.trigger_names()
    for name, source, settings_of in functions:
        assert settings_of == ["enable_seqscan=off"], name
        assert "JOIN leads_" not in source, name
        assert "JOIN sla_" not in source, name


@pytest.mark.postgres_only
def test_clocks_changed_together_leave_one_mark_for_each_part_that_changed(play: Scene) -> None:
    leads = [offered(play).lead_id for _ in range(5)]
    decide = Clock.objects.filter(kind="decide", lead__in=leads)
    TallyMark.objects.all().delete()
    decide.update(warned_at=NOW)
    assert not TallyMark.objects.exists()
    idle = When(lead__in=leads[1:], then=Value("idle"))
    assert decide.update(cause=Case(idle, default=F("cause"))) == 5
    assert sorted(TallyMark.objects.values_list("part", flat=True)) == sorted(
        {pk % PARTS for pk in leads[1:]}
    )


def _come_together(account: Account, count: int) -> list[Lead]:
    """Write new leads and the first step of every other one as an import does: a statement for each table."""
    days = [None, *(NOW - number * DAY for number in range(count - 1))]
    known = {"account": account, "recorded_at": NOW}
    leads = Lead.objects.bulk_create([Lead(created_at=at, **known) for at in days])
    step = {"seq": 1, "from_stage": "inquiry", "to_stage": "mql", "recorded_at": NOW}
    StageChange.objects.bulk_create([StageChange(lead=lead, happened_at=NOW, **step) for lead in leads[::2]])
    return leads


def test_leads_that_come_together_are_told_each(play: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    keep()
    leads = _come_together(make_account("Crowd"), 40)
    if connection.vendor == "postgresql":
        assert 2 <= TallyMark.objects.filter(book="ways").count() <= 4
    assert is_exact(paths.COUNTING, None, Filters())
    assert is_exact(paths.COUNTING, AROUND, Filters())
    # What becomes of them before anybody counts.
    Lead.objects.filter(pk=leads[1].pk).update(created_at=NOW - 50 * DAY)
    Lead.objects.filter(pk=leads[3].pk).delete()
    assert is_exact(paths.COUNTING, None, Filters())
    monkeypatch.setattr(tallies.keeping, "SPANS_AT_ONCE", 1)
    keep()
    assert not TallyMark.objects.exists()
    assert is_exact(paths.COUNTING, None, Filters())
    assert list(tallies.apart(paths.COUNTING)) == []


def test_leads_of_many_imports_wait_for_their_turn(play: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    keep()
    for number in range(4):
        _come_together(make_account(f"Crowd {number}"), 10 + number)
    monkeypatch.setattr(tallies.keeping, "SPANS_AT_ONCE", 1)
    keep()
    assert not TallyMark.objects.exists()
    assert is_exact(paths.COUNTING, None, Filters())
    assert list(tallies.apart(paths.COUNTING)) == []


@pytest.mark.parametrize("book", [counting.book for counting in rollups.BOOKS])
def test_lost_mark_is_noticed(play: Scene, book: str) -> None:
    some_leads(play)
    in_state(play, "declined")
    assert differences(of=4) == []
    TallyMark.objects.filter(book=book).delete()

    assert {found[0] for found in differences(of=4)} == {book}
    (counting,) = [one for one in rollups.BOOKS if one.book == book]
    assert list(tallies.apart(counting)) != []


def test_lost_mark_of_an_account_is_noticed(play: Scene) -> None:
    some_leads(play)
    refused = in_state(play, "declined")
    _win(refused.lead, NOW + DAY)
    assert differences() == []
    AccountMark.objects.all().delete()

    assert {found[0] for found in differences()} == {"truth", "regret"}
    assert list(rollups.apart()) != []


def test_what_was_regretted_is_kept_by_currency(play: Scene) -> None:
    some_leads(play)
    leads = [in_state(play, "declined").lead for _turn in range(3)]
    for lead, currency in zip(leads, ("EUR", "EUR", "USD"), strict=True):
        _win(lead, NOW + DAY, currency=currency)
    keep()
    before = regretted.read(None, Filters(), None, 3)
    Deal.objects.filter(lead=leads[1]).update(currency="CHF")
    found = regretted.read(None, Filters(), None, 3)
    keep()

    assert before.worth == {"": 5, "EUR": 10, "USD": 5}
    assert found.worth == {"": 5, "EUR": 5, "USD": 5, "CHF": 5}
    assert found == regretted.read(None, Filters(), None, 3) == regretted.from_rows(None, Filters(), None, 3)
    assert list(rollups.apart()) == []


def _won_in(play: Scene, *currencies: str) -> list[Lead]:
    """Have somebody worked on buy in each of some currencies, at a margin of its own."""
    leads = []
    for place, currency in enumerate(currencies, 1):
        lead = in_state(play, "accepted").lead
        _touch(play, lead)
        _win(lead, NOW + DAY, currency=currency, margin=f"0.{place}", amount=10**place)
        leads.append(lead)
    return leads


def test_what_was_earned_is_kept_by_currency(play: Scene) -> None:
    some_leads(play)
    leads = _won_in(play, "EUR", "USD", "EUR")
    _win(leads[0], NOW + DAY, currency="USD", amount=7, margin="0.5")
    asked = AgreementVersion.objects.get(), NOW + 2 * DAY, Filters()
    unkept = opportunities.read(*asked)
    keep()
    kept = opportunities.read(*asked)
    Deal.objects.filter(lead=leads[2]).update(currency="CHF")
    changed = opportunities.read(*asked)

    assert unkept == kept == opportunities.Sums(
        kept.accounts, kept.worked, kept.won, kept.elsewhere,
        {**kept.worth, "EUR": Worth(2, 1010, Decimal("301")), "USD": Worth(2, 107, Decimal("23.5"))},
    )  # fmt: skip
    assert changed == opportunities.from_rows(*asked)
    assert (changed.worth["EUR"].n, changed.worth["CHF"].n, changed.won) == (1, 1, kept.won)
    keep()
    assert opportunities.read(*asked) == changed
    assert list(rollups.apart()) == []


def test_currencies_kept_together_are_noticed(play: Scene) -> None:
    some_leads(play)
    _won_in(play, "EUR", "USD")
    keep()
    assert differences() == list(rollups.apart()) == []
    TallyAccount.objects.filter(currency="USD").update(currency="EUR")

    assert {found[0] for found in differences()} == {"truth"}
    assert list(rollups.apart()) != []


def test_accounts_are_told_from_the_rows_until_they_were_told_once(play: Scene) -> None:
    some_leads(play)
    TallyState.objects.filter(pk="accounts").delete()
    TallyAccount.objects.all().delete()
    assert differences() == []
    keep()
    assert (
        TallyAccount.objects.filter(grain="all").count()
        == opportunities.read(AgreementVersion.objects.get(), NOW + DAY, Filters()).accounts
    )


def test_wrong_sum_is_noticed(play: Scene) -> None:
    some_leads(play)
    TallyDay.objects.filter(pk=TallyDay.objects.filter(book="clocks").first().pk).update(counts={})

    assert list(tallies.apart(timed.COUNTING)) != []


def test_wrong_sum_of_a_month_is_noticed(play: Scene) -> None:
    some_leads(play)
    TallyMonth.objects.filter(pk=TallyMonth.objects.filter(book="clocks").first().pk).update(times={})

    assert list(tallies.apart(timed.COUNTING)) != []


def test_rep_is_counted_from_the_rows(play: Scene) -> None:
    some_leads(play)
    TallyDay.objects.all().delete()
    TallyPart.objects.all().delete()

    filters = Filters(rep_id=play.rep.pk)
    assert plain(told(AROUND, filters)) == plain(raw(offers.COUNTING, AROUND, filters))
    assert tallies.total(tallies.read(offers.COUNTING, AROUND, filters))["1:offers"] > 0


def test_days_of_another_zone_are_counted_anew(play: Scene) -> None:
    some_leads(play)
    tokyo = Period(AROUND.first_on, AROUND.last_on, "Asia/Tokyo")
    everything = Filters()
    before = plain(raw(offers.COUNTING, tokyo, everything))
    assert plain(told(tokyo, everything)) == before
    tallies.keep(offers.COUNTING, "Asia/Tokyo")
    assert plain(told(tokyo, everything)) == before
    assert plain(told(AROUND, everything)) == plain(raw(offers.COUNTING, AROUND, everything))


def test_questions_take_as_many_queries_for_more_leads(
    play: Scene, django_assert_max_num_queries: Any
) -> None:
    some_leads(play)
    for _ in range(3):
        in_state(play, "declined")
    with django_assert_max_num_queries(10):
        tallies.read(offers.COUNTING, AROUND, Filters(source="Web"))
    keep()
    with django_assert_max_num_queries(4):
        ends.read(AROUND, Filters(source="Web"))


def test_middle_and_ninetieth_of_counted_minutes() -> None:
    hours = {hour * 60: 1 for hour in range(1, 11)}
    assert tallies.middle(hours) == timedelta(hours=5, minutes=30)
    assert tallies.ninetieth(hours) == timedelta(hours=9)
    assert tallies.middle({3: 2, 9: 1}) == timedelta(minutes=3)


def test_middle_and_ninetieth_of_nothing_are_unknown() -> None:
    assert (tallies.middle({}), tallies.ninetieth({})) == (None, None)


def test_half_a_minute_counts_as_a_whole_one() -> None:
    seconds = (0, 29, 30, 89, 90)
    assert [tallies.minutes(timedelta(seconds=each)) for each in seconds] == [0, 0, 1, 1, 2]
