"""What the pages of a draft need beside its text: who signed, what was said, what is in force instead."""

from dataclasses import dataclass

from django.db.models import Q

from leads.models import AuditEntry, Calendar, User
from sla import agreements
from sla import document as documents
from sla.choices import VersionState
from sla.models import AgreementVersion, Comment, Signature

OPEN = (VersionState.DRAFT, VersionState.PROPOSED)
_LATEST_ACTS = 30


@dataclass(frozen=True, slots=True)
class DraftPage:
    """A version with what both sides did to it; `voided` are signatures under an earlier text."""

    version: AgreementVersion
    document: documents.Document
    base: AgreementVersion | None
    difference: documents.Difference | None
    signatures: tuple[Signature, ...]
    voided: tuple[Signature, ...]
    comments: tuple[Comment, ...]

    @property
    def is_open(self) -> bool:
        """Tell whether the text may still change."""
        return self.version.state in OPEN

    @property
    def signed_sides(self) -> set[str]:
        """The sides that signed the text as it stands."""
        return {signature.side for signature in self.signatures}


def page(version: AgreementVersion) -> DraftPage:
    """Return a version beside the one in force that it would replace, else the one it came from."""
    base = in_force_beside(version)
    text = agreements.document(version)
    signed = list(version.signatures.select_related("user").order_by("signed_at"))
    confirming = set(version.reviews.exclude(sha256="").values_list("sha256", flat=True))
    return DraftPage(
        version=version,
        document=text,
        base=base,
        difference=documents.compare(agreements.document(base), text) if base else None,
        signatures=tuple(one for one in signed if one.sha256 == version.sha256),
        voided=tuple(one for one in signed if one.sha256 not in {version.sha256, *confirming}),
        comments=tuple(version.comments.select_related("author", "settled_by").order_by("created_at")),
    )


def in_force_beside(version: AgreementVersion) -> AgreementVersion | None:
    """Return the version in force of the same agreement, for one in force or past the one before it."""
    others = AgreementVersion.objects.filter(agreement=version.agreement_id, is_baseline=False)
    others = others.exclude(pk=version.pk).select_related("agreement")
    if version.state in OPEN:
        return others.filter(state=VersionState.ACTIVE).first()
    return others.filter(number__lt=version.number).exclude(state__in=OPEN).order_by("-number").first()


def activity(version: AgreementVersion) -> list[tuple[AuditEntry, User | None]]:
    """Return what was done to a version, the latest first, each with who did it."""
    acts = AuditEntry.objects.filter(
        Q(subject_type="version", subject_id=version.pk),
        stream=f"agreement:{version.agreement_id}",
    ).order_by("-seq")[:_LATEST_ACTS]
    found = list(acts)
    people = User.objects.in_bulk({act.actor_id for act in found if act.actor_id})
    return [(act, people.get(act.actor_id or 0)) for act in found]


def calendars() -> list[tuple[str, str]]:
    """Return key and name of every calendar."""
    return list(Calendar.objects.order_by("name").values_list("key", "name"))


def referees() -> list[User]:
    """Return who may rule between the sides: active people of neither."""
    active = User.objects.filter(is_active=True).order_by("name")
    return [user for user in active if not user.side]
