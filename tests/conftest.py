"""What every test may ask for: real files, a browser, an environment for child processes."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.db import connection
from playwright.sync_api import BrowserContext, Page, Route

# Playwright keeps an event loop in the test's thread, in which Django would refuse its synchronous calls.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
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
LOOPBACK = {"127.0.0.1", "localhost", None}


def pytest_configure(config: pytest.Config) -> None:
    """Make passwords cheap: their strength is Django's concern, their cost would be ours in every test."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip, with the reason, what this run's database cannot show."""
    if not settings.DATABASE_URL:
        for item in items:
            if item.get_closest_marker("postgres_only"):
                item.add_marker(pytest.mark.skip(reason="needs PostgreSQL: `make test` runs it there"))


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
    found = [path for path in map(shutil.which, BROWSERS) if path]
    if not found and os.environ.get("CI"):
        pytest.fail("Chromium is missing: install the package `chromium`")
    if not found:
        pytest.skip("Chromium is missing: install the package `chromium`")
    return {**browser_type_launch_args, "executable_path": found[0], "headless": True, "args": BROWSER_FLAGS}


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
    engine = Axe()

    def violations(page: Page) -> list[str]:
        found = engine.run(page).response["violations"]
        return [f"{rule['id']}: {node['html'][:160]}" for rule in found for node in rule["nodes"]]

    return violations
