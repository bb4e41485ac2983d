"""The target `leads`: rows become people at accounts, a chunk written at once."""

from collections.abc import Iterable, Sequence

from leads import bulk
from leads.choices import Stage
from leads.importing import lookups, writing
from leads.importing.lookups import Known
from leads.importing.mapping import SourceMapping
from leads.importing.merging import Chunk
from leads.importing.owners import People
from leads.importing.recognizing import Said, said_by
from leads.importing.records import Key, Record
from leads.importing.shapes import Field, Shape
from leads.importing.targets import Context, Outcome, Target

SHAPE = Shape(
    target="leads",
    fields={
        "name": Field("text", 200),
        "title": Field("text", 200),
        "seniority": Field("text", 40),
        "email": Field("text", 254),
        "phone": Field("text", 60),
        "language": Field("text", 40),
        "country": Field("text", 80),
        "source": Field("text", 120),
        "campaign": Field("text", 200),
        "first_identified": Field("text", 200),
        "is_sales_generated": Field("flag"),
        "stage": Field("choice", choices=frozenset(Stage.values)),
        "stage_since": Field("moment"),
        "owner": Field("reference", 200),
        "created_at": Field("moment"),
        "modified_at": Field("moment"),
        "next_step": Field("text", 200),
        "next_step_on": Field("date"),
        "company": Field("text", 200, account="name"),
        "company_id": Field("text", 120),
        "company_country": Field("text", 80, account="country"),
        "industry": Field("text", 120, account="industry"),
        "employees": Field("whole", account="employees"),
        "region": Field("text", 120, account="region"),
        "city": Field("text", 120, account="city"),
        "domain": Field("text", 200, account="domain"),
    },
    has_attributes=True,
    has_consent=True,
    has_bant=True,
)


class LeadsTarget(Target):
    """Takes rows as leads; one target serves one run."""

    shape = SHAPE

    def __init__(self) -> None:
        self._people: People | None = None
        self._known: dict[Key, Known] = {}

    def prepare(self, record: Record, mapping: SourceMapping) -> Said:
        """Work out by what the lead is recognized and what its origins are if it is new."""
        return said_by(record, mapping.system, mapping.rank)

    def digests(self, wanted: Iterable[Key]) -> dict[Key, int | None]:
        """Return the digest of the row last taken under each known id."""
        self._known = lookups.by_external_id(wanted)
        return {key: known.digest for key, known in self._known.items()}

    def take(self, records: Sequence[Record], context: Context) -> list[Outcome]:
        """Find or make the lead of each record, merge what it says and write all of them."""
        self._people = self._people or People()
        others = {key for record in records for key in record.ids[1:]} - set(self._known)
        if others:
            self._known.update(lookups.by_external_id(others))
        chunk = Chunk(records, context, self._known, self._people)
        bulk.prefer_loading()
        outcomes = [chunk.take(record) for record in records]
        writing.write(chunk.leads, chunk.accounts, context, self._people)
        return outcomes

    def close(self) -> None:
        """Bring the search index up to date at once, so that no later edit has to."""
        bulk.settle_index("lead_search")
