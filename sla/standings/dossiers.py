"""What makes a dossier complete, as the version asks."""

from collections.abc import Callable

from leads.models import Lead
from sla import readiness
from sla.document import Document

_IS_THERE: dict[str, Callable[[Lead, readiness.Facts], bool]] = {
    "source": lambda lead, facts: bool(facts.source),
    "first_identified": lambda lead, facts: bool(lead.first_identified),
    "touches": lambda lead, facts: bool(facts.touches),
    "score": lambda lead, facts: facts.fit is not None and facts.engagement is not None,
    "consent": lambda lead, facts: facts.consent is not None,
    "contact": lambda lead, facts: bool(lead.email_key or lead.phone_key),
}


def missing(lead: Lead, facts: readiness.Facts, document: Document) -> list[str]:
    """Return the codes of what the version asks of a dossier and this one lacks."""
    return [code for code in document.dossier if not _IS_THERE[code](lead, facts)]
