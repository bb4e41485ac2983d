"""Reading a handoff for a move: as it is now, and still as whoever makes the move saw it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db.models import QuerySet

from leads import kept
from sla.handoffs import errors
from sla.models import Handoff

#: The handoff that somebody saw, by its id and the number of its last move.
_seen: ContextVar[tuple[int, int] | None] = ContextVar("handoff_seen", default=None)


@contextmanager
def as_seen(handoff: Handoff) -> Iterator[None]:
    """Let a move within find this handoff only as it was read; else it raises NotAsSeen.

    The move itself changes what it found or nothing, so nobody comes in between.
    """
    token = _seen.set((handoff.pk, handoff.seq))
    try:
        yield
    finally:
        _seen.reset(token)


def fresh(handoff: Handoff) -> Handoff:
    """Return a handoff as it is now, with all that a move looks at; raises NotAsSeen."""
    found = _whole.first(pk=handoff.pk)
    if found is None:
        raise Handoff.DoesNotExist
    return checked(found)


def locked(handoff: Handoff) -> Handoff:
    """Return a handoff that nobody moves until the transaction ends; raises NotAsSeen.

    For what is written beside its moves and does not raise their number.
    """
    rows = Handoff.objects.select_for_update(of=("self",), no_key=True).select_related("lead__account")
    return checked(rows.get(pk=handoff.pk))


def checked(found: Handoff) -> Handoff:
    """Return a handoff just read; raises NotAsSeen where somebody saw it otherwise."""
    seen = _seen.get()
    if seen and seen[0] == found.pk and seen[1] != found.seq:
        raise errors.NotAsSeen
    return found


@kept.question
def _whole() -> QuerySet[Handoff]:
    parts = ("lead__account", "version__agreement", "team__calendar", "rep__team__calendar", "decided_by")
    found = Handoff.objects.select_related(*parts).filter(pk=kept.number("pk"))
    return found.defer("version__document", "version__canonical_text")
