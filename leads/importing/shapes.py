"""What a target can take from a file: its fields, their kinds, and which blocks its mapping may have."""

from dataclasses import dataclass, field

KINDS = ("text", "note", "number", "whole", "moment", "date", "flag", "choice", "reference")


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a target; `choices` are the only values that a `choice` may have.

    `account` names the column of the lead's account that the field fills.
    """

    kind: str = "text"
    longest: int = 0
    choices: frozenset[str] = frozenset()
    is_required: bool = False
    account: str = ""


@dataclass(frozen=True, slots=True)
class Shape:
    """A target's fields by name, and the blocks that its mapping may hold besides them."""

    target: str
    fields: dict[str, Field]
    has_attributes: bool = False
    has_consent: bool = False
    has_bant: bool = False
    names_lead: bool = False
    blocks: frozenset[str] = field(init=False, default=frozenset())

    def __post_init__(self) -> None:
        blocks = {
            "attributes": self.has_attributes,
            "account_attributes": self.has_attributes,
            "consent": self.has_consent,
            "bant": self.has_bant,
            "lead": self.names_lead,
        }
        object.__setattr__(self, "blocks", frozenset(name for name, is_there in blocks.items() if is_there))
