"""One version of an agreement with who signed it, and all versions there are."""

from dataclasses import dataclass

from leads.models import User
from sla import calendars
from sla import document as documents
from sla.agreements import document as text_of
from sla.businesstime import Schedule
from sla.choices import VersionState
from sla.models import AgreementVersion, Signature


@dataclass(frozen=True, slots=True)
class AgreementPage:
    """A version, its text, its valid signatures, the hours it names by side, and its siblings.

    `referee` is the name, or the address where nobody here has it; `versions` are those of all agreements,
    this one's before the others', the newest first; `hours` is None where a calendar is missing.
    """

    version: AgreementVersion
    document: documents.Document
    signatures: tuple[Signature, ...]
    hours: dict[str, Schedule | None]
    referee: str
    versions: tuple[AgreementVersion, ...]

    @property
    def is_in_force(self) -> bool:
        return self.version.state == VersionState.ACTIVE and not self.version.is_baseline


def page(version: AgreementVersion) -> AgreementPage:
    """Return what the page of a version shows, in a constant number of queries."""
    document = text_of(version)
    signed = version.signatures.filter(sha256=version.sha256).select_related("user").order_by("signed_at")
    keys = set(document.calendars.values())
    known = {key: _hours(key) for key in sorted(keys)}
    versions = AgreementVersion.objects.select_related("agreement").defer("document", "canonical_text")
    return AgreementPage(
        version=version,
        document=document,
        signatures=tuple(signed),
        hours={side: known[key] for side, key in document.calendars.items()},
        referee=_name(document.referee),
        versions=tuple(
            sorted(
                versions.order_by("agreement__segment_rank", "-number"),
                key=lambda each: each.agreement_id != version.agreement_id,
            )
        ),
    )


def _name(email: str | None) -> str:
    """Return the name of the person of an address, the address itself where nobody here has it."""
    if not email:
        return ""
    return User.objects.filter(email__iexact=email).values_list("name", flat=True).first() or email


def _hours(key: str) -> Schedule | None:
    try:
        return calendars.schedule(key)
    except calendars.CalendarMissing:
        return None
