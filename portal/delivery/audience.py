"""Who is told of what: one table, and how its words are read for a message."""

from collections.abc import Callable, Collection, Iterable, Mapping

from leads.choices import Role, Side
from leads.models import AuditEntry, OutboxMessage, User
from sla import agreements, permissions
from sla.models import Clock, Handoff

#: Kind of message → who is told beside those whom the message itself names. `giver` gave the lead away:
#: Marketing on leg one, later the qualifier. `owner` holds it, or its pool does.
AUDIENCE: dict[str, tuple[str, ...]] = {
    "handoff.offer": ("owner",),
    "handoff.accept": ("giver",),
    "handoff.decline": ("givers",),
    "handoff.hand_back": ("givers",),
    "handoff.ask": ("givers",),
    "handoff.answer": ("owner",),
    "handoff.reroute": ("owner",),
    "handoff.expire": ("owner", "sales_managers"),
    "handoff.withdraw": ("owner",),
    "handoff.qualify": ("giver",),
    "handoff.convert": ("giver",),
    "handoff.win": ("giver", "sales_managers"),
    "handoff.lose": ("giver", "sales_managers"),
    "handoff.wake": ("marketers",),
    "agreement.review_due": ("signers",),
    "agreement.proposed": ("signers", "writers"),
    "agreement.commented": ("signers", "writers"),
    "agreement.signed": ("signers", "writers"),
    "agreement.agreed": ("signers", "writers"),
    "letter.weekly": ("signers",),
    "handoff.unplaced": ("sales_managers", "operations"),
}
#: Whoever signs for a side also answers for its review.
SIGN = frozenset().union(*permissions.SIGNS.values())
#: What a rung of a ladder does → who is told, for the side that is late.
RUNGS: dict[str, tuple[str, ...]] = {
    "notify_owner": ("owner",),
    "notify_manager": ("managers",),
    "reassign": ("owner", "managers"),
    "pool": ("owner", "managers"),
}


class Audience:
    """Who is told of each message of a batch; people and handoffs are looked up once."""

    def __init__(self, messages: Iterable[OutboxMessage]) -> None:
        working = User.objects.filter(is_active=True).select_related("calendar", "team__calendar")
        self.people = {person.pk: person for person in working}
        found = {pk for message in messages if (pk := handoff_of(message))}
        self.handoffs = Handoff.objects.select_related("version").in_bulk(found)
        clocks = {m.subject_id for m in messages if _is_of_referee(m)}
        self.clocks = Clock.objects.select_related("version").in_bulk(clocks)

    def told_of(self, message: OutboxMessage) -> set[int]:
        """Return the ids of who is told: only who works here, and nobody of an act of their own."""
        found = {*message.data.get("told", ()), *self._meant(message)}
        return {pk for pk in found if pk in self.people and pk != message.data.get("actor")}

    def _meant(self, message: OutboxMessage) -> set[int]:
        if "side" in message.data:  # of a clock
            words = RUNGS.get(message.data.get("action", ""), ("owner",))
        else:
            words = AUDIENCE.get(message.kind, ())
        is_for_managers = "managers" in words and "owner" not in words
        named = {message.recipient_id} if message.recipient_id and not is_for_managers else set()
        return named.union(*(self._read(word, message) for word in words))

    def _read(self, word: str, message: OutboxMessage) -> set[int]:
        handoff = self.handoffs.get(handoff_of(message) or 0)
        readers: Mapping[str, Callable[[OutboxMessage, Handoff | None], set[int]]] = {
            "owner": self._owner,
            "giver": self._giver,
            "givers": self._givers,
            "managers": self._managers,
            "sales_managers": lambda told, about: self._in_charge(_team(told, about)),
            "marketers": lambda told, about: self._marketers(),
            "signers": lambda told, about: self._with_role(SIGN),
            "writers": lambda told, about: _writers(told),
            "operations": lambda told, about: self._with_role({Role.OPERATIONS}),
        }
        return readers[word](message, handoff)

    def _owner(self, message: OutboxMessage, handoff: Handoff | None) -> set[int]:
        """Return who holds it; of a clock, whoever of its side has to act."""
        side = message.data.get("side", Side.SALES)
        if message.recipient_id is not None:
            return {message.recipient_id}
        if side == "referee":
            return self._referee(message)
        if side == Side.MARKETING:
            return self._givers(message, handoff)
        if handoff is not None and handoff.rep_id:
            return {handoff.rep_id}
        team = _team(message, handoff)
        return self._with_role({Role.REP, Role.QUALIFIER}, team) if team else set()

    def _giver(self, message: OutboxMessage, handoff: Handoff | None) -> set[int]:
        """Return the one person who gave it away, all of Marketing if nobody did by hand."""
        by = handoff.offered_by_id if handoff else None
        return {by} if by in self.people else self._marketers()

    def _givers(self, message: OutboxMessage, handoff: Handoff | None) -> set[int]:
        is_later_leg = handoff is not None and handoff.leg > 1
        return self._giver(message, handoff) if is_later_leg else self._marketers()

    def _managers(self, message: OutboxMessage, handoff: Handoff | None) -> set[int]:
        side = message.data.get("side", Side.SALES)
        if side == Side.SALES:
            return self._in_charge(_team(message, handoff))
        leaders = self._with_role({Role.LEADER})
        return self._with_role({Role.MARKETING_MANAGER}) or leaders if side == Side.MARKETING else leaders

    def _in_charge(self, team: int | None) -> set[int]:
        """Return the sales managers of a team; a team without one is a matter for leaders."""
        found = self._with_role({Role.SALES_MANAGER}, team)
        return found or self._with_role({Role.LEADER})

    def _marketers(self) -> set[int]:
        return self._with_role({Role.MARKETER}) or self._with_role({Role.MARKETING_MANAGER})

    def _referee(self, message: OutboxMessage) -> set[int]:
        """Return the referee of what is judged, or of every agreement in force."""
        clock = self.clocks.get(message.subject_id or 0) if _is_of_referee(message) else None
        source = clock or self.handoffs.get(handoff_of(message) or 0)
        versions = [source.version] if source else agreements.in_force()
        emails = {(agreements.document(version).referee or "").casefold() for version in versions} - {""}
        return {pk for pk, person in self.people.items() if person.email.casefold() in emails}

    def _with_role(self, wanted: Collection[Role], team: int | None = None) -> set[int]:
        return {
            pk
            for pk, person in self.people.items()
            if person.role in wanted and (team is None or person.team_id == team)
        }


def handoff_of(message: OutboxMessage) -> int | None:
    """Return the handoff that a message is about."""
    if message.subject_type == "handoff":
        return message.subject_id
    found = message.data.get("handoff")
    return found if isinstance(found, int) else None


def _writers(message: OutboxMessage) -> set[int]:
    """Return who did anything to the version that a message is about: wrote, commented, proposed, signed."""
    acts = AuditEntry.objects.filter(subject_type="version", subject_id=message.subject_id)
    return {pk for pk in acts.values_list("actor_id", flat=True) if pk is not None}


def _is_of_referee(message: OutboxMessage) -> bool:
    return message.subject_type == "clock" and message.data.get("side") == "referee"


def _team(message: OutboxMessage, handoff: Handoff | None) -> int | None:
    return message.data.get("team") or (handoff.team_id if handoff else None)
