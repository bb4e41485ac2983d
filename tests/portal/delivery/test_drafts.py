"""News of drafts: who takes part in an agreement is told what is proposed, said and signed."""

from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from leads.models import OutboxMessage
from portal import delivery
from portal.delivery import wishes
from portal.models import Notice
from sla import agreements
from sla.models import AgreementVersion
from tests import factories
from tests.factories import NOW, Cast

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=3)


@pytest.fixture
def cast() -> Cast:
    return factories.cast()


@pytest.fixture
def draft(cast: Cast) -> AgreementVersion:
    version = factories.signed_version(signers=(cast.marketing_manager, cast.sales_manager))
    return agreements.amend(version=version, starts_on=LATER.date(), now=NOW, actor=cast.operations)


def told(kind: str) -> set[str]:
    delivery.fan_out(now=LATER)
    return set(Notice.objects.filter(message__kind=kind).values_list("recipient__role", flat=True))


def test_a_comment_reaches_who_signs_and_who_wrote_but_not_its_author(
    cast: Cast, draft: AgreementVersion
) -> None:
    agreements.comment(
        version=draft, clause="", text="Three hours on Mondays?", author=cast.sales_manager, now=NOW
    )
    assert told("agreement.commented") == {"marketing_manager", "leader", "operations"}
    delivery.deliver(now=LATER + timedelta(days=4))
    letter = next(one for one in mail.outbox if one.to == [cast.leader.email])
    assert letter.subject.endswith(f"A comment on {draft.agreement.name} v{draft.number}.")
    assert "Three hours on Mondays?" in letter.body
    assert reverse("agreement-draft", args=[draft.pk]) in letter.body


def test_a_proposal_asks_both_sides_once_for_each_text(cast: Cast, draft: AgreementVersion) -> None:
    for _again in range(2):
        agreements.propose(version=draft, now=NOW, actor=cast.operations)
    assert told("agreement.proposed") == {"marketing_manager", "sales_manager", "leader"}
    assert OutboxMessage.objects.filter(kind="agreement.proposed").count() == 1
    seen = agreements.fingerprint(draft.document, ["title"])
    agreements.revise(version=draft, part={"title": "Other"}, seen=seen, now=NOW, actor=cast.leader)
    draft.refresh_from_db()
    agreements.propose(version=draft, now=NOW, actor=cast.operations)
    assert OutboxMessage.objects.filter(kind="agreement.proposed").count() == 2


def test_the_other_side_hears_that_it_is_its_turn_to_sign(
    cast: Cast, draft: AgreementVersion, client: Client
) -> None:
    agreements.sign(version=draft, user=cast.marketing_manager, side="marketing", name="M", now=NOW)
    assert told("agreement.signed") == {"sales_manager", "leader", "operations"}
    client.force_login(cast.sales_manager)
    page = client.get(reverse("notices")).content.decode()
    assert f"Marketing signed {draft.agreement.name} v{draft.number}. The other side has not yet." in page
    assert reverse("agreement-draft", args=[draft.pk]) in page
    agreements.sign(version=draft, user=cast.sales_manager, side="sales", name="S", now=NOW)
    assert told("agreement.agreed") == {"marketing_manager", "leader", "operations"}


def test_comments_are_chosen_apart_from_proposals(cast: Cast, draft: AgreementVersion) -> None:
    wishes.choose(person=cast.leader, channels={"comments": []}, keeps_quiet_hours=False, mails_per_hour=5)
    agreements.comment(version=draft, clause="", text="Why?", author=cast.sales_manager, now=NOW)
    agreements.propose(version=draft, now=NOW, actor=cast.sales_manager)
    assert "leader" not in told("agreement.commented")
    assert "leader" in told("agreement.proposed")
