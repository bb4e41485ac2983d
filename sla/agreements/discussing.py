"""Comments on the clauses of a version, open until they are settled."""

from datetime import datetime

from django.db import transaction

from leads.models import User
from sla.agreements import logbook, news
from sla.models import AgreementVersion, Comment


@transaction.atomic
def comment(*, version: AgreementVersion, clause: str, text: str, author: User, now: datetime) -> Comment:
    """Keep what a person says to a clause, or with a blank clause to the whole text."""
    said = Comment.objects.create(
        version=version, clause=clause, text=text.strip(), author=author, created_at=now
    )
    _note(said, "commented", author, now)
    news.leave(version, news.COMMENTED, about=str(said.pk), now=now, actor=author, comment=said.pk)
    return said


@transaction.atomic
def settle(*, comment: Comment, actor: User, now: datetime) -> bool:
    """Close a comment and tell whether it was open."""
    still_open = Comment.objects.filter(pk=comment.pk, settled_at=None)
    if not still_open.update(settled_at=now, settled_by=actor):
        return False
    _note(comment, "comment_settled", actor, now)
    return True


def _note(said: Comment, verb: str, actor: User, now: datetime) -> None:
    logbook.note(said.version, verb, now=now, actor=actor, clause=said.clause, comment=said.pk)
