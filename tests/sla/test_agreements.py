"""Agreements: drafted without loss, signed by both sides, in force once, never changed again."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from leads import marks
from leads.choices import Role, Stage
from leads.models import Account, AuditEntry, FactChange, User
from sla import agreements, document, readiness
from sla.choices import VersionState
from sla.models import ActionRow, AgreementVersion, Commitment, Handoff, Refusal
from tests import factories
from tests.factories import NOW, START, agreement_data

pytestmark = pytest.mark.django_db


def load(**changes: Any) -> AgreementVersion:
    return agreements.load(key="default", data=agreement_data(**changes), now=START)


def sign(version: AgreementVersion, role: str, side: str, user: User | None = None) -> User:
    user = user or factories.user(role)
    agreements.sign(version=version, user=user, side=side, name=user.name, now=START)
    return user


# ── drafts ───────────────────────────────────────────────────────────────────────────────────────


def test_load_same_text_is_the_same_version() -> None:
    first = load()
    # The order of keys and the way a number is written are no part of the text.
    again = agreements.load(
        key="default", data=json.loads(json.dumps(agreement_data(), sort_keys=True)), now=NOW
    )
    assert (again.pk, again.sha256, first.state) == (first.pk, first.sha256, VersionState.DRAFT)


def test_export_loads_again_without_loss() -> None:
    for data in (agreement_data(), document.default_agreement()):
        version = agreements.load(key="some", data=data, now=START)
        exported = json.loads(json.dumps(agreements.export(version)))
        assert agreements.load(key="other", data=exported, now=START).sha256 == version.sha256


def test_load_rewrites_an_open_draft_and_voids_its_signatures() -> None:
    version = load()
    sign(version, Role.SALES_MANAGER, "sales")
    assert agreements.signed_sides(version) == {"sales"}
    rewritten = load(title="Another title")
    assert (rewritten.pk, rewritten.number, rewritten.state) == (version.pk, 1, VersionState.DRAFT)
    assert (agreements.signed_sides(rewritten), rewritten.signatures.count()) == (set(), 1)


def test_load_after_activation_is_a_new_version_based_on_it() -> None:
    active = factories.signed_version()
    draft = load(title="Another title")
    assert (draft.number, draft.based_on_id) == (2, active.pk)


def test_load_names_the_path_of_each_fault() -> None:
    data = agreement_data(grid={"fit": {"A": 10, "B": 40}, "engagement": {"1": 60, "2": 25}})
    del data["title"]
    with pytest.raises(document.InvalidDocument) as refusal:
        agreements.load(key="default", data=data, now=START)
    assert [problem.path for problem in refusal.value.problems] == ["title", "grid.fit.A"]
    assert not AgreementVersion.objects.exists()


# ── signing ──────────────────────────────────────────────────────────────────────────────────────

ENTITLED = {
    Role.MARKETING_MANAGER: ("marketing",),
    Role.SALES_MANAGER: ("sales",),
    Role.LEADER: ("marketing", "sales"),
}


@pytest.mark.parametrize("role", Role.values)
def test_who_may_sign_for_which_side(role: str) -> None:
    for side in ("marketing", "sales"):
        version, user = load(title=f"{role} {side}"), factories.user(role)
        if side in ENTITLED.get(Role(role), ()):
            sign(version, role, side, user)
            assert agreements.signed_sides(version) == {side}
        else:
            with pytest.raises(agreements.MayNotSign):
                sign(version, role, side, user)


def test_nobody_signs_for_both_not_even_two_texts() -> None:
    leader = sign(load(), Role.LEADER, "sales")
    rewritten = load(title="Another title")
    with pytest.raises(agreements.SignedForOtherSide):
        sign(rewritten, Role.LEADER, "marketing", leader)
    sign(rewritten, Role.LEADER, "sales", leader)
    with pytest.raises(agreements.AlreadySigned):
        sign(rewritten, Role.LEADER, "sales", leader)


def test_nobody_signs_a_text_that_changed_since_it_was_read() -> None:
    seen = load()
    load(title="Another title")
    with pytest.raises(agreements.TextChanged):
        sign(seen, Role.SALES_MANAGER, "sales")
    assert not seen.signatures.exists()


def test_draft_that_changed_since_it_was_read_is_not_rewritten() -> None:
    seen = load()
    theirs = load(title="Another title")
    data = agreement_data(title="A third title")
    with pytest.raises(agreements.ChangedMeanwhile) as refusal:
        agreements.load(key="default", data=data, now=START, seen=seen.sha256)
    assert refusal.value.version == theirs
    assert agreements.load(key="default", data=data, now=START, seen=theirs.sha256).pk == theirs.pk


def test_draft_that_somebody_began_meanwhile_is_not_rewritten() -> None:
    load()
    with pytest.raises(agreements.ChangedMeanwhile):
        agreements.load(key="default", data=agreement_data(title="Mine"), now=START, seen="")


def test_inactive_or_nameless_may_not_sign() -> None:
    version, user = load(), factories.user(Role.SALES_MANAGER)
    with pytest.raises(agreements.MayNotSign):
        agreements.sign(version=version, user=user, side="sales", name=" ", now=START)
    user.is_active = False
    with pytest.raises(agreements.MayNotSign):
        agreements.sign(version=version, user=user, side="sales", name="Sam", now=START)


def test_signing_proposes_and_is_logged() -> None:
    version = load()
    user = sign(version, Role.SALES_MANAGER, "sales")
    version.refresh_from_db()
    signature = version.signatures.get()
    assert (version.state, signature.name, signature.sha256) == ("proposed", user.name, version.sha256)
    assert AuditEntry.objects.filter(verb="signed_for_sales", actor_id=user.pk).count() == 1


def test_what_is_in_force_cannot_be_signed() -> None:
    version = factories.signed_version()
    with pytest.raises(agreements.NotOpenForSigning):
        sign(version, Role.LEADER, "sales")


# ── taking effect ────────────────────────────────────────────────────────────────────────────────


def test_activate_says_what_is_lacking() -> None:
    version = load()

    def lacks(moment: Any = START) -> str:
        with pytest.raises(agreements.NotActivatable) as refusal:
            agreements.activate(version=version, now=moment)
        return refusal.value.lacks

    assert lacks() == "calendars"
    factories.calendar()
    assert lacks() == "signatures"
    sign(version, Role.SALES_MANAGER, "sales")
    assert lacks() == "signatures"
    sign(version, Role.MARKETING_MANAGER, "marketing")
    assert lacks(START - timedelta(days=1)) == "date"
    assert agreements.activate(version=version, now=START).state == "active"
    assert lacks() == "state"


def test_a_segment_needs_an_agreement_for_everybody_beside_it() -> None:
    segment = {"label": "Small", "rule": {"fact": "employees", "op": "<", "value": 200}}
    with pytest.raises(agreements.NotActivatable, match="catch_all"):
        factories.signed_version(key="small", segment=segment)
    everybody = factories.signed_version()
    small = factories.signed_version(key="small", segment=segment, title="Small companies")
    assert agreements.in_force() == [small, everybody]
    assert agreements.current() == everybody
    for employees, version in ((100, small), (200, everybody), (None, everybody)):
        assert agreements.for_facts(readiness.Facts(employees=employees), NOW) == version


def test_the_segment_is_not_left_without_an_agreement_for_everybody() -> None:
    factories.signed_version()
    segment = {"label": "Small", "rule": {"fact": "employees", "op": "<", "value": 200}}
    with pytest.raises(agreements.NotActivatable, match="catch_all"):
        factories.signed_version(segment=segment, title="Narrowed")


def test_no_agreement_covers_the_lead() -> None:
    with pytest.raises(agreements.NoAgreement):
        agreements.for_facts(readiness.Facts(), NOW)
    assert agreements.current() is None


def test_activation_supersedes_the_old_version_in_the_same_moment() -> None:
    old = factories.signed_version()
    new = factories.signed_version(title="Amended", now=NOW)
    old.refresh_from_db()
    assert (old.state, old.superseded_at) == ("superseded", NOW)
    assert agreements.in_force() == [new]


def test_activation_marks_every_lead_in_one_statement() -> None:
    account = factories.make_account()
    for _ in range(5):
        factories.make_lead(account=account)
    marks.clear(marks.waiting(NOW, 10))
    factories.signed_version(now=NOW)
    assert list(FactChange.objects.values_list("since", flat=True)) == [NOW] * 5


def test_activation_asks_for_sleepers_to_be_woken() -> None:
    version = factories.signed_version()
    cast = factories.cast()
    sleeping, awake = (factories.make_lead(stage=Stage.RECYCLED) for _ in range(2))
    for lead, woken_at in ((sleeping, None), (awake, NOW)):
        handoff = Handoff.objects.create(
            lead=lead,
            version=version,
            state="declined",
            rep=cast.rep,
            team=cast.sales,
            offered_at=START,
            ended_at=START,
            is_ended=True,
            reason_code="no_budget",
            disposition="recycle",
        )
        Refusal.objects.create(handoff=handoff, woken_at=woken_at)
    factories.signed_version(title="Amended", now=NOW)
    asked = ActionRow.objects.get()
    assert (asked.action, asked.handoff.lead, asked.due_at) == ("wake", sleeping, NOW)


def test_activate_due_waits_for_the_day_and_leaves_the_rest() -> None:
    factories.calendar()
    version = load(starts_on="2026-07-01", review_due_on="2026-12-31")
    for role, side in ((Role.SALES_MANAGER, "sales"), (Role.MARKETING_MANAGER, "marketing")):
        sign(version, role, side)
    agreements.load(key="unsigned", data=agreement_data(title="Unsigned"), now=START)
    # 1 July begins at 22:00 UTC in Berlin, the zone of Sales' calendar.
    midnight = START.replace(month=6, day=30, hour=22)
    assert agreements.activate_due(now=midnight - timedelta(seconds=1)) == []
    assert agreements.activate_due(now=midnight) == [version]
    assert agreements.activate_due(now=midnight) == []


def test_a_baseline_takes_effect_unsigned_beside_the_version_in_force() -> None:
    active = factories.signed_version()
    account: Account = factories.make_account()
    factories.make_lead(account=account)
    marks.clear(marks.waiting(NOW, 10))
    baseline = factories.baseline_version(key="default", now=NOW)
    assert (baseline.state, baseline.review_due_on) == ("active", None)
    assert agreements.in_force() == [active]
    assert not FactChange.objects.exists()


# ── commitments ──────────────────────────────────────────────────────────────────────────────────


def test_commitments_are_projected_per_tier() -> None:
    version = factories.signed_version()
    rows = {(row.code, row.tier): row for row in Commitment.objects.filter(version=version)}
    decide = {
        tier: one.amount
        for tier in ("top", "standard")
        for one in agreements.commitments_on(version, tier)
        if one.code == "decide"
    }
    assert ({tier for code, tier in rows if code == "decide"}, decide) == (
        {"top", ""},
        {"top": 1, "standard": 2},
    )
    offer = rows["touch_from_offer", ""]
    assert (offer.kind, offer.params, offer.calendar_key) == ("first_touch", {"from": "offer"}, "default")
    upkeep = rows["upkeep", ""]
    assert (upkeep.amount, upkeep.unit, upkeep.is_timed) == (None, "business_days", True)
    volume = rows["volume", ""]
    assert (volume.amount, volume.is_timed, volume.params["per"]) == (20, False, "month")
    codes = {commitment["code"] for commitment in agreement_data()["commitments"]}
    assert {code for code, _ in rows} == codes


# ── frozen ───────────────────────────────────────────────────────────────────────────────────────

REFUSED = (DatabaseError, IntegrityError)
CHANGES = [
    "state = 'draft'",
    "state = 'proposed'",
    "canonical_text = canonical_text || ' '",
    "sha256 = 'f'",
    "starts_on = '2020-01-01'",
    "review_due_on = '2030-01-01'",
    "number = 9",
    "document = '{}'",
]


@pytest.mark.parametrize("change", CHANGES)
def test_a_signed_version_cannot_be_changed_by_sql(change: str) -> None:
    version = factories.signed_version()
    with pytest.raises(REFUSED), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE sla_agreementversion SET {change}")  # noqa: S608 (cases of the test)
    assert agreements.verify() == []
    assert AgreementVersion.objects.get().sha256 == version.sha256


@pytest.mark.parametrize("table", ["sla_agreementversion", "sla_signature", "sla_commitment"])
def test_nothing_signed_can_be_removed_by_sql(table: str) -> None:
    factories.signed_version()
    with pytest.raises(REFUSED), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table}")  # noqa: S608 (cases of the test)


def test_a_signed_version_cannot_be_changed_by_the_orm() -> None:
    version = factories.signed_version()
    version.canonical_text = "Anything"
    with pytest.raises(REFUSED), transaction.atomic():
        version.save()
    with pytest.raises(REFUSED), transaction.atomic():
        Commitment.objects.filter(version=version).update(amount=99)
    with pytest.raises(REFUSED), transaction.atomic():
        version.signatures.update(name="Somebody else")


def test_verify_finds_a_draft_whose_text_was_altered() -> None:
    version = load()
    AgreementVersion.objects.filter(pk=version.pk).update(canonical_text="Anything")
    assert agreements.verify() == [version]
    with pytest.raises(agreements.NotOpenForSigning):
        sign(version, Role.LEADER, "sales")


def test_reading_versions_leaves_long_texts_in_the_database(django_assert_num_queries) -> None:
    agreements.document(factories.signed_version())
    with django_assert_num_queries(1):
        assert agreements.document(agreements.in_force()[0]).title == "Agreement of the tests"
