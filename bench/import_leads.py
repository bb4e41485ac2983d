"""Measure the import of 100,000 generated leads, and of the same file again, beside other importers.

Run: python -m tests.stack python -m bench.import_leads     (PostgreSQL)
     python -m tests.home python -m bench.import_leads      (SQLite)
"""

import argparse
import csv
import json
import os
import platform
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import django

from bench import memory

RUNS = 5
ROWS = 100_000
WANTED = 15_000
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


class Other(NamedTuple):
    """Another importer: how many of the rows it is given, as its speed does not depend on their number."""

    label: str
    rows: int
    #: Rows a second on the machine for which `WANTED` was asked of ours, both on PostgreSQL.
    there: int | None = None


#: Beside what ours is measured; what each does stands in `bench.other_importers`.
OTHERS = {
    "default": Other("django-import-export, default", 4_000, 650),
    "tuned": Other("django-import-export, tuned", 4_000, 1_600),
    "upsert": Other("bulk_create, update_conflicts, bare table", 20_000, 20_000),
    "upsert_leads": Other("the same into the table of leads", 20_000),
    "copy": Other("COPY, bare table", 100_000, 116_000),
}
COLUMNS = (
    *("Id", "First name", "Last name", "E-mail", "Phone", "Company", "Title", "Country"),
    *("Source", "Status", "Created", "Employees"),
)
MAPPING = {
    "format": "concord/mapping/1",
    "label": "Generated leads",
    "target": "leads",
    "system": "bench",
    "rank": 10,
    "blanks": ["n/a", "null"],
    "time_zone": "Europe/Berlin",
    "dates": ["%Y-%m-%d %H:%M"],
    "ids": ["Id"],
    "fields": {
        "name": {"columns": ["First name", "Last name"]},
        "email": "E-mail",
        "phone": "Phone",
        "company": "Company",
        "title": "Title",
        "country": "Country",
        "source": {"column": "Source", "values": {"Web form": "web_form", "Fair": "trade_show"}},
        "stage": {"column": "Status", "values": {"New": "inquiry", "Nurture": "nurturing", "Working": "sal"}},
        "created_at": "Created",
        "employees": "Employees",
    },
}
STARTS = (
    "Mar",
    "Jo",
    "Ele",
    "Han",
    "Pet",
    "Sof",
    "Lu",
    "Ker",
    "Ste",
    "An",
    "Gio",
    "Tho",
    "Bri",
    "Nad",
    "Fre",
)
ENDS = (
    "a",
    "ina",
    "as",
    "nes",
    "er",
    "ia",
    "kas",
    "stin",
    "fan",
    "drea",
    "vanni",
    "mas",
    "gitte",
    "ja",
    "da",
)
ROOTS = ("Wal", "Berg", "Stein", "Brand", "Lind", "Mor", "Kel", "Hart", "Rich", "Vos", "Mey", "Sand", "Gold")
TAILS = ("mann", "er", "ström", "son", "etti", "ard", "ski", "feld", "ley", "dottir", "inger", "acker", "s")
TRADES = ("Logistics", "Steel", "Foods", "Software", "Optics", "Tools", "Textiles", "Energy", "Printing")
FORMS = ("GmbH", "Ltd", "B.V.", "Inc.", "AG", "S.p.A.", "Oy", "AB")


