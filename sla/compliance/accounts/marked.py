"""The accounts that have changed since they were told."""

from sla.models import AccountMark, TallyState

#: Under this name `TallyState` says that the accounts were told once.
BOOK = "accounts"
#: Above so many marks to look at, or accounts to tell, all is told from the rows.
MOST_MARKS, MOST_ACCOUNTS = 20_000, 2_000


def waiting() -> set[int] | None:
    """Return the accounts to be told from their rows, None where all must be. Two queries.

    Asked before what is kept: whoever is marked after that is told anew as a whole, never by half.
    """
    if not TallyState.objects.filter(pk=BOOK, revision__gt=0).exists():
        return None
    marks = AccountMark.objects.order_by("pk").values_list("account", flat=True)[: MOST_MARKS + 1]
    found = list(marks)
    accounts = set(found)
    return accounts if len(found) <= MOST_MARKS and len(accounts) <= MOST_ACCOUNTS else None
