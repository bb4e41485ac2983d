"""Looking changes nothing: after every page was fetched by everybody, every table is as it was."""

import hashlib
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client

from tests import company
from tests.portal import routes
from tests.portal.conftest import OWN_TO_DJANGO, Samples

pytestmark = pytest.mark.django_db
#: What a page may be asked for besides: parts, views, periods, forms half filled in.
ASKED: dict[str, tuple[dict[str, str], ...]] = {
    "inbox": ({"segment": "late"}, {"segment": "waiting", "pages": "2"}),
    "inbox-fresh": ({"after": "0"},),
    "leads": ({"view": "all"}, {"view": "late"}, {"q": "ltd"}, {"page": "2"}),
    "lead": ({"show": "clocks"}, {"earlier": "1"}),
    "handoff-decline": ({"reason": "no_budget"},),
    "handoff-consequences": ({"reason": "no_budget", "part": "choice"}, {"reason": "competitor"}),
    "desk": ({"tab": "returned"}, {"tab": "late"}),
    "search": ({"q": "ltd"},),
    "compliance": ({"period": "quarter"}, {"period": "all", "counted": "excused"}),
    "compliance-commitment": ({"bucket": "missed"},),
    "compliance-offers": ({"bucket": "declined"}, {"format": "csv"}),
    "alignment": ({"period": "all"},),
}
#: Samples that every route is asked about, besides its own.
OTHERS = {"pool", "late_touch", "returned", "won"}
HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/inbox/"}


def tables() -> dict[str, str]:
    """Return a digest of each table's rows, but for sessions and the counters of wrong passwords."""
    names = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    return {name: digest(name) for name in sorted(names) if not name.startswith(OWN_TO_DJANGO)}


def digest(table: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608 (names only)
        rows = sorted(map(repr, cursor.fetchall()))
    return f"{len(rows)} rows {hashlib.sha256(''.join(rows).encode()).hexdigest()}"


def crawled(client: Client, samples: Samples) -> Iterator[tuple[str, int]]:
    """Fetch every address that exists; yield each with its status."""
    for name in routes.names():
        own = sorted({row.subject for row in routes.rows() if row.name == name})
        for subject in sorted({*own, *OTHERS}) if own and own[0] in samples.handoffs else own:
            address = samples.address(name, subject)
            yield address, client.get(address).status_code
            if subject == own[0]:
                yield f"HEAD {address}", client.head(address).status_code
                yield f"OPTIONS {address}", client.options(address).status_code
                for asked in ({}, *ASKED.get(name, ())):
                    yield f"{address} {asked}", client.get(address, asked, headers=HTMX).status_code


@pytest.mark.parametrize("who", ["nobody", "rep", *company.PEOPLE[3:]])
def test_looking_changes_no_table(samples: Samples, who: str) -> None:
    before = tables()
    answers = dict(crawled(samples.clients[who], samples))
    assert [asked for asked, status in answers.items() if status >= 500] == []
    assert tables() == before
    assert len(answers) > 4 * len(set(routes.names()))


def test_digests_notice_one_changed_value(samples: Samples) -> None:
    before = tables()
    lead = samples.leads["inquiry"]
    type(lead).objects.filter(pk=lead.pk).update(title="CEO")
    assert [name for name, rows in tables().items() if rows != before[name]] == [lead._meta.db_table]
