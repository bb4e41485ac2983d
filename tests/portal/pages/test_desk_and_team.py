"""Marketing's desk mirrors the inbox; the team page tells a manager what is late and who is full."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from leads.choices import Role, Stage
from sla.models import NurtureStep, Question, Refusal, Snapshot, Standing
from tests.factories import NOW, make_lead, signed_version
from tests.sla.compliance import rows

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_now")]
YESTERDAY = NOW - timedelta(days=1)
SOON = NOW + timedelta(hours=1)


@pytest.fixture
def version(people):
    return signed_version(signers=(people.marketing_manager, people.sales_manager))


def page(client, user, name: str, **query):
    client.force_login(user)
    return client.get(reverse(name), query)


def text(client, user, name: str, **query) -> str:
    return page(client, user, name, **query).content.decode()


def returned(version, team, company: str, **fields):
    """Write a handoff that Sales gave back yesterday, with the words of the rep."""
    refusal = {name: fields.pop(name) for name in list(fields) if hasattr(Refusal, name) and name != "lead"}
    handoff = rows.offer(
        version, team, "returned", YESTERDAY, lead=make_lead(company=company, stage=Stage.RECYCLED), **fields
    )
    Refusal.objects.create(handoff=handoff, **{"note": "Ask again in spring", **refusal})
    return handoff


@pytest.mark.parametrize("role", Role.values)
def test_desk_is_for_marketing_and_operations(client, people, role: str) -> None:
    allowed = role in ("marketer", "marketing_manager", "operations")

    assert page(client, getattr(people, role), "desk").status_code == (200 if allowed else 403)


@pytest.mark.parametrize("role", Role.values)
def test_team_is_for_managers_and_operations(client, people, role: str) -> None:
    allowed = role in ("sales_manager", "marketing_manager", "operations")

    assert page(client, getattr(people, role), "team").status_code == (200 if allowed else 403)


def test_empty_desk_says_what_will_be_here(client, people) -> None:
    assert "Nothing waits here." in text(client, people.marketer, "desk")


def test_lead_handed_back_shows_reason_words_and_clock(client, people, version) -> None:
    handoff = returned(version, people.sales, "Weiss Bottling", rep=people.rep)
    rows.clock(version, "acknowledge", SOON, "running", lead=handoff.lead, handoff=handoff)

    found = text(client, people.marketer, "desk")

    assert "Weiss Bottling" in found
    assert "Not now: No budget" in found
    assert "Ask again in spring" in found
    assert "Acknowledge" in found
    assert reverse("handoff-acknowledge", args=[handoff.pk]) in found
    assert reverse("handoff-contest", args=[handoff.pk]) in found


@pytest.mark.parametrize(
    ("tab", "company"),
    [
        ("returned", "Back Ltd"),
        ("repair", "Broken Ltd"),
        ("contested", "Contested Ltd"),
        ("answer", "Asked Ltd"),
        ("ready", "Ready Ltd"),
        ("waking", "Waking Ltd"),
        ("track", "Tracked Ltd"),
        ("sales", "Offered Ltd"),
        ("quiet", "Quiet Ltd"),
    ],
)
def test_tab_holds_its_own(client, people, version, tab: str, company: str) -> None:
    acknowledged = {"acknowledged_at": YESTERDAY}
    returned(version, people.sales, "Back Ltd")
    returned(version, people.sales, "Broken Ltd", disposition="repair")
    returned(version, people.sales, "Contested Ltd", contested_at=YESTERDAY)
    returned(version, people.sales, "Waking Ltd", wake_at=SOON, **acknowledged)
    tracked = returned(version, people.sales, "Tracked Ltd", **acknowledged)
    rows.clock(version, "nurture", SOON, "running", lead=tracked.lead, handoff=tracked)
    asked = rows.offer(version, people.sales, "offered", YESTERDAY, rep=people.rep,
                       lead=make_lead(company="Asked Ltd", stage=Stage.MQL))  # fmt: skip
    Question.objects.create(handoff=asked, text="Which phone?", asked_at=YESTERDAY, asked_by=people.rep)
    rows.offer(version, people.sales, "offered", YESTERDAY, rep=people.rep,
               lead=make_lead(company="Offered Ltd", stage=Stage.MQL))  # fmt: skip
    make_lead(company="Ready Ltd", stage=Stage.MQL)
    rows.clock(version, "nurture_stale", YESTERDAY, "breached", lead=make_lead(company="Quiet Ltd"))
    rows.clock(version, "nurture_stale", SOON, "running", lead=make_lead(company="Lively Ltd"))

    found = text(client, people.marketer, "desk", tab=tab)

    companies = {"Back Ltd", "Broken Ltd", "Contested Ltd", "Asked Ltd", "Ready Ltd", "Waking Ltd",
                 "Tracked Ltd", "Offered Ltd", "Quiet Ltd", "Lively Ltd"}  # fmt: skip
    assert {name for name in companies if name in found} == {company}


def test_repair_is_owed_again_once_the_refusal_is_upheld(client, people, version) -> None:
    returned(version, people.sales, "Disputed Ltd", disposition="repair", contested_at=YESTERDAY)
    upheld = {"contested_at": YESTERDAY, "ruled_at": YESTERDAY, "ruling": "upheld"}
    handoff = returned(version, people.sales, "Upheld Ltd", disposition="repair", **upheld)

    found = text(client, people.marketer, "desk", tab="repair")

    assert "Disputed Ltd" not in found
    assert reverse("handoff-repair", args=[handoff.pk]) in found


def test_held_lead_says_why_in_words(client, people, version) -> None:
    lead = make_lead(company="Ready Ltd", stage=Stage.MQL)
    Standing.objects.create(
        lead=lead, version=version, judged_at=YESTERDAY, is_ready=True, held_because="capacity"
    )

    assert "Sales has little room." in text(client, people.marketer, "desk", tab="ready")


def test_late_is_what_the_worker_marked(client, people, version) -> None:
    overdue = returned(version, people.sales, "Overdue Ltd")
    late = returned(version, people.sales, "Late Ltd")
    rows.clock(version, "acknowledge", YESTERDAY, "running", lead=overdue.lead, handoff=overdue)
    rows.clock(version, "acknowledge", YESTERDAY, "breached", lead=late.lead, handoff=late)

    found = text(client, people.marketer, "desk", tab="late")

    assert "Late Ltd" in found
    assert "Overdue Ltd" not in found
    assert "1 is late." in found


def test_settled_and_imported_refusals_are_not_on_the_desk(client, people, version) -> None:
    returned(version, people.sales, "Done Ltd", acknowledged_at=YESTERDAY)
    returned(version, people.sales, "Woken Ltd", woken_at=YESTERDAY)
    returned(version, people.sales, "History Ltd", is_history=True)

    assert "Nothing waits here." in text(client, people.marketer, "desk")


def test_team_page_lists_late_and_soon_with_what_to_do(client, people, version) -> None:
    late = rows.offer(version, people.sales, "accepted", YESTERDAY, rep=people.rep,
                      lead=make_lead(company="Late Ltd"))  # fmt: skip
    soon = rows.offer(version, people.sales, "offered", YESTERDAY, rep=people.other_rep,
                      lead=make_lead(company="Soon Ltd"))  # fmt: skip
    rows.clock(version, "first_touch", YESTERDAY, "breached", lead=late.lead, handoff=late, cause="idle")
    rows.clock(version, "decide", SOON, "running", lead=soon.lead, handoff=soon, warned_at=NOW)

    found = text(client, people.sales_manager, "team")

    assert "1 lead is late." in found
    assert "1 more is due soon." in found
    assert 'data-key="' not in found[found.index("<main") :]  # its rows are no list that keys walk through
    assert "Not acted on" in found
    assert reverse("handoff-reassign", args=[late.pk]) in found
    assert reverse("handoff-reroute", args=[soon.pk]) in found


def test_team_page_shows_the_own_team_only(client, people, version) -> None:
    foreign = rows.offer(version, people.elsewhere, "accepted", YESTERDAY, rep=people.stranger,
                         lead=make_lead(company="Foreign Ltd"))  # fmt: skip
    rows.clock(version, "first_touch", YESTERDAY, "breached", lead=foreign.lead, handoff=foreign)

    found = text(client, people.sales_manager, "team")

    assert "Foreign Ltd" not in found
    assert people.stranger.name not in found
    assert "Foreign Ltd" in text(client, people.marketing_manager, "team")


def test_team_page_tells_who_takes_no_leads(client, people, version) -> None:
    people.rep.is_paused = True
    people.rep.save()
    people.other_rep.max_open = 1
    people.other_rep.save()
    rows.offer(version, people.sales, "accepted", YESTERDAY, rep=people.other_rep)

    found = text(client, people.sales_manager, "team")

    assert "Paused" in found
    assert "Full" in found


def test_desk_and_team_need_as_many_queries_for_thirty_as_for_one(client, people, version) -> None:
    def grow(number: int) -> None:
        for _ in range(number):
            handoff = returned(version, people.sales, "Some Ltd", rep=people.rep)
            rows.clock(version, "acknowledge", SOON, "running", lead=handoff.lead, handoff=handoff)
            worked = rows.offer(version, people.sales, "accepted", YESTERDAY, rep=people.rep)
            rows.clock(version, "first_touch", YESTERDAY, "breached", lead=worked.lead, handoff=worked)

    def queries(name: str, user) -> int:
        client.force_login(user)
        with CaptureQueriesContext(connection) as found:
            assert client.get(reverse(name)).status_code == 200
        return len(found)

    grow(1)
    before = queries("desk", people.marketer), queries("team", people.sales_manager)
    grow(29)

    assert (queries("desk", people.marketer), queries("team", people.sales_manager)) == before


def on_track(people, version, company: str):
    """Put a returned lead on the agreement's track eight days ago: its first step is due since yesterday."""
    handoff = returned(version, people.sales, company, rep=people.rep)
    Refusal.objects.filter(pk=handoff.pk).update(acknowledged_at=YESTERDAY, track="stay_in_touch")
    NurtureStep.objects.create(refusal_id=handoff.pk, number=1, due_on=YESTERDAY.date())
    return handoff


