"""What was counted of past handoffs: numbers that add up, small enough to travel between processes."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sla.compliance.money import Worth

#: Most handoffs named of each kind of change; the number is always the whole one.
NAMED = 500
#: What is known of an account: seen when mature, followed up, won, bought elsewhere.
MATURE, WORKED, WON, ELSEWHERE = 1, 2, 4, 8


@dataclass(slots=True)
class Counts:
    """Handoffs and what became of them; `timed` are those of which follow-up can be told."""

    n: int = 0
    accepted: int = 0
    declined: int = 0
    timed: int = 0
    worked: int = 0
    won: int = 0

    def add(self, other: "Counts") -> None:
        self.n += other.n
        self.accepted += other.accepted
        self.declined += other.declined
        self.timed += other.timed
        self.worked += other.worked
        self.won += other.won


@dataclass(slots=True)
class Passed:
    """The handoffs that one gate passes."""

    #: By month as YYYY-MM, blank for offers without a date.
    months: dict[str, Counts] = field(default_factory=dict)
    teams: Counter[int] = field(default_factory=Counter)
    #: At the id of each account what is known of it, as flags.
    accounts: bytearray = field(default_factory=bytearray)
    #: Whole days from offer to win → how often.
    days: Counter[int] = field(default_factory=Counter)
    #: By currency, of handoffs whose deals name amount and margin.
    worth: dict[str, Worth] = field(default_factory=dict)

    @property
    def counts(self) -> Counts:
        """Return all months together."""
        total = Counts()
        for counts in self.months.values():
            total.add(counts)
        return total

    def note(self, flag: int, accounts: Iterable[int]) -> None:
        """Note a flag of accounts."""
        ids = list(accounts)
        self.accounts.extend(bytes(max(0, max(ids, default=0) + 1 - len(self.accounts))))
        for account in ids:
            self.accounts[account] |= flag

    def earn(self, worth: Mapping[str, Worth]) -> None:
        """Add what was bought."""
        for currency, own in worth.items():
            self.worth.setdefault(currency, Worth()).add(own)

    def add(self, other: "Passed") -> None:
        for month, counts in other.months.items():
            self.months.setdefault(month, Counts()).add(counts)
        self.teams.update(other.teams)
        self.accounts = _joined(self.accounts, other.accounts)
        self.days.update(other.days)
        self.earn(other.worth)


@dataclass(slots=True)
class Named:
    """How many handoffs, how many of them won, and the ids of the first of either."""

    n: int = 0
    won: int = 0
    ids: list[int] = field(default_factory=list)
    ids_won: list[int] = field(default_factory=list)

    def add(self, other: "Named") -> None:
        self.n += other.n
        self.won += other.won
        self.ids = [*self.ids, *other.ids][:NAMED]
        self.ids_won = [*self.ids_won, *other.ids_won][:NAMED]


@dataclass(slots=True)
class Told:
    """The handoffs that meet, miss and leave open one criterion, and those that would pass without it."""

    met: Counts = field(default_factory=Counts)
    missed: Counts = field(default_factory=Counts)
    unknown: Counts = field(default_factory=Counts)
    without: Counts = field(default_factory=Counts)

    def add(self, other: "Told") -> None:
        self.met.add(other.met)
        self.missed.add(other.missed)
        self.unknown.add(other.unknown)
        self.without.add(other.without)


@dataclass(slots=True)
class Tally:
    """What was counted of some handoffs by the draft and by the gate in force."""

    n: int = 0
    draft: Passed = field(default_factory=Passed)
    against: Passed = field(default_factory=Passed)
    #: By place of the draft's criteria.
    criteria: dict[int, Told] = field(default_factory=dict)
    #: By reason: refused, and how many of those the draft and the gate in force would have kept out.
    reasons: Counter[str] = field(default_factory=Counter)
    kept_out: Counter[str] = field(default_factory=Counter)
    kept_out_in_force: Counter[str] = field(default_factory=Counter)
    #: Kept out by the draft; let in or kept out by it against the gate in force.
    lost: Named = field(default_factory=Named)
    turned_in: Named = field(default_factory=Named)
    turned_out: Named = field(default_factory=Named)

    def add(self, other: "Tally") -> None:
        self.n += other.n
        self.draft.add(other.draft)
        self.against.add(other.against)
        for place, told in other.criteria.items():
            self.criteria.setdefault(place, Told()).add(told)
        self.reasons.update(other.reasons)
        self.kept_out.update(other.kept_out)
        self.kept_out_in_force.update(other.kept_out_in_force)
        self.lost.add(other.lost)
        self.turned_in.add(other.turned_in)
        self.turned_out.add(other.turned_out)


def _joined(one: bytes | bytearray, other: bytes | bytearray) -> bytearray:
    """Join flags by account."""
    both = int.from_bytes(one, "little") | int.from_bytes(other, "little")
    return bytearray(both.to_bytes(max(len(one), len(other)), "little"))
