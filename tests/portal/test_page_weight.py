"""What a browser loads: less than 100 kB for the first page, less than 15 kB for each after it."""

import gzip
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from django.contrib.staticfiles.finders import FileSystemFinder
from django.contrib.staticfiles.storage import staticfiles_storage
from django.test import Client
from pytest_django.fixtures import Settings

from portal import drawing
from tests import company
from tests.journeys.pages import GROUPS
from tests.portal.conftest import Samples

pytestmark = pytest.mark.django_db
KB = 1000
FIRST, AFTER = 100 * KB, 15 * KB
AS_A_BROWSER = {"accept-encoding": "gzip", "sec-fetch-site": "same-origin"}
#: What a page loads by itself: styles, scripts and what these import, icons.
LOADED = re.compile(r"""<(?:link|script|use)\b[^>]*?(?:href|src)="(/[^"#]+)|from\s*"(\./[^"]+)""")
#: A page for developers and designers.
APART = ("styleguide",)


@pytest.fixture
def served(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Serve what lies in static/ as a company does: named after its content, compressed once."""
    settings.STATIC_ROOT = tmp_path_factory.mktemp("static")
    settings.WHITENOISE_USE_FINDERS = False
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": settings.HASHED_FILES}}
    files = {name: (source, name) for name, source in FileSystemFinder().list([])}
    for name, (source, _name) in files.items():
        with source.open(name) as content:
            staticfiles_storage.save(name, content)
    assert all(done is not None for _name, _hashed, done in staticfiles_storage.post_process(files))
    drawing.icon.cache_clear()
    yield
    drawing.icon.cache_clear()


def weigh(client: Client, address: str) -> tuple[int, str]:
    """Return how many bytes of an answer's body travel, and the text that they unpack to."""
    answer = client.get(address, headers=AS_A_BROWSER)
    assert answer.status_code == 200, address
    sent = b"".join(answer) if answer.streaming else answer.content
    is_packed = answer.get("Content-Encoding") == "gzip"
    return len(sent), (gzip.decompress(sent) if is_packed else sent).decode()


def loaded(client: Client, address: str, seen: dict[str, int]) -> int:
    """Return the weight of an answer; what it loads, and what that loads, goes into `seen`."""
    weight, text = weigh(client, address)
    for found in LOADED.finditer(text):
        part = urlsplit(urljoin(address, found[1] or found[2])).path
        if part not in seen and Path(part).suffix:
            seen[part] = 0
            seen[part] = loaded(client, part, seen)
    return weight


def fill(samples: Samples) -> None:
    """Give the rep more leads than a page of the inbox or of the list shows."""
    for n in range(40):
        company.offered(samples.company, f"Machines and Tools {n} Ltd")


def test_every_page_is_light(samples: Samples, served: None) -> None:
    fill(samples)
    clients = {who: Client() for who in samples.clients}
    for who, client in clients.items():
        client.cookies = samples.clients[who].cookies
    parts: dict[str, int] = {}
    pages = {
        str(visit): loaded(
            clients[visit.who], samples.address(visit.name, visit.subject) + visit.query, parts
        )
        for group in GROUPS.values()
        for visit in group
        if visit.name not in APART
    }
    assert {page: weight for page, weight in pages.items() if weight >= AFTER} == {}
    assert len(parts) > 15
    assert sum(parts.values()) + max(pages.values()) < FIRST
