"""Collecting the facts of many leads for the judge, in a constant number of queries."""

import dataclasses
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from itertools import groupby
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast, Coalesce

from leads import kept, moments, pipeline
from leads.choices import BantKind, ConsentChannel, ConsentState
from leads.models import BantFact, Consent, Lead, Touch
from sla import readiness, scoring
from sla.agreements import Terms

#: A snapshot holds no more, so the judge looks at no more.
TOUCHES_KEPT = 500
TOUCH_DAYS = timedelta(days=365)
#: The judge's name of each fact → its column; where two have the same name, the later one counts if known.
_COLUMNS = (
    *((name, f"account__{name}") for name in ("employees", "industry", "region", "city", "country")),
    *((name, name) for name in ("country", "language", "title", "seniority", "source", "campaign")),
)
_NAMES = tuple(name for name, _ in _COLUMNS)
_ATTRIBUTES = ("account__attributes", "attributes")


def facts_of(
    lead_ids: Iterable[int], at: datetime, back: timedelta = TOUCH_DAYS
) -> dict[int, readiness.Facts]:
    """Return what was known of each lead at a moment, without scores: those depend on the version.

    Facts of lead and account count as known since the lead was first known, for want of more.
    Touches are told that happened so far `back`.
    """
    with pipeline.together():
        answer = ask_facts(lead_ids, at, back)
    return answer()


def ask_facts(
    lead_ids: Iterable[int], at: datetime, back: timedelta = TOUCH_DAYS
) -> Callable[[], dict[int, readiness.Facts]]:
    """Ask for what `facts_of` returns, and return what gives it; see `pipeline.together`."""
    ids = list(lead_ids)
    if not ids:
        return dict
    bant, consents = _bant_rows.ahead(leads=ids, at=at), _consent_rows.ahead(leads=ids, at=at)
    touches = _touch_rows.ahead(leads=ids, until=at, after=at - back)
    rows = _rows.ahead(leads=ids)
    return lambda: _joined(rows(), _bant(bant()), _consents(consents()), _touches(touches()))


def _joined(
    rows: Iterable[tuple[Any, ...]],
    bant: Mapping[int, dict[str, "Bant"]],
    consents: Mapping[int, tuple[str, datetime]],
    touches: Mapping[int, tuple[readiness.TouchFact, ...]],
) -> dict[int, readiness.Facts]:
    return {
        row[0]: _facts(row, bant.get(row[0]), consents.get(row[0]), touches.get(row[0], ())) for row in rows
    }


def scored(
    facts: readiness.Facts, terms: Terms, at: datetime
) -> tuple[readiness.Facts, scoring.Fit, scoring.Engagement]:
    """Add fit and engagement as a version counts them; return them also with their parts."""
    counted = dataclasses.replace(facts)
    return counted, *score(counted, terms, at)


def score(facts: readiness.Facts, terms: Terms, at: datetime) -> tuple[scoring.Fit, scoring.Engagement]:
    """Count fit and engagement as `scored` does and write them into the facts themselves."""
    fit = terms.fit(facts, at)
    engagement = scoring.from_touches(facts.touches or (), terms.document.engagement)
    facts.fit = fit.value
    facts.engagement = None if facts.touches is None else engagement.level
    return fit, engagement


@kept.question
def _rows() -> QuerySet[Any, Any]:
    """Read leads with their accounts: id, since when known, attributes as text, then `_COLUMNS`."""
    first_at = Cast(Coalesce("created_at", "recorded_at"), TextField())
    attributes = (Cast(name, TextField()) for name in _ATTRIBUTES)
    found = Lead.objects.filter(pk__among=kept.ids("leads"))
    return found.values_list("pk", first_at, *attributes, *(column for _, column in _COLUMNS))


