"""Touches that no agreement looks at: written and told to the clocks in one transaction, without a mark."""

import contextlib
import logging
from datetime import datetime
from typing import Any

from django.db import transaction

from leads import marks, pipeline, touches
from leads.choices import TouchSide
from leads.models import Lead, Touch, User
from sla import agreements, clocks
from sla.intake import following, needs

log = logging.getLogger(__name__)


class _Otherwise(Exception):
    """The touch is another one than it seemed."""


def add(
    *, lead: Lead, now: datetime, actor: User | None, side: str, kind: str, happened_at: datetime, **said: Any
) -> Touch | None:
    """Write down a touch that changes no standing, as most of Marketing's and Sales' do; None when it may.

    Then nothing is written, and neither is it where something of the lead waits for its judge or its clocks
    fail: the touch is to be written with a mark.
    """
    if side == TouchSide.PROSPECT:  # by these leads are judged, so nobody asks in vain
        return None
    known = {"side": side, "kind": kind, "happened_at": happened_at, **said}
    try:
        with transaction.atomic():
            with pipeline.together():
                marks.hold()
                answer = needs.ask_state(lead.pk, happened_at)
                hearers = clocks.ask_hearers([lead.pk])
            state = answer()
            if state is None or state.is_marked or agreements.heed(state.ids_in_force, side, kind):
                return None
            # One that another system names may be there already, and that answer is looked at.
            with contextlib.nullcontext() if said.get("external_id") else pipeline.together():
                touch, is_news = touches.write(
                    lead=lead, now=now, actor=actor, touch_id=state.touch_id, **known
                )
                if (touch.lead_id, touch.happened_at) != (lead.pk, happened_at):
                    raise _Otherwise
                need = needs.of_touch(touch, state) if is_news else None
                if need:
                    following.tell({lead.pk: need}, {}, now, hearers)
            return touch
    except (_Otherwise, touches.InvalidTouch):
        return None  # whoever writes it with a mark meets with the same
    except Exception:
        log.exception("a touch of lead %s is written with a mark, for its clocks failed", lead.pk)
        return None