def test_step_of_a_track_is_done_with_one_tap_and_written_down_once(client, people, version) -> None:
    handoff = on_track(people, version, "Tracked Ltd")
    url = f"{reverse('handoff-step', args=[handoff.pk])}?number=1"

    assert url in text(client, people.marketer, "desk", tab="step")
    for _tap in range(2):
        assert client.post(url).status_code == 302

    assert handoff.lead.touches.filter(side="marketing", kind="mail", summary="A useful article").count() == 1
    assert "Tracked Ltd" not in text(client, people.marketer, "desk", tab="step")
    dossier = client.get(reverse("lead", args=[handoff.lead_id])).content.decode()
    assert "1 of 1 steps done" in dossier
    assert "Marketing answered" in dossier


def test_step_that_pays_the_first_touch_stands_on_the_desk_once(client, people, version) -> None:
    handoff = on_track(people, version, "Once Ltd")
    rows.clock(version, "nurture", YESTERDAY, "breached", lead=handoff.lead, handoff=handoff)

    desk = text(client, people.marketer, "desk")

    assert "1 lead needs you." in desk
    assert desk.count("<b>Once Ltd</b>") == 1
    assert "the first touch owed" in desk
    assert f"{reverse('handoff-step', args=[handoff.pk])}?number=1" in desk