def _facts(
    row: tuple[Any, ...],
    bant: dict[str, "Bant"] | None,
    consent: tuple[str, datetime] | None,
    touches: tuple[readiness.TouchFact, ...],
) -> readiness.Facts:
    _pk, first_at, of_account, own, *values = row
    first = moments.read(first_at)
    known: dict[str, Any] = {
        name: value for name, value in zip(_NAMES, values, strict=True) if value or value == 0
    }
    known_at = dict.fromkeys(known, first)
    known_at["fit"] = first
    if of_account != "{}" or own != "{}":
        known["attributes"] = {**json.loads(of_account), **json.loads(own)}
        known_at |= {f"attributes.{key}": first for key in known["attributes"]}
    if bant:
        for name, (kind, field) in _BANT_FACTS.items():
            if kind in bant:
                known[name] = getattr(bant[kind], field) or None
                known_at[name] = bant[kind].known_at
    if consent:
        known["consent"], known_at["consent"] = consent
    return readiness.Facts(touches=touches, known_at=known_at, **known)


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


def _bant(rows: Iterable[tuple[Any, ...]]) -> dict[int, dict[str, "Bant"]]:
    """Return the newest fact of each kind."""
    newest: defaultdict[int, dict[str, Bant]] = defaultdict(dict)
    for lead_id, *fact in rows:
        one = Bant(*fact)
        newest[lead_id][one.kind] = one
    return newest


@kept.question
def _bant_rows() -> QuerySet[Any, Any]:
    known = BantFact.objects.filter(lead_id__among=kept.ids("leads"), known_at__lte=kept.moment("at"))
    return known.order_by("known_at", "pk").values_list("lead_id", *Bant._fields)


def _consents(rows: Iterable[tuple[Any, ...]]) -> dict[int, tuple[str, datetime]]:
    """Return consent as one fact: given while any channel is open, withdrawn when all that spoke are shut.

    What is said of any channel holds for all of them until one is spoken of anew.
    """
    channels: defaultdict[int, dict[str, tuple[str, datetime]]] = defaultdict(dict)
    for lead_id, channel, state, spoken_at in rows:
        if channel == ConsentChannel.ANY:
            channels[lead_id].clear()
        channels[lead_id][channel] = (state, spoken_at)
    states: dict[int, tuple[str, datetime]] = {}
    for lead_id, spoken in channels.items():
        given = [one for one in spoken.values() if one[0] == ConsentState.GIVEN]
        states[lead_id] = max(given or spoken.values(), key=lambda one: one[1])
    return states


@kept.question
def _consent_rows() -> QuerySet[Any, Any]:
    found = Consent.objects.filter(lead_id__among=kept.ids("leads"))
    rows = found.filter(Q(happened_at__lte=kept.moment("at")) | Q(happened_at=None))
    # What was said last holds, not what was written down last.
    said_at = Coalesce("happened_at", "recorded_at")
    return rows.order_by(said_at, "pk").values_list("lead_id", "channel", "state", said_at)


def _touches(told: Sequence[tuple[Any, ...]]) -> dict[int, tuple[readiness.TouchFact, ...]]:
    """Return the touches of a time, ascending, the newest 500 of each lead."""
    if not told:
        return {}
    # By column: one touch after the other takes twice as long.
    of_leads, written, *rest = zip(*told[::-1], strict=True)
    touches = list(map(_touch, zip(moments.column(written), *rest, strict=True)))
    found: dict[int, tuple[readiness.TouchFact, ...]] = {}
    begin = 0
    for lead_id, some in groupby(of_leads):
        end = begin + len(tuple(some))
        found[lead_id] = tuple(touches[max(begin, end - TOUCHES_KEPT) : end])
        begin = end
    return found


#: Makes a touch of its values without a look at them.
_touch = partial(tuple.__new__, readiness.TouchFact)


@kept.question
def _touch_rows() -> QuerySet[Any, Any]:
    rows = Touch.objects.filter(
        lead_id__among=kept.ids("leads"),
        happened_at__lte=kept.moment("until"),
        happened_at__gt=kept.moment("after"),
    )
    names = ("side", "kind", "evidence", "reached", "pk")
    # In the order of the index on lead and moment; those of one moment in any.
    return rows.order_by("lead_id", "-happened_at").values_list(
        "lead_id", moments.written("happened_at"), *names
    )
