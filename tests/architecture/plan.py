"""The order of rooms, top to bottom: a line may import any line under it, nothing beside or above it."""

ROOMS: tuple[tuple[str, ...], ...] = (
    ("portal.wsgi",),
    ("portal.urls", "portal.apps"),
    ("portal.management", "portal.tasks", "portal.admin"),
    ("portal.pages", "portal.api"),
    ("portal.delivery", "portal.demo", "portal.imports", "portal.supervisor", "portal.erasing"),
    ("portal.figures",),
    ("portal.context", "portal.templatetags", "portal.lines"),
    ("portal.drawing",),
    ("portal.htmx", "portal.navigation", "portal.badges", "portal.charts", "portal.condition"),
    ("portal.forms", "portal.toasts", "portal.celery", "portal.checks"),
    (
        "portal.access",
        "portal.printing",
        "portal.logins",
        "portal.wording",
        "portal.csvfile",
        "portal.compression",
        "portal.privacy",
        "portal.knocking",
        "portal.readers",
        "portal.api_keys",
        "portal.sessions",
        "portal.saved",
    ),
    (
        "portal.models",
        "portal.transport",
        "portal.addresses",
        "portal.numbers",
        "portal.logs",
        "portal.settings",
        "portal.storage",
    ),
    ("portal.api_defaults", "portal.databases", "portal.postgres"),
    ("sla.management", "sla.tasks", "sla.admin", "sla.apps"),
    ("sla.sweep",),
    ("sla.importing",),
    ("sla.merging", "sla.erasure"),
    ("sla.intake",),
    ("sla.letters", "sla.plans"),
    ("sla.lab",),
    ("sla.invariants",),
    ("sla.compliance",),
    ("sla.queries",),
    ("sla.handoffs", "sla.disputes"),
    ("sla.routing",),
    ("sla.clocks",),
    ("sla.standings",),
    ("sla.agreements",),
    ("sla.calendars", "sla.outages"),
    ("sla.permissions",),
    ("sla.models",),
    ("sla.marking",),
    ("sla.choices",),
    ("sla.clockwork",),
    ("sla.document",),
    ("sla.businesstime", "sla.readiness"),
    ("sla.scoring",),
    ("sla.reading",),
    ("sla.wording",),
    ("leads.management", "leads.tasks", "leads.admin", "leads.apps"),
    ("leads.importing",),
    ("leads.facts",),
    ("leads.transitions", "leads.touches", "leads.ownership", "leads.deals", "leads.people"),
    ("leads.queries",),
    ("leads.audit", "leads.outbox", "leads.marks", "leads.erased"),
    ("leads.permissions",),
    ("leads.models",),
    ("leads.storing", "leads.kept", "leads.paging"),
    (
        "leads.among",
        "leads.bulk",
        "leads.choices",
        "leads.guards",
        "leads.indexes",
        "leads.keys",
        "leads.origins",
        "leads.setbased",
    ),
    ("leads.pipeline", "leads.recordsets"),
    ("leads.copying",),
    ("leads.moments",),
)

FLOORS = ("leads", "sla", "portal")

# Arithmetic and reading without Django, a database or a clock.
STONE = frozenset(
    {
        "sla.clockwork",
        "sla.document",
        "sla.businesstime",
        "sla.readiness",
        "sla.scoring",
        "sla.reading",
        "sla.wording",
    }
)

# Where "now" is read; everywhere below it is an argument. The queue of files names messages by the clock.
EDGE = frozenset(
    {
        "portal.pages",
        "portal.api",
        "portal.context",
        "portal.tasks",
        "sla.tasks",
        "leads.tasks",
        "portal.management",
        "sla.management",
        "leads.management",
        "portal.transport",
        "portal.sessions",
    }
)
# Django's own `createsuperuser` makes a user without telling the time, so the field must know it.
CLOCK_ALLOWED = frozenset({("leads.models.people", "timezone.now")})

# Where a request is answered: facts are written through the door `sla.intake`, judgements by moves.
PAGES = frozenset({"portal.pages", "portal.api"})
WRITERS_OF_FACTS = frozenset(
    {"leads.facts", "leads.touches", "leads.ownership", "leads.transitions", "leads.deals"}
)

NO_ROOM_IS_CALLED = frozenset({"utils", "helpers", "common", "base", "services", "misc"})
# Django looks for an engine under this name.
NAMED_BY_DJANGO = frozenset({"portal.postgres.base"})
LONGEST_FILE = 300
LONGEST_FUNCTION = 40


HEIGHTS = {room: len(ROOMS) - line for line, row in enumerate(ROOMS) for room in row}


def room_of(module: str) -> str | None:
    """Return the room that `module` belongs to: the longest name of the plan that begins it."""
    parts = module.split(".")
    candidates = (".".join(parts[:length]) for length in range(len(parts), 1, -1))
    return next((name for name in candidates if name in HEIGHTS), None)


def height(room: str) -> int:
    """Return the line of `room`, counted from the ground."""
    return HEIGHTS[room]
