"""Whoever changes a person's hours or a team's in the settings changes them for what already runs."""

import pytest
from django.test import Client
from django.urls import reverse

from leads.models import Calendar, Team, User
from sla.models import Clock
from tests import factories
from tests.sla.scene import Scene, committed, offered, scene

pytestmark = pytest.mark.django_db
LATE = {**factories.WORKING_HOURS, "hours": {"sat": [["12:00", "20:00"]]}}


@pytest.fixture
def play() -> Scene:
    own = factories.timed("decide", "sales", 4, "business_hours", whose_hours="rep")
    return scene(commitments=committed(own))


@pytest.fixture
def late(client: Client, play: Scene) -> Calendar:
    client.force_login(play.cast.operations)
    return factories.calendar("late", LATE)


def ruling(*kinds: str) -> set[str]:
    return set(Clock.objects.open().filter(kind__in=kinds).values_list("calendar_key", flat=True))


def of_person(user: User, **changes: object) -> dict[str, object]:
    values = {
        "name": user.name,
        "email": user.email,
        "role": user.role,
        "weight": user.weight,
        "is_active": "on",
    }
    return {**values, "team": user.team_id, **changes}


def test_persons_running_clocks_go_on_by_the_new_hours(client: Client, play: Scene, late: Calendar) -> None:
    offered(play)
    answer = client.post(
        reverse("settings-person", args=[play.rep.pk]), of_person(play.rep, calendar=late.pk)
    )
    assert answer.status_code == 302
    assert ruling("decide") == {"late"}
    assert ruling("first_touch") == {"default"}


def test_person_who_changes_teams_goes_on_by_the_hours_of_the_new_one(
    client: Client, play: Scene, late: Calendar
) -> None:
    offered(play)
    team = factories.team("Weekend", calendar=late)
    client.post(reverse("settings-person", args=[play.rep.pk]), of_person(play.rep, team=team.pk))
    assert ruling("decide") == {"late"}


def test_teams_running_clocks_go_on_by_the_new_hours(client: Client, play: Scene, late: Calendar) -> None:
    offered(play)
    team: Team = play.cast.sales
    values = {"name": team.name, "side": team.side, "leg": team.leg, "segment_key": team.segment_key}
    client.post(reverse("settings-team", args=[team.pk]), {**values, "calendar": late.pk})
    assert ruling("decide", "first_touch") == {"late"}
