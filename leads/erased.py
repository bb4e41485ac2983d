"""Whom a file older than an erasure may not bring back: keyed hashes of what erased people were known by."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import connection
from django.db.models import QuerySet
from django.utils.crypto import salted_hmac

from leads import keys
from leads.models import ErasedMark, ExternalId, Lead

_SALT = "leads.erased"
#: Names the one lock between erasing and the chunks of imports.
_LOCK = 5_050
#: A chunk may take longer than other locks may be waited for.
_WAIT = "20s"


def remember(leads: QuerySet[Lead], *, now: datetime) -> None:
    """Keep by what these leads are known, as hashes; call it first in the transaction that erases them.

    No chunk of an import is under way from here to the end of the transaction.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = '{_WAIT}'")
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    rows = leads.values_list("name_key", "account__name_key", "email_key", "phone_key")
    words = {word for row in rows for word in words_of(*row)}
    words.update(word_of_id(*one) for one in _ids(leads))
    ErasedMark.objects.bulk_create(ErasedMark(digest=_digest(word), erased_at=now) for word in sorted(words))


def hold() -> None:
    """Let nobody be erased until the transaction ends; SQLite has but one writer anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [_LOCK])


def forget(*, before: datetime) -> int:
    """Delete what is kept of people erased before any file that still waits was brought; return how many."""
    return ErasedMark.objects.filter(erased_at__lt=before).delete()[0]


class Since:
    """Who was erased since a moment."""

    def __init__(self, moment: datetime) -> None:
        self._marks = ErasedMark.objects.filter(erased_at__gte=moment)
        self._last = 0
        self._digests: set[str] = set()

    def learn(self) -> bool:
        """Take up who was erased meanwhile; return whether there is anybody at all."""
        for pk, digest in self._marks.filter(pk__gt=self._last).order_by("pk").values_list("pk", "digest"):
            self._last = pk
            self._digests.add(digest)
        return bool(self._digests)

    def knows(self, words: Iterable[str]) -> bool:
        """Tell whether one of the words belongs to somebody erased."""
        return any(_digest(word) in self._digests for word in words)


def words_of(name: str, company: str, email: str, phone: str) -> list[str]:
    """Return by what a person is known, of normal forms: the address, the name with company or number."""
    told = [f"email {email}"] if email else []
    told += [f"at {company}: {name}"] if name and company else []
    return told + ([f"by {phone}: {name}"] if name and phone else [])


def word_of_id(system: str, external_id: str) -> str:
    """Return the word for an id in another system."""
    return f"id {system}: {external_id}"


def words_in(cells: Sequence[str]) -> list[str]:
    """Return the words for the addresses among cells as they were read."""
    return [f"email {keys.email_key(cell)}" for cell in cells if "@" in cell]


def _ids(leads: QuerySet[Lead]) -> Iterable[tuple[str, str]]:
    return ExternalId.objects.filter(lead__in=leads).values_list("system", "external_id")


def _digest(word: str) -> str:
    return salted_hmac(_SALT, word, algorithm="sha256").hexdigest()
