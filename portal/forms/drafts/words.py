"""Codes of a document as choices in the reader's language."""

from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from leads.choices import Stage
from sla import readiness
from sla.document.names import WORDS

Choices = list[tuple[str, str | Promise]]
#: Parameters of kinds of commitment, and what stands otherwise in a list than in a sentence.
CODE_WORDS: dict[str, str | Promise] = {
    "any": _("people get leads all the same"),
    "prefer": _("people come last"),
    "only": _("people get no leads"),
    "others": _("all others"),
    "pull": _("Reps take from the team's pool"),
    "ladder": _("escalation"),
    "recycle_days": _("back after days"),
    "target": _("kept in at least"),
    "warn_at": _("warning"),
    "within_days": _("within days"),
    "from": _("Counted from"),
    "acceptance": _("acceptance"),
    "offer": _("offer"),
    "attempts": _("Attempts"),
    "days": _("On different days"),
    "channels": _("Channels"),
    "weighted": _("Weighted by value"),
    "worth": _("counts by value as"),
    "daily_maximum": _("At most a day"),
    "margin": _("Margin at least (%)"),
    "followed_up": _("Judged once followed up (%)"),
}


def choices_of(codes: Iterable[str], blank: str | Promise | None = None) -> Choices:
    """Return codes with their words; `blank` adds a first choice of nothing."""
    first: Choices = [] if blank is None else [("", blank)]
    return [*first, *((code, word(code)) for code in codes)]


def word(code: str) -> str | Promise:
    """Return the word for a code."""
    if code in CODE_WORDS:
        return CODE_WORDS[code]
    if code in Stage.values:
        return Stage(code).label
    said = WORDS[code] if code in WORDS else readiness.word(code).template
    return _(said) if said != "%(text)s" else code


def subject_word(name: str) -> str | Promise:
    """Return the word for a fact or for one of budget, authority and need."""
    if name in readiness.FACTS:
        return _(readiness.subject(readiness.FactLeaf(name, "known")).template)
    return _(readiness.subject(readiness.BantLeaf(name, "known")).template)
