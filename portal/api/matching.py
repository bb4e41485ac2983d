"""Entity tags: what a caller saw, told back before it is changed."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.utils.http import parse_etags
from django.utils.translation import gettext as _
from rest_framework.request import Request

from leads.models import Account, Lead
from portal.api.problems import Problem
from sla import handoffs, intake
from sla.models import AgreementVersion, Handoff


def tag(thing: Any) -> str:
    """Return the tag of a handoff, lead, account or version: another one whenever it changed."""
    if isinstance(thing, Handoff):
        return f'"h{thing.pk}-{thing.seq}"'
    if isinstance(thing, AgreementVersion):
        return f'"v{thing.pk}-{thing.sha256[:16]}-{thing.state}"'
    assert isinstance(thing, (Lead, Account))
    names = intake.LEAD_FACTS if isinstance(thing, Lead) else intake.ACCOUNT_FACTS
    said = {name: getattr(thing, name) for name in sorted(names)}
    said["stage"] = getattr(thing, "stage_seq", 0)
    digest = hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()
    return f'"{thing._meta.model_name}{thing.pk}-{digest[:16]}"'


def check(request: Request, thing: Any, *, is_needed: bool = False) -> None:
    """Compare `If-Match` with what is there: 412 when it changed, 428 when it must be told and is not."""
    said = request.headers.get("If-Match", "")
    if not said:
        if is_needed:
            sentence = _("Say in If-Match which state you saw: the ETag of your last reading.")
            raise Problem("if_match_needed", sentence, 428)
        return
    # As RFC 9110 has it: `*` alone stands for whatever is there, a weak tag matches nothing.
    tags = parse_etags(said)
    if tags != ["*"] and tag(thing) not in tags:
        raise changed()


@contextmanager
def held(request: Request, handoff: Handoff) -> Iterator[None]:
    """Compare `If-Match` with a handoff as it was read, and let the move within find it no other."""
    check(request, handoff)
    if request.headers.get("If-Match", "*").strip() == "*":
        yield
        return
    try:
        with handoffs.as_seen(handoff):
            yield
    except handoffs.Changed as error:
        raise changed() from error


def changed() -> Problem:
    """Return the problem of something that is not as the caller saw it."""
    return Problem("changed_meanwhile", _("This changed since you read it. Read it again."), 412)
