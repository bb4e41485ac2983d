"""What one person of Sales kept of what Sales promised, and what is due next."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import F, QuerySet

from leads.choices import Side
from leads.models import User
from sla import agreements
from sla.choices import CLOCK_KINDS
from sla.compliance import clocked, lines, promises, timed
from sla.compliance.periods import Filters, Period
from sla.models import Clock

#: A week holds few cases: the figures are those of the last four, the line beside them tells of each week.
WEEKS = 4
SHOWN = 30


@dataclass(frozen=True, slots=True)
class Card:
    """One line for each timed commitment of Sales, the clocks that are due next and how many they are."""

    person: User
    period: Period
    lines: tuple[lines.Line, ...]
    due: tuple[Clock, ...]
    due_count: int

    @property
    def kept(self) -> int:
        return sum(line.kept for line in self.lines)

    @property
    def closed(self) -> int:
        return sum(line.n for line in self.lines)


def card(person: User, *, today: date, until: datetime, now: datetime) -> Card:
    """Return a person's card for the four weeks up to today, in a constant number of queries.

    Counted as `timed` counts a person's clocks, by the versions that judged them and those in force.
    """
    period = Period(today - timedelta(weeks=WEEKS) + timedelta(days=1), today, agreements.zone())
    asked = Filters(rep_id=person.pk)
    told = timed.read(Period(period.weeks[0][0], period.last_on, period.zone), asked, now)
    own = told.within(period.first_on, period.last_on)
    found = promises.of_versions(promises.ruling(None, asked, own.versions))
    kept = [
        lines.timed_line(key, promise, clocks)
        for key, promise, clocks in clocked.of_promises(found, own, told, period)
        if promise.commitment.side == Side.SALES and promise.commitment.kind in CLOCK_KINDS
    ]
    due = due_by(person, until)
    return Card(person, period, tuple(kept), tuple(due[:SHOWN]), due.count())


def due_by(person: User, until: datetime) -> QuerySet[Clock]:
    """Return a person's open clocks of Sales that are late or due before a moment, the first due first."""
    running = Clock.objects.open().filter(rep=person, side=Side.SALES, due_at__lt=until)
    found = running.filter(handoff__is_ended=False).select_related("commitment", "lead__account")
    return found.order_by(F("breached_at").asc(nulls_last=True), "due_at", "pk")
