"""Keys on their pages: made, shown once, ended by their owner or by operations."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from leads.models import AuditEntry
from portal import api_keys
from portal.models import ApiKey, IntakeSource
from tests.portal.conftest import Samples

pytestmark = pytest.mark.django_db


def entered(**changes: object) -> dict[str, object]:
    day = (date.today() + timedelta(days=30)).isoformat()
    return {"name": "Nightly sync", "scopes": ["read", "facts"], "expires_on": day, **changes}


def test_secret_is_shown_once_and_opens(samples: Samples) -> None:
    page = reverse("profile-keys")

    def use(client: Client) -> object:
        made = client.post(page, entered())
        secret = made.context["secret"]
        assert secret in made.content.decode()
        assert secret not in client.get(page).content.decode()
        assert ApiKey.objects.get(name="Nightly sync").scopes == ["read", "facts"]
        said = Client().get("/api/v1/me/", headers={"Authorization": f"Bearer {secret}"}).json()
        assert said["id"] == samples.company.cast.rep.pk
        assert client.get(reverse("api-docs")).status_code == 200
        return made

    samples.watch("rep", use)


def test_form_proposes_a_year_and_takes_it(samples: Samples) -> None:
    def use(client: Client) -> object:
        form = client.get(reverse("profile-keys")).context["form"]
        proposed = form["expires_on"].value()
        assert proposed == timezone.localdate() + timedelta(days=365)
        assert f'value="{proposed.isoformat()}"' in str(form["expires_on"])
        made = client.post(reverse("profile-keys"), entered(expires_on=proposed.isoformat()))
        assert made.context["secret"]
        return made

    samples.watch("rep", use)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"scopes": []}, "Choose at least one"),
        ({"expires_on": date.today().isoformat()}, "from tomorrow"),
        ({"expires_on": (date.today() + timedelta(days=400)).isoformat()}, "from tomorrow"),
        ({"name": ""}, "required"),
    ],
)
def test_faulty_key_is_not_made(samples: Samples, changes: dict[str, object], said: str) -> None:
    def use(client: Client) -> object:
        answer = client.post(reverse("profile-keys"), entered(**changes))
        assert answer.status_code == 422
        assert said in answer.content.decode()
        assert not ApiKey.objects.filter(owner=samples.company.cast.marketer).exists()
        return answer

    samples.watch("marketer", use)


def test_operations_ends_anybodys_key(samples: Samples) -> None:
    def use(client: Client) -> object:
        assert "sample-k" in client.get(reverse("settings-keys")).content.decode()
        client.post(reverse("profile-key-revoke", args=["sample-k"]))
        assert ApiKey.objects.get(prefix="sample-k").revoked
        entry = AuditEntry.objects.filter(verb="key_revoked").latest("pk")
        assert entry.actor_id == samples.company.cast.operations.pk
        return client.get(reverse("settings-keys"))

    samples.watch("operations", use)


def test_source_is_added_once(samples: Samples) -> None:
    def use(client: Client) -> object:
        data = {"name": "shop", "owner": samples.company.cast.operations.pk}
        made = client.post(reverse("settings-source-new"), data)
        assert IntakeSource.objects.get(name="shop").secret in made.content.decode()
        again = client.post(reverse("settings-source-new"), data)
        assert again.status_code == 422
        return again

    samples.watch("operations", use)


def test_a_person_has_so_many_keys_and_no_more(
    samples: Samples, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api_keys, "MOST_KEYS", 2)
    client.force_login(samples.company.cast.other_rep)
    page = reverse("profile-keys")
    for _key in range(2):
        assert client.post(page, entered()).status_code == 200
    refused = client.post(page, entered(name="One more"))
    assert refused.status_code == 422
    assert "You have 2 keys" in refused.content.decode()
    assert "One more" in refused.content.decode()
    first = ApiKey.objects.filter(owner=samples.company.cast.other_rep).first()
    assert first
    client.post(reverse("profile-key-revoke", args=[first.prefix]))
    assert client.post(page, entered(name="One more")).status_code == 200
