"""A first proposal of what the columns of an unknown file mean; a person corrects it before it is read."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from leads.importing import workbooks
from leads.importing.decoding import open_text
from leads.importing.mapping import FORMAT, ISO
from leads.importing.reader import DELIMITERS, TITLE_LINES, Row, distinct, normal, records
from leads.importing.shapes import Shape

SHIPPED = Path(__file__).with_name("mappings")
SAMPLE_ROWS = 200
#: Forms of dates that are tried, the unambiguous ones first; day before month before month before day.
DATE_FORMS = (
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%d.%m.%Y %H:%M",
    "%d.%m.%Y",
    "%Y%m%d",
    "%d/%m/%Y %H:%M",
    "%d/%m/%Y",
    "%m/%d/%Y %H:%M",
    "%m/%d/%Y",
)
BLANK_WORDS = ("null", "nan", "n/a", "none", "select", "-", "#n/a")

#: Words of a header, as `reader.normal` without punctuation writes them, for what a column can be used as.
NAMES: dict[str, tuple[str, ...]] = {
    "id": ("id", "record id", "lead id", "contact id", "external id", "uuid", "deal id", "activity id"),
    "first_name": ("first name", "firstname", "given name", "vorname"),
    "last_name": ("last name", "lastname", "surname", "family name", "nachname"),
    "name": ("name", "full name", "lead name", "contact", "contact name", "contact person", "deal name"),
    "email": ("email", "e mail", "email address", "mail", "work email"),
    "phone": ("phone", "phone number", "telephone", "telefon", "work phone"),
    "title": ("title", "job title", "position", "function"),
    "seniority": ("seniority", "job level", "level"),
    "language": ("language", "locale"),
    "country": ("country", "country region", "land"),
    "city": ("city", "town", "ort"),
    "region": ("region", "state", "province"),
    "company": (
        "company",
        "company name",
        "account",
        "account name",
        "organization",
        "organisation",
        "firma",
    ),
    "industry": ("industry", "sector", "branche"),
    "employees": ("employees", "number of employees", "numberofemployees", "company size", "headcount"),
    "domain": ("domain", "website", "web site"),
    "source": ("source", "lead source", "leadsource", "original source", "channel"),
    "campaign": ("campaign", "utm campaign", "campaign name"),
    "stage": ("stage", "status", "lead status", "leadstatus", "lifecycle stage"),
    "owner": ("owner", "lead owner", "contact owner", "assigned to", "rep"),
    "created_at": ("created", "created at", "create date", "created date", "createdat", "created time"),
    "modified_at": ("modified", "updated", "last modified date", "updatedat", "modified time", "updated at"),
    "happened_at": ("date", "happened at", "time", "timestamp", "activity date", "when"),
    "kind": ("kind", "type", "activity type"),
    "side": ("side", "direction"),
    "summary": ("summary", "subject", "note", "notes", "description"),
    "state": ("state", "status", "deal stage", "stage"),
    "amount": ("amount", "value", "deal value", "revenue"),
    "currency": ("currency",),
    "margin": ("margin",),
    "closed_at": ("closed", "closed at", "close date", "won time"),
    "opened_at": ("opened", "opened at", "open date", "created"),
    "offered_at": ("offered", "offered at", "handed over", "assigned date"),
    "decided_at": ("decided", "decided at", "decision date", "accepted date"),
    "reason": ("reason", "disqualify reason", "decline reason", "lost reason"),
    "role": ("role",),
    "team": ("team", "department", "group"),
    "team_side": ("side", "team side", "team's side"),
    "consent.mail": ("email opt out", "unsubscribed", "unsubscribed from all email", "hasoptedoutofemail"),
    "bant.budget": ("budget",),
    "bant.authority": ("authority", "decision maker"),
    "bant.need": ("need", "pain"),
    "bant.timing": ("timing", "timeline", "purchase date"),
    "lead.id": ("lead id", "contact id", "leadid", "contactid"),
    "lead.email": ("email", "e mail", "email address"),
}


@dataclass(frozen=True, slots=True)
class Look:
    """What a first look at a file shows: its columns, some rows, and how its cells are parted."""

    header: list[str]
    rows: list[list[str]]
    delimiter: str

    def values(self, column: int) -> list[str]:
        """Return the different filled cells of a column in the rows seen, the most frequent first."""
        cells = (row[column].strip() for row in self.rows if column < len(row))
        return [value for value, _count in Counter(cell for cell in cells if cell).most_common()]


def look(path: Path, rows: int = SAMPLE_ROWS) -> Look:
    """Find the header of a file whose columns nobody has named yet; raise UnreadableFile."""
    with workbooks.delimited(path, first_rows=TITLE_LINES + rows) as text:
        delimiter, head = max((_head(text, one) for one in DELIMITERS), key=lambda found: len(found[1].cells))
        with open_text(text) as file:
            below = (row for row in records(file, delimiter) if row.line > head.line and any(row.cells))
            sample = [row.cells for row in islice(below, rows) if not row.problem]
    return Look(distinct([" ".join(name.split()) for name in head.cells]), sample, delimiter)


def shipped() -> list[dict[str, Any]]:
    """Return the mappings of usual exports."""
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted(SHIPPED.glob("*.json"))]


def recognize(header: Iterable[str], known: Iterable[dict[str, Any]], shape: Shape) -> dict[str, Any] | None:
    """Return the mapping whose columns are all in the header, the one that names most of them."""
    there = {normal(name) for name in header}
    fitting = [
        (len(columns), document)
        for document in known
        if document.get("target") == shape.target
        and (columns := {normal(name) for name in columns_of(document)})
        and columns <= there
    ]
    return max(fitting, key=lambda pair: pair[0])[1] if fitting else None


def columns_of(document: dict[str, Any]) -> set[str]:
    """Return the columns that a mapping cannot do without."""
    found: set[str] = set()
    for block in ("ids", "fields", "attributes", "account_attributes", "consent", "bant", "lead"):
        found |= _columns(document.get(block))
    return found


def uses(shape: Shape) -> list[str]:
    """Return what a column of this target can be used as, fields first."""
    extra = ["first_name", "last_name"] if "name" in shape.fields else []
    more = ["consent.mail", "consent.phone"] if shape.has_consent else []
    bant = ["bant.budget", "bant.authority", "bant.need", "bant.timing"] if shape.has_bant else []
    lead = ["lead.id", "lead.email", "lead.name", "lead.phone"] if shape.names_lead else []
    kept = ["attribute"] if shape.has_attributes else []
    return [*lead, "id", *extra, *shape.fields, *more, *bant, *kept]


def propose(look: Look, shape: Shape) -> list[str]:
    """Return for each column what it probably is, "" for what should stay out; each use once."""
    possible, taken = uses(shape), set()
    proposed = []
    for name in look.header:
        word = re.sub(r"[^a-z0-9äöüß]+", " ", normal(name)).strip()
        use = next((one for one in possible if one not in taken and word in NAMES.get(one, ())), "")
        taken.add(use)
        proposed.append(use)
    return proposed


def chosen_in(document: dict[str, Any], header: Sequence[str]) -> list[str]:
    """Return for each column what a mapping made by `document` uses it as."""
    fields, lead = document.get("fields", {}), document.get("lead", {})
    uses = {column: "id" for column in document.get("ids", []) if isinstance(column, str)}
    uses |= {column: "lead.id" for column in lead.get("ids", []) if isinstance(column, str)}
    uses |= {one["column"]: f"consent.{one['channel']}" for one in document.get("consent", [])}
    uses |= dict.fromkeys(document.get("attributes", {}).values(), "attribute")
    for prefix, block in (("", fields), ("bant.", document.get("bant", {})), ("lead.", lead)):
        for name, cell in block.items():
            for column in columns_of({"fields": {name: cell}}) if name != "ids" else ():
                uses[column] = prefix + name
    name = fields.get("name")
    if isinstance(name, dict) and len(name.get("columns", [])) == 2:
        uses |= dict(zip(name["columns"], ("first_name", "last_name"), strict=True))
    return [uses.get(column, "") for column in header]


def date_forms(values: Iterable[str]) -> list[str]:
    """Return the forms in which all these dates can be read: ISO, else the first that fits every one."""
    seen = list(values)
    if not seen or all(_is_iso(value) for value in seen):
        return [ISO]
    return next(([form] for form in DATE_FORMS if all(_reads(value, form) for value in seen)), [ISO])


def document(
    *, label: str, system: str, shape: Shape, header: Sequence[str], chosen: Sequence[str], **more: Any
) -> dict[str, Any]:
    """Return the mapping that uses each column as chosen; `more` is taken over (`dates`, `time_zone` …)."""
    made: dict[str, Any] = {
        "format": FORMAT,
        "label": label,
        "target": shape.target,
        "system": system,
        **more,
    }
    cells: dict[str, list[str]] = {}
    for column, use in zip(header, chosen, strict=True):
        if use == "attribute":
            made.setdefault("attributes", {})[slug(column)] = column
        elif use:
            cells.setdefault(use, []).append(column)
    names = [*cells.pop("first_name", []), *cells.pop("last_name", [])]
    if names:
        cells.setdefault("name", names)
    made["ids"] = cells.pop("id", [])
    for use, columns in cells.items():
        _place(made, use, columns, shape)
    return made


def slug(text: str) -> str:
    """Return a name for an attribute: lower case, words joined by underscores."""
    return re.sub(r"[^a-z0-9]+", "_", normal(text)).strip("_")[:60] or "column"


def _place(made: dict[str, Any], use: str, columns: list[str], shape: Shape) -> None:
    block, _dot, name = use.partition(".")
    cell: Any = columns[0] if len(columns) == 1 else {"columns": columns}
    if not name:
        made.setdefault("fields", {})[use] = cell
    elif block == "consent":
        words = {"true": "withdrawn", "yes": "withdrawn", "1": "withdrawn"}
        made.setdefault("consent", []).append({"channel": name, "column": columns[0], "values": words})
    elif use == "lead.id":
        made.setdefault("lead", {})["ids"] = columns
    else:
        made.setdefault(block, {})[name] = cell


def _columns(block: Any) -> set[str]:
    """Return the columns named anywhere in a block of a mapping, but for the optional ones."""
    if isinstance(block, str):
        return {block}
    if isinstance(block, list):
        return set().union(*(_columns(item) for item in block)) if block else set()
    if not isinstance(block, dict) or block.get("optional"):
        return set()
    if {"column", "columns", "constant", "template"} & block.keys():
        return {*block.get("columns", []), *([block["column"]] if "column" in block else [])}
    return set().union(*(_columns(item) for item in block.values())) if block else set()


def _head(path: Path, delimiter: str) -> tuple[str, Row]:
    """Return the row that names columns: the first of the widest among the first lines."""
    with open_text(path) as file:
        first = [row for row in islice(records(file, delimiter), TITLE_LINES) if any(row.cells)]
    usual = Counter(len(row.cells) for row in first).most_common(1)
    width = usual[0][0] if usual else 0
    return delimiter, next((row for row in first if len(row.cells) >= width), Row(1, []))


def _is_iso(value: str) -> bool:
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return "-" in value


def _reads(value: str, form: str) -> bool:
    try:
        datetime.strptime(value, form)  # noqa: DTZ007 - only whether it fits is asked
    except ValueError:
        return False
    return True
