"""Finding records that may be of one person: blocked by phone, name and account, compared by near names."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations

from django.db import transaction
from django.db.models import Q
from rapidfuzz import fuzz

from leads import audit, setbased
from leads.models import DistinctPair, Lead, User

#: Leads looked at in one go, the newest first, each against all others that share a key.
LOOKED_AT = 500
#: A key that so many leads share tells nobody apart: a switchboard, a common name.
_CROWD = 25
#: Likeness of names from 0 to 100, whatever the order of their words.
_NEAR_NAME, _NEAR_COMPANY = 88, 90


@dataclass(frozen=True)
class Suspect:
    """Two leads that may be one person; `because` is `phone`, `name` or `account`."""

    first: Lead
    second: Lead
    because: str
    likeness: int


def suspects(*, below: int | None = None, limit: int = 50) -> tuple[list[Suspect], int | None]:
    """Return suspected pairs among the newest leads, the likeliest first, and where to look on, if anywhere.

    `below` is the id below which to look. Pairs that somebody called distinct are left out.
    """
    newest = Lead.objects.alive().order_by("-pk").select_related("account", "owner")
    looked_at = list((newest if below is None else newest.filter(pk__lt=below))[:LOOKED_AT])
    if not looked_at:
        return [], None
    by_id = {lead.pk: lead for lead in [*looked_at, *_sharing(looked_at)]}
    known = set(DistinctPair.objects.filter(first__in=by_id, second__in=by_id).values_list("first", "second"))
    recent = {lead.pk for lead in looked_at}
    found = {}
    for one in _compared(by_id.values()):
        ids = one.first.pk, one.second.pk
        if ids not in known and ids not in found and recent & set(ids):
            found[ids] = one
    ordered = sorted(found.values(), key=lambda one: (-one.likeness, -one.second.pk))
    return ordered[:limit], looked_at[-1].pk if len(looked_at) == LOOKED_AT else None


def pair(first: Lead, second: Lead) -> tuple[Lead, Lead]:
    """Return two leads in the order in which pairs are kept."""
    return (first, second) if first.pk < second.pk else (second, first)


@transaction.atomic
def distinct(*, first: Lead, second: Lead, actor: User, now: datetime) -> None:
    """Remember that two leads are two people; they are not suspected again."""
    first, second = pair(first, second)
    row = {"first_id": first.pk, "second_id": second.pk, "decided_at": now, "decided_by_id": actor.pk}
    if setbased.insert_rows(DistinctPair, [row], ignore_conflicts=True):
        audit.record(
            stream=f"lead:{first.pk}",
            verb="distinct",
            subject_type="lead",
            subject_id=second.pk,
            actor=actor,
            at=now,
        )


def _sharing(leads: Iterable[Lead]) -> list[Lead]:
    """Return the other leads that share a phone, a name or the account with one of these."""
    leads = list(leads)
    shares = Q(phone_key__in={lead.phone_key for lead in leads} - {""})
    shares |= Q(name_key__in={lead.name_key for lead in leads} - {""})
    shares |= Q(account__in={lead.account_id for lead in leads})
    found = Lead.objects.alive().filter(shares).exclude(pk__in=[lead.pk for lead in leads])
    return list(found.select_related("account", "owner").order_by("-pk")[: 20 * LOOKED_AT])


def _compared(leads: Iterable[Lead]) -> Iterator[Suspect]:
    blocks: dict[tuple[str, object], list[Lead]] = {}
    for lead in leads:
        for key in (("phone", lead.phone_key), ("name", lead.name_key), ("account", lead.account_id)):
            if key[1]:
                blocks.setdefault(key, []).append(lead)
    for (because, _key), block in sorted(blocks.items(), key=lambda one: _ORDER[one[0][0]]):
        if len(block) > _CROWD:
            continue
        for first, second in combinations(sorted(block, key=lambda lead: lead.pk), 2):
            likeness = _likeness(first, second, because)
            if likeness:
                yield Suspect(first, second, because, likeness)


#: The surest sign names the pair when several hold.
_ORDER = {"phone": 0, "name": 1, "account": 2}


def _likeness(first: Lead, second: Lead, because: str) -> int:
    """Return how alike two leads are that share a key, 0 when they are surely two people."""
    is_one_account = first.account_id == second.account_id
    names = round(fuzz.token_sort_ratio(first.name_key, second.name_key))
    companies = round(fuzz.token_set_ratio(first.account.name_key, second.account.name_key))
    is_alike = names >= _NEAR_NAME
    if because == "phone":
        is_alike = is_alike or not (first.name_key and second.name_key)
    elif because == "name":
        is_alike = is_one_account or companies >= _NEAR_COMPANY
    return (names + (100 if is_one_account else companies)) // 2 if is_alike else 0
