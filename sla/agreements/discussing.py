"""Comments on the clauses of a version, open until they are settled."""

from datetime import datetime

from django.db import transaction

from leads import audit
from leads.models import User
from sla.models import AgreementVersion, Comment


@transaction.atomic
def comment(*, version: AgreementVersion, clause: str, text: str, author: User, now: datetime) -> Comment:
    """Keep what a person says to a clause, or with a blank clause to the whole text."""
    said = Comment.objects.create(
        version=version, clause=clause, text=text.strip(), author=author, created_at=now
    )
    _log(said, "commented", author, now)
    return said


@transaction.atomic
def settle(*, comment: Comment, actor: User, now: datetime) -> bool:
    """Close a comment and tell whether it was open."""
    still_open = Comment.objects.filter(pk=comment.pk, settled_at=None)
    if not still_open.update(settled_at=now, settled_by=actor):
        return False
    _log(comment, "comment_settled", actor, now)
    return True


def _log(said: Comment, verb: str, actor: User, now: datetime) -> None:
    audit.record(
        stream=f"agreement:{said.version.agreement_id}",
        verb=verb,
        subject_type="version",
        subject_id=said.version_id,
        actor=actor,
        at=now,
        data={"number": said.version.number, "clause": said.clause, "comment": said.pk},
    )
