"""Questions on facts that more than one page asks."""

from leads import keys
from leads.models import Lead, User

SHORTEST_TERM = 3


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
