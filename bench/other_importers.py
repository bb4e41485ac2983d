"""Other ways to bring in the rows of `bench.import_leads`, as yardsticks; import it once Django is set up."""

import csv
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from pathlib import Path

import tablib
from django.db import connection, models, transaction
from import_export import fields, resources, widgets

from leads.models import Account, Lead

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
Rows = list[list[str]]


class PlainRow(models.Model):
    """The twelve columns as they stand in the file; the number of the row's id is the only index."""

    id = models.BigIntegerField(primary_key=True)
    first_name = models.TextField()
    last_name = models.TextField()
    email = models.TextField()
    phone = models.TextField()
    company = models.TextField()
    title = models.TextField()
    country = models.TextField()
    source = models.TextField()
    status = models.TextField()
    created = models.TextField()
    employees = models.TextField()

    class Meta:
        app_label = "bench"

    def __str__(self) -> str:
        return self.email


class CompanyWidget(widgets.ForeignKeyWidget):
    """Finds or makes the account of a company."""

    def clean(self, value: str, row: object = None, **kwargs: object) -> Account:
        found = Account.objects.get_or_create(
            name_key=value.lower(), defaults={"name": value, "recorded_at": NOW}
        )
        return found[0]


class LeadResource(resources.ModelResource):
    """Leads and accounts, as users of django-import-export write it."""

    account = fields.Field("account", "Company", CompanyWidget(Account, "name"))
    email = fields.Field("email", "E-mail")
    email_key = fields.Field("email_key", "E-mail")
    name = fields.Field("name", "Last name")
    phone = fields.Field("phone", "Phone")
    title = fields.Field("title", "Title")
    country = fields.Field("country", "Country")
    source = fields.Field("source", "Source")
    created_at = fields.Field("created_at", "Created", widgets.DateTimeWidget("%Y-%m-%d %H:%M"))

    class Meta:
        model = Lead
        import_id_fields = ("email",)
        fields = (
            *("account", "email", "email_key", "name", "phone", "title", "country", "source"),
            "created_at",
        )

    def before_save_instance(self, instance: Lead, row: object, **kwargs: object) -> None:
        instance.recorded_at = NOW


class TunedResource(LeadResource):
    """The same with all that makes it quick."""

    class Meta:
        use_bulk = True
        batch_size = 1000
        skip_diff = True
        force_init_instance = True
        report_skipped = False


def imported(resource: type[LeadResource], header: list[str], rows: Rows) -> None:
    """Import by django-import-export."""
    resource().import_data(tablib.Dataset(*rows, headers=header), dry_run=False, raise_errors=False)


def upserted_plain(_header: list[str], rows: Rows) -> None:
    """Insert or overwrite rows of the bare table."""
    _upsert(PlainRow, [PlainRow(*row) for row in rows])


def upserted_leads(_header: list[str], rows: Rows) -> None:
    """Insert or overwrite leads with all their indexes: of one account, without keys and searched text."""
    account = Account.objects.create(name="All", name_key="all", recorded_at=NOW)
    names = ("id", "name", "email", "phone", "title", "country", "source")
    told = ((row[0], *row[2:5], *row[6:9]) for row in rows)
    _upsert(
        Lead,
        [Lead(account=account, recorded_at=NOW, **dict(zip(names, one, strict=True))) for one in told],
    )


def _upsert(model: type[models.Model], made: list[models.Model]) -> None:
    names = [field.name for field in model._meta.concrete_fields if not field.primary_key]
    model._default_manager.bulk_create(
        made, batch_size=1000, update_conflicts=True, unique_fields=["id"], update_fields=names
    )


def copied(_header: list[str], rows: Rows) -> None:
    """Load rows into the bare table by COPY."""
    statement = f"COPY {PlainRow._meta.db_table} FROM STDIN"
    with transaction.atomic(), connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def measured(what: str, path: Path, rows: int) -> float:
    """Return the rows a second of one way for the file's first rows, which are read before."""
    with path.open(encoding="utf-8", newline="") as file:
        header, *found = islice(csv.reader(file), rows + 1)
    for row in found:
        row[0] = row[0].removeprefix("B")
    ways: dict[str, Callable[[list[str], Rows], None]] = {
        "default": partial(imported, LeadResource),
        "tuned": partial(imported, TunedResource),
        "upsert": upserted_plain,
        "upsert_leads": upserted_leads,
        "copy": copied,
    }
    if what in ("upsert", "copy"):
        with connection.schema_editor() as editor:
            editor.create_model(PlainRow)
    start = time.perf_counter()
    ways[what](header, found)
    return len(found) / (time.perf_counter() - start)
