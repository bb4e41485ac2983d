"""A signed version takes effect: the old one is superseded, every lead is judged anew, sleepers wake."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from leads import marks, setbased
from leads.choices import Evidence, Side, Stage
from leads.models import Calendar, Lead, User
from sla import document as documents
from sla.agreements import choosing, logbook, signing
from sla.choices import Disposition, VersionState
from sla.models import ActionRow, Agreement, AgreementVersion, Commitment, Refusal

_BATCH = 2000


class NotActivatable(Exception):
    """The version cannot take effect; `lacks` says why in a code.

    `state` not a draft or proposal, `text` its hash does not fit, `signatures` a side has not
    signed, `date` its day has not come, `calendars` it names one that is not there, `catch_all`
    no agreement for everybody would be in force.
    """

    def __init__(self, version: AgreementVersion, lacks: str) -> None:
        super().__init__(f"Version {version} cannot take effect: {lacks}.")
        self.version, self.lacks = version, lacks


@transaction.atomic
def activate(*, version: AgreementVersion, now: datetime, actor: User | None = None) -> AgreementVersion:
    """Let a signed version take effect and return it; raises NotActivatable.

    Supersedes the agreement's active version in the same transaction, writes the commitments as
    rows, marks every lead to be judged anew and asks for recycled leads to be woken. A baseline
    judges history only: it needs no signatures, supersedes nothing and marks nobody.
    """
    Agreement.objects.select_for_update().get(pk=version.agreement_id)
    version = AgreementVersion.objects.select_for_update().get(pk=version.pk)
    lacks = _lacks(version, now)
    if lacks:
        raise NotActivatable(version, lacks)
    if not version.is_baseline:
        old = AgreementVersion.objects.filter(
            agreement=version.agreement_id, state=VersionState.ACTIVE, is_baseline=False
        )
        old.update(state=VersionState.SUPERSEDED, superseded_at=now)
    version.state, version.activated_at = VersionState.ACTIVE, now
    version.save(update_fields=["state", "activated_at"])
    Commitment.objects.bulk_create(_commitments(version))
    if not version.is_baseline:
        marks.mark_all(since=now)
        _wake_sleepers(version, now)
    logbook.note(version, "took_effect", now=now, actor=actor)
    return version


def activate_due(*, now: datetime) -> list[AgreementVersion]:
    """Activate what both sides have signed and whose day has come; the rest stays as it is."""
    due = to_activate().order_by("agreement__segment_rank", "number")
    return [activate(version=version, now=now) for version in due if not _lacks(version, now)]


def to_activate() -> QuerySet[AgreementVersion]:
    """Return the proposed versions, each of which may take effect once it is signed and its day has come."""
    return AgreementVersion.objects.filter(state=VersionState.PROPOSED, is_baseline=False)


def _lacks(version: AgreementVersion, now: datetime) -> str:
    """Return the code of the first thing that keeps a version from taking effect, blank for none."""
    if version.state not in (VersionState.DRAFT, VersionState.PROPOSED):
        return "state"
    if documents.sha256(version.canonical_text) != version.sha256:
        return "text"
    text = choosing.document(version)
    keys = set(text.calendars.values())
    if Calendar.objects.filter(key__in=keys).count() < len(keys):
        return "calendars"
    return "" if version.is_baseline else _lacks_in_force(version, text, now)


def _lacks_in_force(version: AgreementVersion, text: documents.Document, now: datetime) -> str:
    if signing.signed_sides(version) != set(Side.values):
        return "signatures"
    if version.starts_on > choosing.today(version, now):
        return "date"
    others = [one for one in choosing.in_force() if one.agreement_id != version.agreement_id]
    is_for_everybody = any(choosing.document(one).segment.rule is None for one in others)
    return "" if text.segment.rule is None or is_for_everybody else "catch_all"


def _commitments(version: AgreementVersion) -> Iterator[Commitment]:
    """Yield the rows that a document's commitments become: one per tier with a time of its own."""
    text = choosing.document(version)
    for one in text.commitments:
        kind = documents.KINDS[one.kind]
        shared: dict[str, Any] = {
            "version": version,
            "code": one.code,
            "kind": one.kind,
            "side": one.side,
            "leg": one.leg,
            "is_on": one.is_on,
            "is_timed": kind.is_timed,
            "target": one.target,
            "calendar_key": text.calendars.get(one.side, text.calendars["sales"]),
            "whose_hours": one.whose_hours,
            "evidence": Evidence[one.evidence.upper()],
            "warn_at": one.warn_at,
            "params": {**one.params, **({"per": one.per} if one.per else {})},
            "ladder": [
                {"after": {"amount": rung.after.amount, "unit": rung.after.unit}, "action": rung.action}
                for rung in one.ladder
            ],
        }
        if kind.measure == "clock":
            for allowance in one.allowances:
                span = allowance.span
                yield Commitment(**shared, tier=allowance.tier or "", amount=span.amount, unit=span.unit)
        else:
            # How long a lead may lie still is said per stage, so these rows carry no amount.
            unit = "business_days" if kind.measure == "stale" else ""
            yield Commitment(**shared, amount=one.amount, unit=unit)


def _wake_sleepers(version: AgreementVersion, now: datetime) -> None:
    sleeping = Refusal.objects.filter(
        woken_at__isnull=True,
        handoff__disposition=Disposition.RECYCLE,
        handoff__lead_id__in=Lead.objects.alive().filter(stage=Stage.RECYCLED).values("pk"),
    )
    ids = list(sleeping.values_list("pk", flat=True))
    for start in range(0, len(ids), _BATCH):
        rows = [
            {
                "key": f"wake:{handoff_id}:version:{version.pk}",
                "action": "wake",
                "handoff_id": handoff_id,
                "created_at": now,
                "due_at": now,
            }
            for handoff_id in ids[start : start + _BATCH]
        ]
        setbased.insert_rows(ActionRow, rows, ignore_conflicts=True)
