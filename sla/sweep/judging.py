"""All waiting marks taken up at once, on several cores: after an activation or a great import."""

import contextlib
import math
import multiprocessing
from datetime import datetime
from time import perf_counter

from django.db import connection, connections

from leads import bulk, marks
from sla import intake

#: Leads of one round: few enough for little memory, enough that its statements cost nothing per lead.
AT_ONCE = 5_000


def judge_marked(*, now: datetime, seconds: float = math.inf, share: tuple[int, int] = (0, 1)) -> int:
    """Take up marks for so many seconds at most and return how many leads; the next run goes on.

    Once all were walked past it looks from the front again, for those that were left meanwhile.
    """
    total, until, walk = 0, perf_counter() + seconds, marks.Walk(share)
    while True:
        was_at_front = walk.is_at_front
        with bulk.undisturbed():
            taken = intake.drain(now=now, limit=AT_ONCE, walk=walk)
        total += taken
        if (was_at_front and taken < AT_ONCE) or perf_counter() > until:
            return total


def judge_all(*, now: datetime, processes: int = 1) -> int:
    """Take up every mark that waits and return how many leads.

    More `processes` than one are for a command of its own on PostgreSQL, outside a transaction: each
    takes the leads of its own share by a connection of its own.
    """
    if processes == 1 or connection.vendor != "postgresql":
        return judge_marked(now=now)
    connections.close_all()
    shares = [(now, (part, processes)) for part in range(processes)]
    with contextlib.closing(multiprocessing.get_context("fork").Pool(processes)) as pool:
        judged = sum(pool.starmap(_judge_share, shares))
    # And what was marked once more meanwhile.
    return judged + judge_marked(now=now)


def _judge_share(now: datetime, share: tuple[int, int]) -> int:
    return judge_marked(now=now, share=share)
