"""The weekly letter in words: one text for both sides, on the page, in the mail and on paper."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leads.choices import Side
from portal import wording
from portal.lines import verdicts
from portal.lines.clocks import promise_label
from sla.models import AlignmentLetter
from sla.wording import Sentence


@dataclass(frozen=True)
class Missed:
    """One commitment that was missed: `label` its name, `more` what was promised and what came of it.

    `url` leads to the leads behind it; letters written before it was kept have none.
    """

    label: str
    terms: str
    more: str
    url: str


@dataclass(frozen=True)
class Weekly:
    """The letter as it is read."""

    title: str
    headline: str
    sides: tuple[tuple[str, str, tuple[Missed, ...]], ...]
    criterion: str
    risk: str
    late: tuple[int, ...]
    question: str
    why: str


def letter(written: AlignmentLetter) -> Weekly:
    """Return a letter in the reader's language."""
    facts = written.facts
    question, why = _question(facts["question"])
    return Weekly(
        title=title(facts),
        headline=_headline(facts),
        sides=tuple(
            (side, str(Side(side).label), tuple(_missed(line, facts) for line in facts["missed"][side]))
            for side in (Side.MARKETING, Side.SALES)
        ),
        criterion=_criterion(facts["criterion"]),
        risk=_risk(facts["risk"]),
        late=tuple(facts["risk"]["longest"]),
        question=question,
        why=why,
    )


def pairs(found: Weekly) -> list[tuple[str, str]]:
    """Return the letter as (what, text), for a mail."""
    sides = [
        (title, "; ".join(f"{one.label}: {one.more}" for one in missed) or _("Nothing was missed."))
        for _side, title, missed in found.sides
    ]
    return [
        *sides,
        (_("The criterion that told least"), found.criterion),
        (_("At risk now"), found.risk),
        (_("One question to decide"), f"{found.question} {found.why}".strip()),
    ]


def title(facts: Mapping[str, Any]) -> str:
    """Return which week it was."""
    first, last = date.fromisoformat(facts["from"]), date.fromisoformat(facts["to"])
    days = {"first": formats.date_format(first, _("j M")), "last": formats.date_format(last, _("j M Y"))}
    return _("The week from %(first)s to %(last)s") % days


def _headline(facts: Mapping[str, Any]) -> str:
    if not facts["judged"]:
        return _("Too little fell due in this week to judge either side.")
    words = ngettext(
        "Both sides kept %(kept)s of %(n)s commitment.",
        "Both sides kept %(kept)s of %(n)s commitments.",
        facts["judged"],
    )
    return words % {"kept": facts["kept"], "n": facts["judged"]}


def _missed(line: Mapping[str, Any], facts: Mapping[str, Any]) -> Missed:
    words = ngettext("missed %(k)s time", "missed %(k)s times", line["missed"]) % {"k": line["missed"]}
    if not line["missed"]:
        words = _missed_as_a_whole(line)
    elif line["value"] is not None and line["target"] is not None and line["n"]:
        values = {
            "words": words,
            "value": wording.share_text(line["value"]),
            "target": wording.share_text(line["target"]),
        }
        words = _("%(words)s; kept %(value)s, agreed %(target)s") % values
    return Missed(
        label=promise_label(line["kind"], line["params"]),
        terms=verdicts.say(Sentence.from_json(line["terms"])),
        more=words,
        url=_leads_behind(line, facts) if "key" in line else "",
    )


def _leads_behind(line: Mapping[str, Any], facts: Mapping[str, Any]) -> str:
    asked = {"period": "own", "first_on": facts["from"], "last_on": facts["to"]}
    if line["missed"]:
        asked["bucket"] = "missed"
    return f"{reverse('compliance-commitment', args=[line['key']])}?{urlencode(asked)}"


def _missed_as_a_whole(line: Mapping[str, Any]) -> str:
    if line["kind"] != "volume":
        return _("missed")
    counts = {
        "done": wording.count_text(round(line["value"])),
        "promised": wording.count_text(math.ceil(line["target"])),
    }
    return _("%(done)s of %(promised)s") % counts


def _criterion(found: Mapping[str, Any] | None) -> str:
    if not found:
        return _("Too few outcomes yet to compare the criteria.")
    return _("“%(label)s”: of those who met it %(met)s were won, of those who did not %(missed)s.") % {
        "label": _say(found["label"]),
        "met": wording.share_of(*found["met"]),
        "missed": wording.share_of(*found["missed"]),
    }


def _risk(found: Mapping[str, Any]) -> str:
    if not found["leads"]:
        return _("No lead is late on Sales’ side.")
    words = ngettext(
        "%(n)s lead is late on Sales’ side", "%(n)s leads are late on Sales’ side", found["leads"]
    )
    worth = _worth(found)
    if not worth:
        return words % {"n": found["leads"]} + "."
    return _("%(words)s, with an expected value of %(worth)s.") % {
        "words": words % {"n": found["leads"]},
        "worth": wording.worth_text(worth, wording.rough_text),
    }


def _worth(found: Mapping[str, Any]) -> dict[str, float]:
    """Return what is at risk by currency; letters written before that was told hold one amount."""
    if "worth" in found:
        return dict(found["worth"])
    return {} if found["amount"] is None else {found["currency"]: found["amount"]}


def _question(found: Mapping[str, Any] | None) -> tuple[str, str]:
    """Return the question and why it is asked."""
    if not found:
        return _("Nothing has to be decided this week."), ""
    if found["kind"] == "sign":
        names = _(" and ").join(str(Side(side).label) for side in found["sides"])
        why = _("It waits for the signature of %(sides)s.") % {"sides": names}
        return _("Shall version %(n)s be signed?") % {"n": found["number"]}, why
    if found["kind"] == "review":
        day = formats.date_format(date.fromisoformat(found["due_on"]), _("j M Y"))
        return _("Does the definition still hold?"), _("Its review is due on %(day)s.") % {"day": day}
    if found["kind"] == "criterion":
        label = _say(found["label"])
        why = _("Whoever met it was won no more often than whoever did not.")
        return _("Shall “%(label)s” stay in the definition?") % {"label": label}, why
    label = promise_label(found["line"], found["params"])
    return _("Is what was agreed on “%(label)s” still right?") % {"label": label}, _(
        "It was missed most often."
    )


def _say(label: list[Any]) -> str:
    return verdicts.say(Sentence.from_json(label))
