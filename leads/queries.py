"""Questions on facts that more than one page asks."""

from leads import keys
from leads.models import Lead, User

SHORTEST_TERM = 3


def search(*, user: User, text: str, limit: int = 50) -> list[Lead]:
    """Return the leads this person may see whose name, company or e-mail contains the text.

    Fewer than three letters find nothing: no index could help. Names come in order.
    """
    term = keys.search_term(text)
    if len(term) < SHORTEST_TERM:
        return []
    found = Lead.objects.visible_to(user).filter(search_text__contains=term)
    return list(found.select_related("account", "owner").order_by("name", "pk")[:limit])
