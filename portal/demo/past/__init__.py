"""The past of the demo company, told step by step and written down in bulk."""

from collections.abc import Callable
from datetime import datetime

from portal.demo.past import facts, offers, returns, works
from portal.demo.past.state import Book, Past
from portal.demo.past.storing import store

__all__ = ["Book", "Past", "live_until", "store"]

VERBS: dict[str, Callable[..., object]] = {
    verb.__name__: verb
    for verb in (
        *(facts.touch, facts.learn, facts.consent, facts.next_step, facts.care, facts.nurture),
        *(facts.sort, facts.sort_out, facts.buy),
        *(offers.interest, offers.return_of_interest, offers.offer, offers.accept, offers.ask, offers.answer),
        *(offers.reroute, offers.expire, offers.withdraw),
        *(works.qualify, works.rate, works.convert, works.win, works.lose),
        *(returns.decline, returns.hand_back, returns.acknowledge, returns.repair, returns.contest),
        *(returns.rule, returns.wake, returns.new_version),
    )
}


def live_until(past: Past, moment: datetime) -> None:
    """Let a lead's story happen up to a moment; what was to come stays in the story."""
    while step := past.story.next_before(moment):
        past.at = step.at
        VERBS[step.verb](past, **step.about)
