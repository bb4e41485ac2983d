"""Proposing a version and signing it: who may sign for which side, under which text."""

from datetime import datetime

from django.db import transaction

from leads.choices import Side
from leads.models import User
from sla import document as documents
from sla import permissions
from sla.agreements import logbook, news
from sla.choices import VersionState
from sla.models import AgreementVersion, Signature


class MayNotSign(Exception):
    """This person is not entitled to sign for this side."""


class SignedForOtherSide(MayNotSign):
    """This person has signed the same version for the other side already."""


class AlreadySigned(Exception):
    """This person has signed this very text already."""


class NotOpenForSigning(Exception):
    """The version is in force or past, or its text is not what its hash says."""


def entitled_sides(user: User) -> tuple[str, ...]:
    """Return the sides for which this person may sign."""
    return tuple(side for side in Side.values if permissions.can_sign(user, side))


def signed_sides(version: AgreementVersion) -> set[str]:
    """Return the sides that have signed the version's text as it stands now."""
    return set(version.signatures.filter(sha256=version.sha256).values_list("side", flat=True))


class TextChanged(NotOpenForSigning):
    """Somebody changed the text since it was read."""


@transaction.atomic
def propose(*, version: AgreementVersion, now: datetime, actor: User | None = None) -> AgreementVersion:
    """Put a draft before both sides; again changes nothing. Raises NotOpenForSigning, TextChanged."""
    version = _as_read(version)
    if version.state == VersionState.DRAFT:
        version.state = VersionState.PROPOSED
        version.save(update_fields=["state"])
        logbook.note(version, "proposed", now=now, actor=actor)
        news.leave(version, news.PROPOSED, about=f"{version.pk}:{version.sha256}", now=now, actor=actor)
    return version


@transaction.atomic
def sign(
    *,
    version: AgreementVersion,
    user: User,
    side: str,
    name: str,
    now: datetime,
    address: str | None = None,
) -> Signature:
    """Sign the text of `version`, as it was read, for one side under the person's written name.

    Raises MayNotSign, SignedForOtherSide, AlreadySigned, NotOpenForSigning or TextChanged. The version
    takes effect by `activate`, once both sides have signed and its day has come.
    """
    version = _as_read(version)
    signature = write(version, user, side, name, version.sha256, now, address)
    if version.state == VersionState.DRAFT:
        AgreementVersion.objects.filter(pk=version.pk).update(state=VersionState.PROPOSED)
    logbook.note(version, f"signed_for_{side}", now=now, actor=user)
    kind = news.AGREED if signed_sides(version) == set(Side.values) else news.SIGNED
    news.leave(version, kind, about=str(signature.pk), now=now, actor=user, signed_for=side)
    return signature


def write(
    version: AgreementVersion,
    user: User,
    side: str,
    name: str,
    sha256: str,
    now: datetime,
    address: str | None = None,
) -> Signature:
    """Write a signature under a text of a locked version, if this person may; raises as `sign`."""
    if side not in entitled_sides(user) or not name.strip():
        raise MayNotSign(f"{user} may not sign for {side}.")
    earlier = list(version.signatures.filter(user=user))
    # Nobody signs for both, not even two texts of one version.
    if any(signature.side != side for signature in earlier):
        raise SignedForOtherSide(f"{user} has signed for the other side.")
    if any(signature.sha256 == sha256 for signature in earlier):
        raise AlreadySigned(f"{user} has signed this text.")
    return Signature.objects.create(
        version=version,
        side=side,
        user=user,
        name=name.strip(),
        role=user.role,
        sha256=sha256,
        signed_at=now,
        address=address,
    )


def _as_read(version: AgreementVersion) -> AgreementVersion:
    """Return the version fresh and locked; raises TextChanged when its text is not as it was read."""
    fresh = _open_version(version)
    if fresh.sha256 != version.sha256:
        raise TextChanged(f"Version {fresh.number} was changed meanwhile.")
    return fresh


def _open_version(version: AgreementVersion) -> AgreementVersion:
    """Return the version fresh and locked, if it may still be signed."""
    fresh = AgreementVersion.objects.select_for_update().get(pk=version.pk)
    is_whole = documents.sha256(fresh.canonical_text) == fresh.sha256
    if fresh.state not in (VersionState.DRAFT, VersionState.PROPOSED) or not is_whole:
        raise NotOpenForSigning(f"Version {fresh.number} cannot be signed.")
    return fresh
