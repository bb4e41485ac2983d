"""What every test may ask for: real files, a browser, an environment for child processes."""

import gc
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.conf import settings
from django.db import connection
from django.test import TransactionTestCase
from django.utils import translation
from hypothesis import settings as settings_of_hypothesis
from playwright.sync_api import BrowserContext, Page, Route

from sla import agreements, calendars
from tests import machine

# The same tree gives the same answer each time; HYPOTHESIS_PROFILE=search looks for examples not seen before.
settings_of_hypothesis.register_profile("suite", derandomize=True, print_blob=True, deadline=None)
settings_of_hypothesis.register_profile("search", print_blob=True, deadline=None)
settings_of_hypothesis.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "suite"))

# Playwright keeps an event loop in the test's thread, in which Django would refuse its synchronous calls.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

BROWSER_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost",
]
#: WCAG 2.2 up to AA, and what axe holds to be good practice.
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
AXE_RUN = "options => axe.run(document, options).then(results => results.violations)"
#: Rooms whose tests know of no home but its database, and the fixtures that ask for it.
STONES = {"architecture", "leads", "sla"}
DATABASE = {"db", "transactional_db", "django_db_setup", "live_server"}
LOOPBACK = {"127.0.0.1", "localhost", None}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--second-pass", action="store_true", help="skip what another database cannot change")


def pytest_configure(config: pytest.Config) -> None:
    """Make passwords cheap: their strength is Django's concern, their cost would be ours in every test."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what drives a browser, and skip with the reason what this run's database cannot show."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker("journey")
        if config.getoption("--second-pass") and is_stone(item):
            item.add_marker(pytest.mark.skip(reason="asks for no database: the first pass proves it"))
        if item.get_closest_marker("postgres_only") and not settings.DATABASE_URL:
            item.add_marker(pytest.mark.skip(reason="needs PostgreSQL: `make test` runs it there"))


def pytest_collection_finish(session: pytest.Session) -> None:
    """Let the collector of garbage pass by the programs and the collected tests: they stay until the end."""
    gc.freeze()


def is_stone(item: pytest.Item) -> bool:
    """Tell whether a test has nothing to do with the home: rooms below the pages, and no database."""
    room = item.path.relative_to(settings.BASE_DIR / "tests").parts[0]
    asks = item.get_closest_marker("django_db") or DATABASE & set(getattr(item, "fixturenames", ()))
    is_django_s = issubclass(getattr(item, "cls", None) or object, TransactionTestCase)
    return room in STONES and not asks and not is_django_s


@contextmanager
def guards_lifted() -> Iterator[None]:
    """Let a test's rows be removed although history is guarded; afterwards every guard stands again."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET session_replication_role = replica")
            yield
            cursor.execute("SET session_replication_role = DEFAULT")
            return
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        triggers = cursor.fetchall()
        for name, _ in triggers:
            cursor.execute(f"DROP TRIGGER {connection.ops.quote_name(name)}")
        yield
        for _, statement in triggers:
            cursor.execute(statement)


@pytest.fixture(autouse=True, scope="session")
def _history_can_be_cleared() -> Iterator[None]:
    """Lift the guards while Django empties the tables after a test with real transactions."""
    stock = TransactionTestCase._fixture_teardown

    def teardown(self: TransactionTestCase) -> None:
        with guards_lifted():
            stock(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", teardown)
        yield


@pytest.fixture(autouse=True)
def _nothing_kept_in_memory() -> None:
    """Forget calendars and agreements of the test before: the same key means another row here."""
    calendars.forget()
    agreements.forget()


@pytest.fixture(autouse=True)
def _own_language() -> Iterator[None]:
    """Begin and end in the house's language: a request leaves its reader's behind in the thread."""
    with translation.override(settings.LANGUAGE_CODE):
        yield


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of the real files, which are not part of the project; skip where it is not."""
    default = Path(settings.BASE_DIR).parent / "shared" / "data"
    folder = Path(os.environ.get("CONCORD_SHARED_DATA", default))
    if not folder.is_dir():
        pytest.skip(
            f"the real files are not here (CONCORD_SHARED_DATA or {default.relative_to(default.parents[2])})"
        )
    return folder


@pytest.fixture
def child_env(transactional_db: None, tmp_path: Path) -> dict[str, str]:
    """Return the environment in which a child process works on this test's database and an own queue."""
    environment = {**os.environ, "CONCORD_TRYOUT": "1", "CONCORD_VAR": str(tmp_path / "var")}
    del environment["DJANGO_ALLOW_ASYNC_UNSAFE"]
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        return {**environment, "SQLITE_PATH": name}
    number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) + 1
    return {
        **environment,
        "DATABASE_URL": urlsplit(settings.DATABASE_URL)._replace(path=f"/{name}").geturl(),
        "REDIS_URL": urlsplit(settings.REDIS_URL)._replace(path=f"/{number}").geturl(),
    }


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Start the system's Chromium, deaf to every address but our own."""
    program = machine.browser()
    if program is None and os.environ.get("CI"):
        pytest.fail("Chromium is missing: install the package `chromium-headless-shell`")
    if program is None:
        pytest.skip("Chromium is missing: install the package `chromium-headless-shell`")
    return {**browser_type_launch_args, "executable_path": program, "headless": True, "args": BROWSER_FLAGS}


@pytest.fixture
def context(context: BrowserContext) -> Iterator[BrowserContext]:
    """Let no page reach beyond this machine, and fail the test whose page tried."""
    strangers: list[str] = []

    def guard(route: Route) -> None:
        if urlsplit(route.request.url).hostname in LOOPBACK:
            route.continue_()
        else:
            strangers.append(route.request.url)
            route.abort()

    context.route("**/*", guard)
    context.set_default_timeout(10_000)
    yield context
    assert strangers == []


@pytest.fixture(scope="session")
def axe() -> Callable[[Page], list[str]]:
    """Return a function that lists what axe finds wrong with a page, one line per element."""
    options = {
        "resultTypes": ["violations"],
        "runOnly": {"type": "tag", "values": AXE_TAGS},
        # Style sheets are read ahead only for a rule on trial, which these tags leave out.
        "preload": {"assets": ["media"]},
    }

    def violations(page: Page) -> list[str]:
        # A page that is looked at in several lights learns axe once, and says only what is wrong with it.
        if not page.evaluate("'axe' in window"):
            page.evaluate(AXE_SCRIPT)
        found = page.evaluate(AXE_RUN, options)
        return [f"{rule['id']}: {node['html'][:160]}" for rule in found for node in rule["nodes"]]

    return violations
