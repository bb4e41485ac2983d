"""Many touches in one call: read without ceremony, since a thousand must not cost a second."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import serializers

from leads import keys
from leads.choices import KINDS_OF_SIDE
from leads.models import ExternalId, Lead
from portal.api.problems import invalid
from portal.api.shapes import facts as shapes
from portal.api.shapes.values import EVIDENCE
from portal.forms import days
from sla.intake import NewTouch, Written

MOST = 1000
_TEXTS = {"summary": 200, "campaign": 200, "source": 40, "external_id": 120}
_KNOWN = {*_TEXTS, "lead", "side", "kind", "happened_at", "evidence", "reached", "is_automatic"}
#: What JSON may hold of a letter that needs two parts, and no database can store.
_HALF_LETTER = re.compile("[\ud800-\udfff]")
_FLAGS = {"reached": (None, True, False), "is_automatic": (True, False)}


class BatchTouch(shapes.TouchIn):
    """A touch, with the number of its lead, or `{"system", "external_id"}` in its place."""

    lead = serializers.JSONField()


class TouchesIn(serializers.Serializer[Any]):
    touches = BatchTouch(many=True)


class TouchDone(serializers.Serializer[Any]):
    """What became of one touch, in the order in which they were sent."""

    status = serializers.ChoiceField(choices=[(code, code) for code in ("created", "known", "rejected")])
    id = serializers.IntegerField(allow_null=True)
    errors = serializers.ListField(child=serializers.DictField(), required=False)


class TouchesDone(serializers.Serializer[Any]):
    results = TouchDone(many=True)


class Wrong(Exception):
    """One touch that cannot be taken: where, and why."""

    def __init__(self, pointer: str, sentence: str) -> None:
        super().__init__(sentence)
        self.pointer, self.sentence = pointer, sentence


@dataclass
class Batch:
    """The touches that may be written, by their place; and what is wrong with the others."""

    size: int
    touches: dict[int, NewTouch] = field(default_factory=dict)
    wrong: dict[int, Wrong] = field(default_factory=dict)


def read(data: Any, visible: QuerySet[Lead], now: datetime) -> Batch:
    """Read a batch; a lead that is not visible is as unknown as one that is not there. Raises Problem."""
    sent = data.get("touches") if isinstance(data, dict) else None
    if not isinstance(sent, list) or not 1 <= len(sent) <= MOST:
        raise invalid("/touches", _("Send 1 to %(most)s touches.") % {"most": MOST})
    find = _finder(sent, visible)
    batch = Batch(len(sent))
    for index, one in enumerate(sent):
        try:
            batch.touches[index] = _touch(one, find, now)
        except Wrong as wrong:
            batch.wrong[index] = wrong
    return batch


def results(batch: Batch, written: Sequence[tuple[Written, bool]]) -> list[dict[str, Any]]:
    """Return what became of each touch, in the order sent."""
    done: dict[int, dict[str, Any]] = {}
    for (index, asked), (touch, is_new) in zip(batch.touches.items(), written, strict=True):
        if touch.lead_id != asked.lead_id:
            batch.wrong[index] = Wrong("/external_id", _("Something else goes by this id already."))
        else:
            done[index] = {"status": "created" if is_new else "known", "id": touch.id}
    for index, wrong in batch.wrong.items():
        errors = [{"pointer": wrong.pointer, "detail": wrong.sentence}]
        done[index] = {"status": "rejected", "id": None, "errors": errors}
    return [done[index] for index in range(batch.size)]


def _finder(sent: Sequence[Any], visible: QuerySet[Lead]) -> Callable[[Any], int]:
    """Return what finds the lead that a touch names, with two queries for all of them."""
    named = [one.get("lead") for one in sent if isinstance(one, dict)]
    numbers = {lead for lead in named if type(lead) is int and 0 < lead < 2**63}
    pairs = {pair for lead in named if (pair := _pair(lead))}
    seen = set(visible.filter(pk__in=numbers).order_by().values_list("pk", flat=True)) if numbers else set()
    known: dict[tuple[str, str], int] = {}
    if pairs:
        rows = ExternalId.objects.filter(
            system__in={system for system, _id in pairs},
            external_id__in={value for _system, value in pairs},
            lead__in=visible.order_by(),
        )
        known = {
            (system, value): pk for system, value, pk in rows.values_list("system", "external_id", "lead")
        }

    def find(lead: Any) -> int:
        pair = _pair(lead)
        found = known.get(pair) if pair else lead if _is_in(lead, seen) else None
        if found is None:
            raise Wrong("/lead", _("There is no such lead."))
        return int(found)

    return find


def _is_in(lead: Any, seen: set[int]) -> bool:
    return type(lead) is int and lead in seen


def _pair(lead: Any) -> tuple[str, str] | None:
    """Return system and id as they are stored, None for anything else."""
    if not (isinstance(lead, dict) and set(lead) == {"system", "external_id"}):
        return None
    system, value = lead["system"], lead["external_id"]
    if not (_is_text(system, 40) and _is_text(value, 120)):
        return None
    return system, keys.external_id_key(system, value)


def _touch(one: Any, find: Callable[[Any], int], now: datetime) -> NewTouch:
    if not isinstance(one, dict):
        raise Wrong("", _("A touch is an object."))
    strange = sorted(set(one) - _KNOWN)
    if strange:
        raise Wrong(f"/{strange[0]}", _("A touch has no such part."))
    side, kind = one.get("side"), one.get("kind")
    if not isinstance(side, str) or kind not in KINDS_OF_SIDE.get(side, ()):
        raise Wrong("/kind", _("This side knows no such touch."))
    return NewTouch(
        lead_id=find(one.get("lead")),
        side=side,
        kind=kind,
        happened_at=_moment(one.get("happened_at"), now),
        evidence=_grade(one.get("evidence", "logged")),
        reached=_flag("reached", one.get("reached")),
        is_automatic=_flag("is_automatic", one.get("is_automatic", False)),
        **{name: _text(name, one[name]) for name in _TEXTS if name in one},
    )


def _moment(text: Any, now: datetime) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
        days.check_reach(moment)
    except (TypeError, ValueError, ValidationError) as error:
        raise Wrong("/happened_at", _("Write a moment such as 2026-03-02T09:30:00Z.")) from error
    if moment.tzinfo is None:
        moment = timezone.make_aware(moment)
    moment = moment.astimezone(UTC)
    if moment > now:
        raise Wrong("/happened_at", _("This time lies ahead. Write down what has happened."))
    return moment


def _grade(word: Any) -> int:
    if not isinstance(word, str) or word not in EVIDENCE:
        raise Wrong("/evidence", _("Evidence is status, logged, synced or two_way."))
    return EVIDENCE[word]


def _flag(name: str, value: Any) -> Any:
    if not any(value is one for one in _FLAGS[name]):
        raise Wrong(f"/{name}", _("This is true or false."))
    return value


def _text(name: str, value: Any) -> str:
    if not _is_text(value, _TEXTS[name], is_blank_allowed=True):
        raise Wrong(f"/{name}", _("This is a text of up to %(most)s letters.") % {"most": _TEXTS[name]})
    return str(value)


def _is_text(value: Any, most: int, *, is_blank_allowed: bool = False) -> bool:
    if not isinstance(value, str) or len(value) > most or "\0" in value:
        return False
    return (is_blank_allowed or bool(value)) and (value.isascii() or not _HALF_LETTER.search(value))
