"""The move table: who moves a handoff from which state to which, and the lead with it."""

from dataclasses import dataclass
from datetime import timedelta

from leads.choices import Stage
from sla.choices.states import Disposition

#: A history that knows no reason may say so; nobody else may.
REASON_NOT_RECORDED = "not_recorded"

#: Where a refused lead goes, by the disposition of the reason (first leg).
STAGE_AFTER_REFUSAL: dict[str, str] = {
    Disposition.RECYCLE: Stage.RECYCLED,
    Disposition.DISQUALIFY: Stage.DISQUALIFIED,
    Disposition.REPAIR: Stage.NURTURING,
}
#: Stands for a stage that the disposition decides.
BY_DISPOSITION = ""
#: A handoff that does not exist yet.
NOT_YET = ""


@dataclass(frozen=True, slots=True)
class Move:
    """One row of the move table.

    `legs` maps leg → state before → the lead's stage before → the one after; a leg, state or
    stage that is missing does not know the move. A state with no stages at all takes the lead
    in any stage and leaves it there. `to_state` None keeps the state.
    """

    code: str
    to_state: str | None
    by: tuple[str, ...]
    legs: dict[int, dict[str, dict[str, str]]]

    def from_states(self, leg: int) -> tuple[str, ...]:
        """Return the states in which a handoff of this leg knows the move."""
        return tuple(self.legs.get(leg, {}))


_OFFER_STAYS = {1: {"offered": {"mql": "mql"}}, 2: {"offered": {"sql": "sql"}}}
_REFUSED: dict[int, dict[str, dict[str, str]]] = {1: {"declined": {}, "returned": {}}}

#: Who may make a move: `owner` the rep offered to or working it, `pool` any eligible rep of the pool,
#: `marketer` and `qualifier` give the lead on leg one and two, `system` sweep, routing or verdict,
#: `crm` an import or key, `referee` the person the agreement names.
MOVES: dict[str, Move] = {
    move.code: move
    for move in (
        Move("offer", "offered", ("system", "marketer", "qualifier"),
             {1: {NOT_YET: {"mql": "mql"}}, 2: {NOT_YET: {"sql": "sql"}}}),
        Move("accept", "accepted", ("owner", "pool"),
             {1: {"offered": {"mql": "sal"}}, 2: {"offered": {"sql": "opportunity"}}}),
        Move("ask", "offered", ("owner",), _OFFER_STAYS),
        Move("answer", "offered", ("marketer", "qualifier"), _OFFER_STAYS),
        Move("reassign", None, ("sales_manager", "system"),
             {1: {"accepted": {"sal": "sal"}, "qualified": {"sql": "sql"}},
              2: {"accepted": {"opportunity": "opportunity"}}}),
        Move("decline", "declined", ("owner",),
             {1: {"offered": {"mql": BY_DISPOSITION}}, 2: {"offered": {"sql": "sql"}}}),
        Move("reroute", "rerouted", ("owner", "sales_manager", "system"), _OFFER_STAYS),
        Move("expire", "expired", ("system",), _OFFER_STAYS),
        Move("withdraw", "withdrawn", ("marketer", "qualifier"),
             {1: {"offered": {"mql": "nurturing"}}, 2: {"offered": {"sql": "sql"}}}),
        Move("qualify", "qualified", ("owner", "system"), {1: {"accepted": {"sal": "sql"}}}),
        Move("hand_back", "returned", ("owner",),
             {1: {"accepted": {"sal": BY_DISPOSITION}, "qualified": {"sql": BY_DISPOSITION}},
              2: {"accepted": {"opportunity": "sql"}}}),
        Move("convert", "converted", ("owner", "crm", "system"), {1: {"qualified": {"sql": "opportunity"}}}),
        Move("win", "won", ("owner", "crm"),
             {1: {"converted": {"opportunity": "customer"}}, 2: {"accepted": {"opportunity": "customer"}}}),
        Move("lose", "lost", ("owner", "crm"),
             {1: {"converted": {"opportunity": "lost"}}, 2: {"accepted": {"opportunity": "lost"}}}),
        Move("acknowledge", None, ("marketer",), _REFUSED),
        Move("repair", None, ("marketer",), _REFUSED),
        Move("contest", None, ("marketer",), _REFUSED),
        Move("rule", None, ("referee",), _REFUSED),
        Move("wake", None, ("system",), _REFUSED),
    )
}  # fmt: skip

#: Moves whose maker may take them back within `UNDO_WINDOW`, as long as nothing else has happened.
UNDOABLE = ("accept", "decline", "hand_back")
UNDO_WINDOW = timedelta(minutes=2)

#: Stage → the one into which its key signifier may take a lead by itself. Into every other stage leads
#: somebody's decision (accept, refuse, reopen), a verdict (`mql`) or a deal with its amount.
BY_SIGNIFIER = {"inquiry": "nurturing", "sal": "sql", "sql": "opportunity"}

#: Moves of a lead without an open handoff: (stage before, stage after).
LEAD_MOVES: dict[str, tuple[tuple[str, str], ...]] = {
    "signifier": (("inquiry", "nurturing"),),
    "become_ready": (("inquiry", "mql"), ("nurturing", "mql")),
    "cease_ready": (("mql", "inquiry"), ("mql", "nurturing")),
    "wake": (("recycled", "nurturing"),),
    "reopen": (("lost", "nurturing"), ("disqualified", "nurturing")),
    "correct": (("lost", "customer"), ("customer", "lost")),
    "overturn": (("recycled", "mql"), ("disqualified", "mql"), ("nurturing", "mql")),
}
