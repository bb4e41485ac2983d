"""See that this machine has what the tests start or draw with: `python -m tests.machine`."""

import os
import shutil
import subprocess
import sys
from ctypes.util import find_library

from tests import stack

#: What WeasyPrint draws with. A machine without them can run every test but those that print.
PRINTING = {"libpango-1.0-0": "pango-1.0", "libpangoft2-1.0-0": "pangoft2-1.0"}
#: The shell draws and scripts as the whole browser does, in half of its processor time.
BROWSERS = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)


def missing() -> list[str]:
    """Return the Debian packages whose programs or libraries cannot be found here."""
    present = {
        "postgresql": stack.postgres_bin() is not None,
        "redis-server": shutil.which("redis-server") is not None,
        "chromium-headless-shell": browser() is not None,
        **{package: find_library(name) is not None for package, name in PRINTING.items()},
    }
    return [package for package, is_here in present.items() if not is_here]


def browser() -> str | None:
    """Return the path of a browser that Playwright can drive."""
    return next((path for path in map(shutil.which, BROWSERS) if path), None)


def install(packages: list[str]) -> None:
    """Install Debian `packages` without asking anything."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "-y", "--no-install-recommends", *packages, "fonts-dejavu-core"]):
        subprocess.run(["apt-get", "-qq", *command], check=True, env=environment, stdout=subprocess.DEVNULL)


def main() -> int:
    """Install what is missing where that is possible, else say it in one sentence."""
    packages = missing()
    if packages and os.geteuid() == 0 and shutil.which("apt-get"):
        install(packages)
        packages = missing()
    packages = [package for package in packages if package not in PRINTING]
    if packages:
        print(f"Please install {', '.join(packages)}: the tests start their own copies.", file=sys.stderr)  # noqa: T201 (to the person at the terminal)
    return bool(packages)


if __name__ == "__main__":
    sys.exit(main())
