"""Whatever people and other systems write is shown as text: no page lets it through as markup."""

import pytest
from django.db.models import Value
from django.db.models.functions import Concat

from leads.models import Account, Deal, Lead, Team, User
from sla.models import Agreement, Comment, Dispute, Question, Refusal
from tests.portal import routes
from tests.portal.conftest import Samples

pytestmark = pytest.mark.django_db
MARKUP = "<img src=x onerror=alert(1)>'\""
WRITTEN = (
    (Account, ("name", "industry")),
    (Lead, ("name", "title", "source", "campaign", "next_step")),
    (Deal, ("name",)),
    (User, ("name",)),
    (Team, ("name",)),
    (Agreement, ("name",)),
    (Comment, ("text",)),
    (Dispute, ("reason",)),
    (Question, ("text", "answer")),
    (Refusal, ("note", "right_contact", "contest_note")),
)


def plant() -> None:
    for model, names in WRITTEN:
        model._default_manager.update(**{name: Concat(name, Value(MARKUP)) for name in names})


@pytest.mark.parametrize("who", ["rep", "sales_manager", "marketing_manager", "operations"])
def test_what_was_written_is_text_on_every_page(samples: Samples, who: str) -> None:
    plant()
    client, shown = samples.clients[who], 0
    for row in routes.rows():
        if row.method != "GET" or row.name.startswith(("password", "log")):
            continue
        answer = client.get(samples.address(row.name, row.subject))
        if "html" not in answer.get("Content-Type", "") or answer.streaming:
            continue
        text = answer.content.decode()
        assert "<img src=x" not in text, row
        shown += "&lt;img src=x" in text
    assert shown > 5
