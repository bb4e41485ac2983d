"""Views that people keep for themselves, and managers for everybody."""

from datetime import datetime

from django.db.models import Q, QuerySet

from leads.choices import Role
from leads.models import User
from portal.models import SavedView

MAY_SHARE = frozenset({Role.SALES_MANAGER, Role.MARKETING_MANAGER, Role.LEADER, Role.OPERATIONS})
#: More tabs than these nobody reads.
MOST = 20


def views_for(user: User) -> QuerySet[SavedView]:
    """Return the views a person has as tabs: their own, then what managers share, by name."""
    found = SavedView.objects.filter(Q(owner=user) | Q(is_shared=True, owner__is_active=True))
    return found.select_related("owner").order_by("is_shared", "name", "pk")


def may_share(user: User) -> bool:
    """Tell whether this person may keep a view for everybody."""
    return user.role in MAY_SHARE


def keep(*, user: User, name: str, query: str, is_shared: bool, now: datetime) -> SavedView | None:
    """Keep a view under a name, in place of their own of that name; None when there are too many."""
    if not SavedView.objects.filter(owner=user, name=name).exists() and _count(user) >= MOST:
        return None
    kept = {"query": query, "is_shared": is_shared and may_share(user), "saved_at": now}
    return SavedView.objects.update_or_create(owner=user, name=name, defaults=kept)[0]


def remove(*, user: User, pk: int) -> bool:
    """Remove one of a person's own views; say whether there was one."""
    own = SavedView.objects.filter(owner=user, pk=pk)
    return own.exists() and bool(own.delete()[0])


def _count(user: User) -> int:
    return SavedView.objects.filter(owner=user).count()
