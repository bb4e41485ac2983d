"""The order in which agreements are asked: the first whose rule a lead meets judges it."""

from datetime import datetime

from django.db import transaction
from django.db.models import Max

from leads import marks
from leads.models import User
from sla.agreements import choosing, logbook
from sla.models import Agreement, AgreementVersion

ASKED_EARLIER = "asked_earlier"


class OrderChanged(Exception):
    """The two no longer stand behind each other: somebody else moved one, or another took effect between."""


class EverybodyLast(Exception):
    """The agreement for everybody would be asked before another, which then nobody would ever reach."""


@transaction.atomic
def ask_earlier(*, agreement: int, before: int, now: datetime, actor: User) -> AgreementVersion:
    """Ask an agreement in force before the one that stands right before it now; both by id.

    Leads not offered yet are judged anew in the background; what was offered keeps its version. Returns the
    version in force of the one that moved. Raises OrderChanged and EverybodyLast.
    """
    # All of them: whoever orders at the same time waits here and then sees the new order.
    ranks = dict(Agreement.objects.select_for_update().order_by("pk").values_list("pk", "segment_rank"))
    found = {version.agreement_id: version for version in choosing.in_force()}
    order = list(found)
    if agreement not in found or before not in found or order.index(before) + 1 != order.index(agreement):
        raise OrderChanged(f"{before} does not stand right before {agreement}.")
    moved = found[agreement]
    if choosing.document(moved).segment.rule is None:
        raise EverybodyLast(f"{moved} is for everybody.")
    _rank(agreement, 1 + (Agreement.objects.aggregate(most=Max("segment_rank"))["most"] or 0))
    _rank(before, ranks[agreement])
    _rank(agreement, ranks[before])
    marks.mark_all(since=now)
    logbook.note(moved, ASKED_EARLIER, now=now, actor=actor, before=before)
    return moved


def _rank(agreement: int, rank: int) -> None:
    """Give an agreement its place: each is taken once, so two change theirs by way of a free one."""
    Agreement.objects.filter(pk=agreement).update(segment_rank=rank)
