"""Questions on facts that more than one page asks."""

from collections.abc import Iterator
from functools import reduce
from operator import or_

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Reverse, StrIndex
from django.db.models.lookups import GreaterThan, StartsWith

from leads import keys
from leads.models import Account, Lead, User
from leads.models.querysets import ways_to

SHORTEST_TERM = 3
#: So many leads are quicker looked through one by one than found by their letters among all others.
FEW = 10_000


def search(*, user: User, text: str, limit: int = 50) -> list[Lead]:
    """Return the leads this person may see whose name, company and e-mail hold every word of the text.

    Digits alone also find the phone numbers that end with them.
    Fewer than three letters find nothing: no index could help. The first `limit` leads that the
    database finds come back, by name; sorting all of them would cost more than finding them.
    """
    term = keys.search_term(text)
    if len(term) < SHORTEST_TERM:
        return []
    found: dict[int, Lead] = {}
    for some in _searched(user, term):
        if len(found) < limit:
            found |= {lead.pk: lead for lead in some.select_related("account")[:limit]}
    return sorted(list(found.values())[:limit], key=lambda lead: (lead.name, lead.pk))


def holds(term: str) -> Q:
    """Match leads whose searched text holds each word of a term, anywhere and in any order.

    Word by word the index of letters is quick too: of a long term it would compare every letter's list.
    """
    return Q(*(Q(search_text__contains=word) for word in term.split())) | _phoned(term)


def _phoned(term: str) -> Q:
    """Match phone numbers that end with the digits of a term, by an index of the numbers read backwards."""
    digits = keys.phone_end(term)
    return Q(StartsWith(Reverse("phone_key"), digits[::-1])) if digits else Q(pk__in=())


def _searched(user: User, term: str) -> Iterator[QuerySet[Lead]]:
    """Yield what a person sees of the matches, way by way: asked together, no index would serve them."""
    ways = ways_to(user)
    if ways is None:
        yield Lead.objects.alive().filter(holds(term))
    for way in ways or ():
        seen = Lead.objects.alive().filter(way)
        if _are_few(seen):
            # By position, not LIKE: the index of letters would gather the matches of everybody first.
            places = (StrIndex("search_text", Value(word)) for word in term.split())
            yield seen.filter(Q(*(GreaterThan(place, 0) for place in places)) | _phoned(term))
        else:
            yield seen.filter(holds(term))


def sources() -> list[str]:
    """Return the sources that leads came from, by name, with one look into the index for each."""
    table = connection.ops.quote_name(Lead._meta.db_table)
    sql = f"""
        WITH RECURSIVE found(source) AS (
            SELECT MIN(source) FROM {table} WHERE source > ''
            UNION ALL
            SELECT (SELECT MIN(source) FROM {table} WHERE source > found.source)
            FROM found WHERE source IS NOT NULL
        ) SELECT source FROM found WHERE source IS NOT NULL
    """  # noqa: S608 (a name only)
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return [row[0] for row in cursor.fetchall()]


def in_sight(user: User) -> QuerySet[Lead]:
    """Return the leads a person may see, as a question about one table.

    What leads over another table is read first: next to an alternative that does, no index serves the others.
    """
    ways = ways_to(user)
    if not ways:
        return Lead.objects.visible_to(user)
    return Lead.objects.alive().filter(reduce(or_, map(_spelled_out, ways)))


def _spelled_out(way: Q) -> Q:
    """Return a way with ids in place of the table that it leads over."""
    match way.children:
        case [("account__owner_id", pk)]:
            return Q(account_id__in=list(Account.objects.filter(owner_id=pk).values_list("pk", flat=True)))
        case [("owner__team_id", pk)]:
            return Q(owner_id__in=_owners_astray(pk))
    return way


def _owners_astray(team_id: int) -> list[int]:
    """Return who of a team owns leads that are not the team's.

    Of all others the team's own way finds every lead already, and asking twice costs twice.
    """
    owned = Lead.objects.filter(owner=OuterRef("pk"))
    # Each in words that an index knows; of "another than" it knows nothing.
    elsewhere = [Q(team_id__lt=team_id), Q(team_id__gt=team_id), Q(team__isnull=True)]
    owns_some = reduce(or_, (Q(Exists(owned.filter(one))) for one in elsewhere))
    return list(User.objects.filter(owns_some, team_id=team_id).values_list("pk", flat=True))


def _are_few(seen: QuerySet[Lead]) -> bool:
    return seen[: FEW + 1].count() <= FEW
