"""What takes the records of a file: the contract of a target, and what all chunks of a run share."""

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Protocol

from leads.importing.mapping import SourceMapping
from leads.importing.records import Key, Record, Rejected
from leads.importing.shapes import Shape
from leads.models import ImportRun, User

CREATED, UPDATED, UNCHANGED, REJECTED = "created", "updated", "unchanged", "rejected"
Outcome = str | Rejected


@dataclass(frozen=True, slots=True)
class Context:
    """What every chunk of a run has in common."""

    run: ImportRun
    mapping: SourceMapping
    now: datetime
    as_of: date | None
    actor: User | None

    @property
    def is_history(self) -> bool:
        """Say whether this run tells what happened, and not what is."""
        return self.mapping.is_history or self.as_of is not None or bool(self.run.version_ref)

    @property
    def horizon(self) -> datetime | None:
        """Return the first moment that the file, read as of a day, does not know yet."""
        if self.as_of is None:
            return None
        return datetime.combine(self.as_of + timedelta(days=1), time(), self.mapping.zone)


class Target(Protocol):
    """What takes records: leads, touches, deals and people here, handoffs on the floor above.

    Most work nothing out ahead, compare a known record by what it says, and have nothing to tidy up.
    """

    shape: Shape

    def prepare(self, record: Record, mapping: SourceMapping) -> Any:
        """Return what `take` finds as the record's `said`; made without the database, in another process."""
        return None

    def digests(self, wanted: Iterable[Key]) -> dict[Key, int | None]:
        """Return the digest of the row last taken under each known id."""
        return {}

    @abstractmethod
    def take(self, records: Sequence[Record], context: Context) -> list[Outcome]:
        """Write the records, all or none, and return what became of each."""

    def close(self) -> None:
        """Tidy up after the last record."""
        return None
