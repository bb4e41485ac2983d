"""Rows that would bring back somebody who was erased after the file was brought."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from leads import erased
from leads.choices import ImportKind
from leads.importing.reader import Row
from leads.importing.recognizing import keys_of
from leads.importing.records import Erased, Key, Record
from leads.importing.targets import Target


class Forgotten:
    """The people erased since a file was brought, asked row by row and learned anew with each chunk."""

    def __init__(self, target: Target, *, since: datetime, is_dry: bool) -> None:
        self._tells_of_leads = target.shape.target == ImportKind.LEADS
        self._is_asked = self._tells_of_leads or target.shape.names_lead
        self._erased, self._is_dry, self._is_anybody = erased.Since(since), is_dry, False

    def begin(self) -> None:
        """Learn who was erased, and let nobody be until the chunk is written; a dry run writes nothing."""
        if not self._is_dry:
            erased.hold()
        self._is_anybody = self._is_asked and self._erased.learn()

    def refusal(self, row: Row, ids: Any, record: Any) -> Erased | None:
        """Return why a row is not taken if it tells of somebody erased, by what could be read of it."""
        if not self._is_anybody:
            return None
        words = erased.words_in(row.cells)
        if self._tells_of_leads and isinstance(ids, list):
            words += _of_ids(ids)
        if isinstance(record, Record):
            words += self._of_record(record)
        if not self._erased.knows(words):
            return None
        return Erased(_("The person was erased after this file was brought in."))

    def _of_record(self, record: Record) -> list[str]:
        if self._tells_of_leads:
            return erased.words_of(*keys_of(record.values, record.account))
        return _of_ids([*record.lead_ids]) + erased.words_of(*keys_of(record.lead, {}))


def _of_ids(ids: list[Key]) -> list[str]:
    return [erased.word_of_id(*key) for key in ids]
