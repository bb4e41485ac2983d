"""Questions on facts that more than one page asks."""

from django.db import connection

from leads import keys
from leads.models import Lead, User
from leads.models.querysets import ways_to

SHORTEST_TERM = 3
#: So many leads are quicker looked through one by one than found by their letters among all others.
FEW = 10_000


def search(*, user: User, text: str, limit: int = 50) -> list[Lead]:
    """Return the leads this person may see whose name, company or e-mail contains the text.

    Fewer than three letters find nothing: no index could help. The first `limit` leads that the
    database finds come back, by name; sorting all of them would cost more than finding them.
    """
    term = keys.search_term(text)
    if len(term) < SHORTEST_TERM:
        return []
    found = Lead.objects.visible_to(user).filter(search_text__contains=term)
    return sorted(found.select_related("account", "owner")[:limit], key=lambda lead: (lead.name, lead.pk))


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


def within(user: User) -> list[int] | None:
    """Return ids that hold all that a person may see, None where these are too many to be worth it."""
    ways = ways_to(user)
    ids: set[int] = set()
    for way in ways or ():
        ids.update(Lead.objects.filter(way).values_list("pk", flat=True)[: FEW + 1])
        if len(ids) > FEW:
            return None
    return None if ways is None else sorted(ids)
