"""Operations adds people and teams; nobody can lock everybody out, and what was done is written down."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from leads.choices import Role
from leads.models import AuditEntry, Team, User
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def team(olga: User) -> Team:
    return factories.team("Sales North")


def entered(**changes: object) -> dict[str, object]:
    return {
        "name": "Rosa Reps",
        "email": "Rosa@Example.com",
        "role": "rep",
        "weight": 2,
        "is_active": "on",
        **changes,
    }


def text(answer) -> str:
    return " ".join(answer.content.decode().split())


def test_a_new_person_sets_a_password_by_the_link(client: Client, team: Team, mailoutbox) -> None:
    client.post(reverse("settings-person-new"), entered(team=team.pk, max_open=12))
    rosa = User.objects.get(name="Rosa Reps")
    assert (rosa.email, rosa.role, rosa.team, rosa.max_open) == ("rosa@example.com", "rep", team, 12)
    client.post(reverse("settings-person-invite", args=[rosa.pk]))
    assert AuditEntry.objects.filter(verb="invited", subject_id=rosa.pk).count() == 1
    link = re.search(r"https?://[^/\s]+(\S+)", mailoutbox[0].body)
    assert link is not None
    newcomer = Client()
    form = newcomer.get(link[1], follow=True)
    word = "wide-river-stone-9"
    newcomer.post(form.redirect_chain[-1][0], {"new_password1": word, "new_password2": word})
    newcomer.post(reverse("login"), {"username": "rosa@example.com", "password": word})
    assert newcomer.get(reverse("inbox")).status_code == 200


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"email": "OLGA.brandt@example.com"}, "Somebody already logs in with this address."),
        ({"team": ""}, "Who takes leads needs a team."),
        ({"role": "marketer"}, "This team stands on the other side."),
        ({"name": ""}, "This field is required."),
        ({"max_open": "-3"}, "Ensure this value is greater than or equal to 0."),
    ],
)
def test_what_cannot_be_is_told_and_nothing_is_lost(
    client: Client, olga: User, team: Team, changes: dict[str, object], sentence: str
) -> None:
    User.objects.filter(pk=olga.pk).update(email="olga.brandt@example.com")
    answer = client.post(reverse("settings-person-new"), entered(**{"team": team.pk, **changes}))
    assert answer.status_code == 422
    assert sentence in text(answer)
    assert 'value="2"' in text(answer)
    assert not User.objects.filter(name="Rosa Reps").exists()


@pytest.mark.parametrize("changes", [{"is_active": ""}, {"role": "leader"}])
def test_the_last_person_of_operations_stays(client: Client, olga: User, changes: dict[str, object]) -> None:
    data = {"name": olga.name, "email": olga.email, "role": "operations", "weight": 1, "is_active": "on"}
    answer = client.post(reverse("settings-person", args=[olga.pk]), {**data, **changes})
    assert answer.status_code == 422
    assert "Nobody else runs Concord." in text(answer)
    olga.refresh_from_db()
    assert (olga.is_active, olga.role) == (True, "operations")


def test_switching_somebody_off_ends_their_next_request(client: Client, team: Team) -> None:
    rep = factories.user(Role.REP, team, "Rosa Reps")
    theirs = Client()
    theirs.force_login(rep)
    assert theirs.get(reverse("inbox")).status_code == 200
    data = entered(email=rep.email, team=team.pk, weight=1)
    del data["is_active"]
    client.post(reverse("settings-person", args=[rep.pk]), data)
    assert theirs.get(reverse("inbox")).status_code == 302
    assert "Switched off" in text(client.get(reverse("settings-people"), {"q": "rosa"}))


def test_what_was_changed_is_written_down_without_names(client: Client, team: Team) -> None:
    rep = factories.user(Role.REP, team, "Rosa Reps")
    client.post(
        reverse("settings-person", args=[rep.pk]),
        entered(name="Rosa Married", email=rep.email, team=team.pk, weight=3),
    )
    entry = AuditEntry.objects.get(stream=f"user:{rep.pk}")
    assert entry.verb == "changed"
    assert entry.data == {"channel": "page", "fields": ["name", "weight"], "weight": [1, 3]}


def test_saving_without_a_change_writes_nothing(client: Client, team: Team) -> None:
    rep = factories.user(Role.REP, team, "Rosa Reps")
    client.post(reverse("settings-person", args=[rep.pk]), entered(email=rep.email, team=team.pk, weight=1))
    assert not AuditEntry.objects.exists()


def test_a_team_is_added_and_its_name_is_taken_once(client: Client, team: Team) -> None:
    data = {"name": "Sales South", "side": "sales", "leg": 1, "segment_key": "", "calendar": ""}
    client.post(reverse("settings-team-new"), data)
    assert Team.objects.filter(name="Sales South", side="sales").exists()
    answer = client.post(reverse("settings-team-new"), {**data, "name": "sales NORTH"})
    assert "There is a team of this name." in text(answer)


def test_people_are_found_by_name_role_and_team(client: Client, team: Team) -> None:
    factories.user(Role.REP, team, "Rosa Reps")
    factories.user(Role.MARKETER, None, "Priya Nair")
    for query, there, away in (
        ({"q": "ros"}, "Rosa Reps", "Priya Nair"),
        ({"role": "marketer"}, "Priya Nair", "Rosa Reps"),
        ({"team": team.pk}, "Rosa Reps", "Priya Nair"),
    ):
        page = text(client.get(reverse("settings-people"), query))
        assert there in page
        assert away not in page
