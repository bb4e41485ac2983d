"""Run: python -m bench.faults [NAME …] [--trials 3]; without a name all of them, one after the other."""

import argparse
import importlib
import os
import sys

import django

from bench.faults import machines


def main() -> int:
    """Start the servers, then the faults; return 1 if one did harm or a control did none."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--trials", type=int, default=3)
    asked = parser.parse_args()
    with machines.servers() as servers:
        os.environ.update(
            DJANGO_SETTINGS_MODULE="portal.settings",
            DATABASE_URL=servers.url("postgres"),
            REDIS_URL=f"redis://127.0.0.1:{servers.redis.port}/0",
            CONCORD_VAR=str(servers.folder),
            CONCORD_TRYOUT="1",
            EMAIL_URL="dummymail://",
            PYTHONWARNINGS="ignore",
        )
        django.setup()
        # The models can be read only now.
        return int(importlib.import_module("bench.faults.cases").run(servers, asked.names, asked.trials))


if __name__ == "__main__":
    sys.exit(main())
