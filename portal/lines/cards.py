"""Say what the cards beside a dossier hold: BANT, score, reach, people, deals."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leads.choices import BantKind, ConsentState, DealState
from leads.models import BantFact, Consent, Deal
from portal import wording
from portal.lines import timeline, verdicts
from sla import scoring, standings

#: What a rep asks to learn what is missing.
QUESTIONS: dict[str, str | Promise] = {
    BantKind.BUDGET: gettext_lazy("Ask: is money set aside, and how much?"),
    BantKind.AUTHORITY: gettext_lazy("Ask: who signs?"),
    BantKind.NEED: gettext_lazy("Ask: what must get better?"),
    BantKind.TIMING: gettext_lazy("Ask: by when must it run?"),
}


@dataclass(frozen=True)
class BantLine:
    """One of the four: what is known with where from, or what to ask."""

    kind: str
    label: str
    fact: str
    source: str
    question: str | Promise


@dataclass(frozen=True)
class ScoreLines:
    """Both axes with the parts they are made of."""

    grid: str
    fit: int
    engagement: int
    half_life: str
    fit_parts: tuple[tuple[str, str], ...]
    engagement_parts: tuple[tuple[str, str], ...]


def bant(known: Mapping[str, BantFact]) -> list[BantLine]:
    """Return the four lines of BANT."""
    return [_bant_line(kind, str(label), known.get(kind)) for kind, label in BantKind.choices]


def score(explained: standings.Explanation, now: datetime) -> ScoreLines:
    """Return fit and engagement as whole numbers, and the parts of each in words."""
    engagement = explained.engagement
    parts = scoring.parts(engagement, now)
    return ScoreLines(
        grid=explained.grid,
        fit=scoring.shown(explained.fit.value),
        engagement=scoring.shown(scoring.score_at(engagement.level, now)),
        half_life=wording.count_text(engagement.half_life_days),
        fit_parts=tuple((part.label, _points(part)) for part in explained.fit.parts),
        engagement_parts=tuple(
            (
                _engagement_part(part),
                wording.count_text(scoring.shown(part.now)),
            )
            for part in parts
        ),
    )


def _engagement_part(part: scoring.ScorePart) -> str:
    """Say what a kind of touch gave before it decayed: "Attended × 3 gave 24, now worth"."""
    given = wording.count_text(scoring.shown(part.given))
    said = {"kind": timeline.kind_label(part.kind), "n": part.count, "given": given}
    return _("%(kind)s × %(n)s gave %(given)s, now worth") % said


def consent(consents: Iterable[Consent]) -> list[tuple[str, str, bool]]:
    """Return channel, what was said of it and when, and whether it is open."""
    return [
        (
            str(one.get_channel_display()),
            ", ".join(
                part
                for part in (
                    str(one.get_state_display()),
                    verdicts.day(one.happened_at) if one.happened_at else _("day unknown"),
                    one.source,
                )
                if part
            ),
            one.state == ConsentState.GIVEN,
        )
        for one in consents
    ]


def deal(one: Deal) -> str:
    """Say one deal of the account."""
    amount = "" if one.amount is None else f"{wording.count_text(float(one.amount))} {one.currency}".strip()
    told = ", ".join(part for part in (one.name, amount) if part)
    if one.state == DealState.OPEN:
        return _("Open: %(deal)s") % {"deal": told or _("opportunity")}
    when = verdicts.day(one.closed_at) if one.closed_at else _("day unknown")
    said = _("Won %(when)s: %(deal)s") if one.state == DealState.WON else _("Lost %(when)s: %(deal)s")
    return said % {"when": when, "deal": told or _("opportunity")}


def _points(part: scoring.FitPart) -> str:
    if part.value is None:
        return _("unknown")
    return wording.signed_text(part.points) if part.value else "0"


def _bant_line(kind: str, label: str, fact: BantFact | None) -> BantLine:
    if fact is None:
        return BantLine(kind, label, "", "", QUESTIONS[kind])
    text = timeline.bant_text(fact)
    note = fact.text if fact.text != text else ""
    who = fact.source or (fact.actor.name if fact.actor else "")
    source = ", ".join(part for part in (note, who, verdicts.day(fact.known_at)) if part)
    return BantLine(kind, label, text, source, "")
