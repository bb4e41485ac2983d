"""Collecting the facts of many leads for the judge, in a constant number of queries."""

import dataclasses
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Q
from django.db.models.functions import Coalesce

from leads import moments
from leads.choices import BantKind, ConsentChannel, ConsentState
from leads.models import BantFact, Consent, Lead, Touch
from sla import readiness, scoring
from sla.agreements import Terms

#: A snapshot holds no more, so the judge looks at no more.
TOUCHES_KEPT = 500
TOUCH_DAYS = timedelta(days=365)
_TEXTS = ("language", "title", "seniority", "source", "campaign")
_ACCOUNT_TEXTS = ("industry", "region", "city")


def facts_of(lead_ids: Iterable[int], at: datetime) -> dict[int, readiness.Facts]:
    """Return what was known of each lead at a moment, without scores: those depend on the version.

    Facts of lead and account count as known since the lead was first known, for want of more.
    """
    ids = list(lead_ids)
    bant, consents, touches = _bant(ids, at), _consents(ids, at), _touches(ids, at)
    return {
        row["pk"]: _facts(row, bant[row["pk"]], consents[row["pk"]], touches[row["pk"]]) for row in _rows(ids)
    }


def scored(
    facts: readiness.Facts, terms: Terms, at: datetime
) -> tuple[readiness.Facts, scoring.Fit, scoring.Engagement]:
    """Add fit and engagement as a version counts them; return them also with their parts."""
    fit = terms.fit(facts, at)
    engagement = scoring.from_touches(facts.touches or (), terms.document.engagement)
    level = None if facts.touches is None else engagement.level
    return dataclasses.replace(facts, fit=fit.value, engagement=level), fit, engagement


def _rows(ids: list[int]) -> Iterable[dict[str, Any]]:
    names = ("pk", "created_at", "recorded_at", "country", "attributes", *_TEXTS)
    of_account = ("employees", "country", "attributes", *_ACCOUNT_TEXTS)
    return Lead.objects.filter(pk__in=ids).values(*names, *(f"account__{name}" for name in of_account))


def _facts(
    row: dict[str, Any],
    bant: dict[str, "Bant"],
    consent: tuple[str, datetime] | None,
    touches: tuple[readiness.TouchFact, ...],
) -> readiness.Facts:
    known: dict[str, Any] = {name: row[name] or None for name in _TEXTS}
    known |= {name: row[f"account__{name}"] or None for name in _ACCOUNT_TEXTS}
    known["employees"] = row["account__employees"]
    known["country"] = row["country"] or row["account__country"] or None
    attributes = {**row["account__attributes"], **row["attributes"]}
    first = row["created_at"] or row["recorded_at"]
    known_at = {name: first for name, value in known.items() if value is not None}
    known_at |= {f"attributes.{key}": first for key in attributes} | {"fit": first}
    for name, (kind, field) in _BANT_FACTS.items():
        if kind in bant:
            known[name] = getattr(bant[kind], field) or None
            known_at[name] = bant[kind].known_at
    if consent:
        known["consent"], known_at["consent"] = consent
    return readiness.Facts(**known, attributes=attributes, touches=touches, known_at=known_at)


#: The judge's name of each BANT fact → its kind and the column that holds it.
_BANT_FACTS = {
    "budget": (BantKind.BUDGET, "amount"),
    "budget_currency": (BantKind.BUDGET, "currency"),
    "met_role": (BantKind.AUTHORITY, "text"),
    "need": (BantKind.NEED, "text"),
    "timing_on": (BantKind.TIMING, "on"),
}


class Bant(NamedTuple):
    """The columns of a BANT fact that the judge reads."""

    kind: str
    amount: Decimal | None
    currency: str
    text: str
    on: date | None
    known_at: datetime


def _bant(ids: list[int], at: datetime) -> defaultdict[int, dict[str, "Bant"]]:
    """Return the newest fact of each kind."""
    newest: defaultdict[int, dict[str, Bant]] = defaultdict(dict)
    rows = BantFact.objects.filter(lead_id__in=ids, known_at__lte=at).order_by("known_at", "pk")
    for lead_id, *fact in rows.values_list("lead_id", *Bant._fields):
        one = Bant(*fact)
        newest[lead_id][one.kind] = one
    return newest


def _consents(ids: list[int], at: datetime) -> defaultdict[int, tuple[str, datetime] | None]:
    """Return consent as one fact: given while any channel is open, withdrawn when all that spoke are shut.

    What is said of any channel holds for all of them until one is spoken of anew.
    """
    channels: defaultdict[int, dict[str, tuple[str, datetime]]] = defaultdict(dict)
    rows = Consent.objects.filter(lead_id__in=ids).filter(Q(happened_at__lte=at) | Q(happened_at=None))
    # What was said last holds, not what was written down last.
    said_at = Coalesce("happened_at", "recorded_at")
    told: Any = rows.order_by(said_at, "pk").values_list("lead_id", "channel", "state", said_at)
    for lead_id, channel, state, spoken_at in told:
        if channel == ConsentChannel.ANY:
            channels[lead_id].clear()
        channels[lead_id][channel] = (state, spoken_at)
    states: defaultdict[int, tuple[str, datetime] | None] = defaultdict(lambda: None)
    for lead_id, spoken in channels.items():
        given = [one for one in spoken.values() if one[0] == ConsentState.GIVEN]
        states[lead_id] = max(given or spoken.values(), key=lambda one: one[1])
    return states


def _touches(ids: list[int], until: datetime) -> defaultdict[int, tuple[readiness.TouchFact, ...]]:
    """Return the touches of the last year, ascending, the newest 500 of each lead."""
    found: defaultdict[int, list[readiness.TouchFact]] = defaultdict(list)
    rows = Touch.objects.filter(lead_id__in=ids, happened_at__lte=until, happened_at__gt=until - TOUCH_DAYS)
    names = ("side", "kind", "evidence", "reached", "pk")
    told: Any = rows.order_by("happened_at", "pk").values_list(
        "lead_id", moments.written("happened_at"), *names
    )
    for lead_id, happened_at, *touch in told:
        found[lead_id].append(readiness.TouchFact(moments.read(happened_at), *touch))
    return defaultdict(tuple, {lead_id: tuple(all_[-TOUCHES_KEPT:]) for lead_id, all_ in found.items()})
