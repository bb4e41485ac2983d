"""Drafts of agreements: loaded, revised part by part, started from a version, written out without loss."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from leads.models import User
from sla import document as documents
from sla.agreements import logbook
from sla.choices import VersionState
from sla.models import Agreement, AgreementVersion
from sla.wording import Sentence, gettext_noop

#: Where an agreement for everybody stands unless told otherwise; segments are asked before it.
RANK_OF_CATCH_ALL = 1000
_OPEN = (VersionState.DRAFT, VersionState.PROPOSED)


@transaction.atomic
def load(
    *,
    key: str,
    data: dict[str, Any],
    now: datetime,
    actor: User | None = None,
    name: str = "",
    rank: int | None = None,
    is_baseline: bool = False,
    seen: str | None = None,
) -> AgreementVersion:
    """Keep a document as a draft of the agreement `key` and return that version.

    The same text is the same version, whatever its state. A draft that is open is rewritten:
    its signatures stay, but no longer fit its hash. With `seen`, the hash of the open draft as it was
    read ("": there was none), raises ChangedMeanwhile for another one. Raises `document.InvalidDocument`.
    """
    text = documents.parse({**data, "is_baseline": True} if is_baseline else data)
    digest = documents.sha256(documents.canonical_text(documents.dump(text)))
    agreement = _agreement(key, name or text.title, rank, is_catch_all=text.segment.rule is None)
    same = agreement.versions.filter(sha256=digest).order_by("-number").first()
    if same:
        return same
    found = _open_draft(agreement, text.is_baseline)
    if seen is not None and seen != (found.sha256 if found else ""):
        raise ChangedMeanwhile(found or agreement.versions.latest("number"))
    version = found or _next_version(agreement, now)
    version.state = VersionState.DRAFT
    _write(version, text)
    version.save()
    logbook.note(version, "drafted", now=now, actor=actor)
    return version


class NotADraft(Exception):
    """The version is in force or past: amending it takes a new draft."""


class ChangedMeanwhile(Exception):
    """Somebody else changed the same text since it was read; `version` is it as it stands."""

    def __init__(self, version: AgreementVersion) -> None:
        super().__init__(f"Version {version} was changed meanwhile.")
        self.version = version


@transaction.atomic
def revise(
    *, version: AgreementVersion, part: dict[str, Any], seen: str, now: datetime, actor: User
) -> AgreementVersion:
    """Put changed parts (key of the document → value) into a draft and return it.

    `seen` is `fingerprint` of the same keys as they were read: what others changed elsewhere is kept.
    Signatures under the old text no longer fit its hash. Raises NotADraft, ChangedMeanwhile and
    `document.InvalidDocument`.
    """
    version = AgreementVersion.objects.select_for_update().get(pk=version.pk)
    if version.state not in _OPEN:
        raise NotADraft(f"Version {version.number} is no draft.")
    if fingerprint(version.document, part) != seen:
        raise ChangedMeanwhile(version)
    text = documents.parse({**version.document, **part})
    if "referee" in part and (fault := referee_fault(text)):
        raise documents.InvalidDocument([fault])
    before = version.sha256
    _write(version, text)
    if version.sha256 != before:
        version.state = VersionState.DRAFT
        version.save()
        logbook.note(version, "revised", now=now, actor=actor, parts=sorted(part))
    return version


def referee_fault(text: documents.Document) -> documents.Problem | None:
    """Say why the referee could not rule: nobody of that address is here, or they belong to a side."""
    if not text.referee:
        return None
    user = User.objects.filter(email__iexact=text.referee, is_active=True).first()
    if user is None:
        sentence = gettext_noop("Nobody here has the address %(email)s, so nobody could rule.")
    elif user.side:
        sentence = gettext_noop("%(email)s belongs to one of the two sides; a referee stands outside both.")
    else:
        return None
    return documents.Problem("referee.email", Sentence(sentence, {"email": text.referee}))


def fingerprint(data: dict[str, Any], keys: Iterable[str]) -> str:
    """Return the hash of these parts of a document, to tell later whether they changed."""
    return documents.sha256(documents.canonical_text({key: data.get(key) for key in sorted(keys)}))


@transaction.atomic
def amend(*, version: AgreementVersion, starts_on: date, now: datetime, actor: User) -> AgreementVersion:
    """Return the open draft of an agreement, or start one from this version's text with new dates.

    The review is put six months after the start.
    """
    Agreement.objects.select_for_update().get(pk=version.agreement_id)
    found = _open_draft(version.agreement, is_baseline=False)
    if found:
        return found
    data = documents.starting(version.document, starts_on)
    return load(key=version.agreement.key, data=data, now=now, actor=actor)


def export(version: AgreementVersion) -> dict[str, Any]:
    """Return the document of a version as it was signed: loading it again gives the same hash."""
    return documents.dump(documents.parse(version.document))


def verify() -> list[AgreementVersion]:
    """Return the versions whose document, canonical text and hash do not belong together."""
    return [
        version
        for version in AgreementVersion.objects.select_related("agreement")
        .order_by("agreement", "number")
        .iterator()
        if documents.canonical_text(version.document) != version.canonical_text
        or documents.sha256(version.canonical_text) != version.sha256
    ]


def _write(version: AgreementVersion, text: documents.Document) -> None:
    """Put a text into a version with its canonical form, hash and dates."""
    version.document = documents.dump(text)
    version.canonical_text = documents.canonical_text(version.document)
    version.sha256 = documents.sha256(version.canonical_text)
    version.is_baseline = text.is_baseline
    version.starts_on, version.review_due_on = text.starts_on, text.review_due_on


def _agreement(key: str, name: str, rank: int | None, *, is_catch_all: bool) -> Agreement:
    agreement = Agreement.objects.select_for_update().filter(key=key).first()
    if agreement is None:
        return Agreement.objects.create(
            key=key, name=name[:120], segment_rank=_free_rank(is_catch_all) if rank is None else rank
        )
    if rank is not None and rank != agreement.segment_rank:
        agreement.segment_rank = rank
        agreement.save(update_fields=["segment_rank"])
    return agreement


def _free_rank(is_catch_all: bool) -> int:
    """Return a place behind the segments that are there, and for a segment before the one for everybody."""
    others = Agreement.objects.all()
    if not is_catch_all:
        others = others.filter(segment_rank__lt=RANK_OF_CATCH_ALL)
    highest = others.aggregate(highest=Max("segment_rank"))["highest"] or 0
    return max(highest + 1, RANK_OF_CATCH_ALL if is_catch_all else 1)


def _open_draft(agreement: Agreement, is_baseline: bool) -> AgreementVersion | None:
    drafts = agreement.versions.filter(state__in=_OPEN, is_baseline=is_baseline)
    return drafts.order_by("-number").first()


def _next_version(agreement: Agreement, now: datetime) -> AgreementVersion:
    highest = agreement.versions.aggregate(highest=Max("number"))["highest"] or 0
    based_on = agreement.versions.filter(state=VersionState.ACTIVE, is_baseline=False).first()
    return AgreementVersion(agreement=agreement, number=highest + 1, based_on=based_on, created_at=now)