def rows(count: int) -> Iterator[list[str]]:
    """Yield invented leads: 1 in 100 is an earlier person under a new id, 1 in 100 cannot be taken."""
    dice = random.Random(2026)
    companies = [
        f"{dice.choice(ROOTS)}{dice.choice(TAILS)} {dice.choice(TRADES)} {dice.choice(FORMS)} {number}"
        for number in range(count // 5)
    ]
    last: list[list[str]] = []
    for number in range(count):
        if number % 100 == 50:
            earlier = dice.choice(last)
            yield [f"B{number:07d}", *earlier[1:]]
            continue
        first = dice.choice(STARTS) + dice.choice(ENDS)
        surname = dice.choice(ROOTS) + dice.choice(TAILS)
        created = datetime(2024, 1, 1) + timedelta(minutes=10 * number)  # noqa: DTZ001 (as a file has it)
        row = [
            f"B{number:07d}",
            first,
            surname,
            f"{first}.{surname}.{number}@{surname}.example.com".lower().replace("ö", "oe"),
            f"+49 30 {5_000_000 + number}",
            company := dice.choice(companies),
            dice.choice(("Head of Operations", "Buyer", "CFO", "Plant Manager", "n/a")),
            dice.choice(("Germany", "Austria", "Netherlands", "Italy")),
            dice.choice(("Web form", "Fair", "Referral")),
            dice.choice(("New", "New", "New", "Nurture", "Working")),
            created.strftime("%Y-%m-%d %H:%M"),
            str((12, 40, 180, 900, 4200)[len(company) % 5]),
        ]
        if number % 100 == 99:
            row[dice.choice((9, 10, 11))] = "?!"
        last = [*last[-200:], row]
        yield row


def write_file(path: Path, count: int) -> None:
    """Write the generated rows as a file."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(rows(count))


def ours(path: Path) -> dict[str, float]:
    """Import the file into an empty database and again, and return speed and processor time."""
    from bench import processors  # noqa: PLC0415 (a child sets Django up first)
    from leads import importing  # noqa: PLC0415 (as above)

    out: dict[str, float] = {}
    for name in ("first", "again"):
        target = importing.LeadsTarget()
        mapping = importing.parse(MAPPING, target.shape)
        database = processors.of_database()
        start, spent = time.perf_counter(), os.times()[:4]
        run = importing.run(path=path, mapping=mapping, target=target, now=NOW)
        out[name] = run.rows_done / (time.perf_counter() - start)
        own, reading = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        out[f"{name}_writing"] = own.ru_utime + own.ru_stime - sum(spent[:2])
        out[f"{name}_reading"] = reading.ru_utime + reading.ru_stime - sum(spent[2:])
        out[f"{name}_database"] = processors.of_database() - database
        out[f"{name}_counts"] = [run.created, run.updated, run.unchanged, run.rejected]
    return out


def child(what: str, path: Path) -> None:
    """Measure one thing in this process and print it as JSON."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()
    from bench import other_importers  # noqa: PLC0415 (its model needs Django set up)

    result = (
        ours(path) if what == "ours" else {"first": other_importers.measured(what, path, OTHERS[what].rows)}
    )
    print(json.dumps(result))


class Databases:
    """Fresh databases, each a copy of one that was migrated once."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.url = folder, os.environ.get("DATABASE_URL", "")
        self._count = 0
        self._answer(
            self._started(self._environment("template"), "manage.py", "migrate", "-v0", "--skip-checks")
        )

    def measure(self, what: str, path: Path) -> dict[str, float]:
        """Return what a child measures on a fresh database."""
        self._count += 1
        name = f"run_{self._count}"
        environment = self._environment(name, copy_of="template")
        child = self._started(environment, "-m", "bench.import_leads", "--child", what, "--file", str(path))
        peak = memory.peak_until_end(child)
        return {**json.loads(self._answer(child)), "memory": peak / 1_000_000}

    def _environment(self, name: str, copy_of: str = "") -> dict[str, str]:
        if not self.url:
            file = self.folder / f"{name}.sqlite3"
            if copy_of:
                shutil.copy(self.folder / f"{copy_of}.sqlite3", file)
            return {**os.environ, "SQLITE_PATH": str(file), "CONCORD_VAR": str(self.folder)}
        name, copy_of = f"bench_{name}", copy_of and f"TEMPLATE bench_{copy_of}"
        subprocess.run(
            [
                "psql",
                "-q",
                self.url,
                "-c",
                f"DROP DATABASE IF EXISTS {name}",
                "-c",
                f"CREATE DATABASE {name} {copy_of}",
            ],
            check=True,
            stderr=subprocess.DEVNULL,
        )
        return {**os.environ, "DATABASE_URL": urlsplit(self.url)._replace(path=f"/{name}").geturl()}

    @staticmethod
    def _started(environment: dict[str, str], *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, *arguments], env=environment, stdout=subprocess.PIPE, text=True
        )

    @staticmethod
    def _answer(child: subprocess.Popen[str]) -> str:
        answer = child.communicate()[0]
        if child.returncode:
            raise subprocess.CalledProcessError(child.returncode, child.args)
        return answer


def main() -> None:
    """Print each figure as the median of the runs, with what it was measured on."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--child", choices=("ours", *OTHERS))
    parser.add_argument("--file", type=Path)
    options = parser.parse_args()
    if options.child:
        child(options.child, options.file)
        return
    os.environ.setdefault("CONCORD_TRYOUT", "1")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "leads.csv"
        write_file(path, options.rows)
        databases = Databases(Path(folder))
        load = " ".join(f"{value:.2f}" for value in os.getloadavg())
        home = "PostgreSQL" if databases.url else "SQLite"
        print(
            f"{home}, Python {platform.python_version()}, Django {django.__version__}, "
            f"{os.cpu_count()} cores, load {load}, {options.rows:,} rows, medians of {options.runs}"
        )
        report(databases, path, options.runs)


def report(databases: Databases, path: Path, runs: int) -> None:
    """Measure everything and print it."""
    found = [databases.measure("ours", path) for _ in range(runs)]
    speeds = {}
    for name, label in (("first", "import into an empty database"), ("again", "the same file again")):
        each = [one[name] for one in found]
        speeds[name] = statistics.median(each)
        print(f"{label:<32}{speeds[name]:>10,.0f} rows/s   (least {min(each):,.0f}, most {max(each):,.0f})")
        spent = {
            who: statistics.median(one[f"{name}_{who}"] for one in found)
            for who in ("writing", "reading", "database")
        }
        told = ", ".join(f"{who} {seconds:.1f} s" for who, seconds in spent.items())
        print(f"{'':<32}processor time: {told}; together {sum(spent.values()):.1f} s")
        print(f"{'':<32}created, updated, unchanged, rejected: {found[0][f'{name}_counts']}")
    most = max(one["memory"] for one in found)
    print(f"{'memory over both imports':<32}{most:>10,.0f} MB      (PSS of both processes at one moment)")
    for what, one in OTHERS.items():
        if what == "copy" and not databases.url:
            continue
        other = statistics.median(databases.measure(what, path)["first"] for _ in range(runs))
        asked = f" (asked: {WANTED / one.there:.2g})" if one.there and databases.url else ""
        ratio = f"ours is {speeds['first'] / other:.2g} times as fast{asked}"
        print(f"{one.label:<42}{other:>10,.0f} rows/s   {one.rows:,} rows; {ratio}")


if __name__ == "__main__":
    main()