def test_rep_reads_what_marketing_answered_but_takes_no_step(client, people, version) -> None:
    handoff = on_track(people, version, "Tracked Ltd")
    type(handoff.lead).objects.filter(pk=handoff.lead_id).update(team=people.sales)
    client.force_login(people.sales_manager)

    dossier = client.get(reverse("lead", args=[handoff.lead_id])).content.decode()

    assert "taken up again, on the track “Stay in touch”" in dossier
    assert reverse("handoff-step", args=[handoff.pk]) not in dossier


def test_desk_says_where_the_dossier_contradicts_and_contests_with_one_tap(client, people, version) -> None:
    handoff = returned(version, people.sales, "Big Ltd", mismatch="Employees: 400")

    assert "The dossier says otherwise: Employees: 400" in text(client, people.marketer, "desk")
    client.post(reverse("handoff-contest", args=[handoff.pk]))

    handoff.refusal.refresh_from_db()
    assert (handoff.refusal.contested_by, handoff.refusal.contest_note) == (people.marketer, "Employees: 400")


def test_missing_data_is_listed_by_what_still_lacks(client, people, version) -> None:
    lead = make_lead(company="Bare Ltd", stage=Stage.MQL, source="Webinar")
    handoff = rows.offer(version, people.sales, "offered", YESTERDAY, rep=people.rep, lead=lead)
    Snapshot.objects.create(
        handoff=handoff, taken_at=YESTERDAY, is_complete=False, missing=["source", "first_identified"]
    )

    found = text(client, people.marketer, "desk", tab="missing")

    assert "Missing: how it was first identified" in found
    assert "where it came from" not in found


def test_rows_of_the_desk_have_keys_and_go_on_where_they_were(client, people, version) -> None:
    for company in ("Arno Ltd", "Brahe Ltd", "Curie Ltd"):
        returned(version, people.sales, company)
    second = Refusal.objects.order_by("pk")[1].handoff
    found = text(client, people.marketer, "desk", tab="returned")
    assert found.count('data-key="2"') == found.count('data-key="3"') == 3
    assert "autofocus" not in found

    back = f"{reverse('desk')}?tab=returned&at=2"
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/desk/"}
    acknowledge = reverse("handoff-acknowledge", args=[second.pk])
    answer = client.post(acknowledge, {"next": back, "track": ""}, headers=headers)
    assert answer["HX-Redirect"] == back
    again = client.get(back).content.decode()
    assert again.count("autofocus") == 1
    assert "Curie Ltd" in again[again.index("autofocus") :]
    assert "Arno Ltd" not in again[again.index("autofocus") :]


def test_last_row_of_the_desk_is_marked_when_the_one_below_is_done(client, people, version) -> None:
    returned(version, people.sales, "Arno Ltd")
    assert text(client, people.marketer, "desk", at="9").count('class="row focus"') == 1
