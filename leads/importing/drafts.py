"""Leads and accounts as one chunk of rows makes them, before they are written all at once."""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from leads import keys, origins
from leads.choices import Stage
from leads.importing.records import ATTRIBUTE, Key
from leads.origins import WHOLE, Origin, replaces

#: Made once: `json.dumps` makes a new one for each call that asks for letters as they are.
_encode = json.JSONEncoder(ensure_ascii=False).encode
#: What a change of them makes necessary to compute anew.
KEYED = frozenset({"name", "email", "phone", "country"})


#: Values that a column has also while nobody said anything of it.
SILENT: dict[str, Any] = {"stage": Stage.INQUIRY.value, "is_sales_generated": False}


def packed(data: Mapping[str, Any]) -> str:
    """Return origins or attributes as the JSON text that is stored."""
    return _encode(data) if data else "{}"


@lru_cache(maxsize=20_000)
def unpacked(text: str) -> Mapping[str, Any]:
    """Return the origins in a text; many leads of a file come back to one account."""
    found: dict[str, Any] = json.loads(text)
    return found


class Draft:
    """Facts with their origins; `values` is flat, an attribute stands under `attributes.<name>`.

    Origins come and go as JSON text, which is read only when somebody asks for one.
    """

    __slots__ = ("_origins", "_packed", "changed", "has_new_origins", "id", "is_new", "values")

    def __init__(self, row_id: int, values: dict[str, Any], packed: str, *, is_new: bool) -> None:
        self.id, self.values, self.is_new = row_id, values, is_new
        self._packed = packed
        self._origins: Mapping[str, Any] | None = None
        self.changed: set[str] = set()
        self.has_new_origins = False

    @property
    def origins(self) -> Mapping[str, Any]:
        """Return the origins to read; `hold` changes them."""
        return self._origins if self._origins is not None else unpacked(self._packed)

    @property
    def packed_origins(self) -> str:
        """Return the origins as JSON text."""
        return self._packed if self._origins is None else packed(self._origins)

    def begin(self, found: Mapping[str, Any]) -> None:
        """Note where the first values of a new one came from."""
        self._origins = found

    def learn(self, name: str, value: Any, origin: Origin, *, fills_only: bool = False) -> bool:
        """Take a statement if it says more than what is there; return whether the value changed."""
        old = self.values.get(name)
        is_gap = origins.is_blank(old)
        if not is_gap and (fills_only or not replaces(value, origin, old, origins.of(self.origins, name))):
            return False
        self.hold(name, origin)
        if not is_gap and value == old:
            return False
        self.values[name] = value
        self.changed.add(name)
        return True

    def stands(self, told: Mapping[str, Any], origin: Origin) -> bool:
        """Say at once of most statements that they tell nothing new: the same, from no better source."""
        found = self.origins
        if WHOLE not in found or len(found) > 1 or not told.items() <= self.values.items():
            return False
        return not replaces(True, origin, True, origins.of(found, WHOLE))

    def hold(self, name: str, origin: Origin) -> None:
        """Note where the value under `name` came from."""
        stored = list(origin)
        if (self.origins.get(name) or self.origins.get(WHOLE)) != stored:
            self._origins = {**self.origins, name: stored}
            self.has_new_origins = True

    def column(self, name: str, default: Any = "") -> Any:
        """Return the value of a column that must not be null."""
        value = self.values.get(name)
        return default if value is None else value

    def attributes(self) -> dict[str, Any]:
        """Return the attributes as they are stored."""
        cut = len(ATTRIBUTE)
        return {name[cut:]: value for name, value in self.values.items() if name[:cut] == ATTRIBUTE}


class AccountDraft(Draft):
    """An account, named or, where no file told the company, one of its lead alone."""

    __slots__ = ("external_ids", "name_key")

    def __init__(
        self, row_id: int, values: dict[str, Any], packed: str, name_key: str, *, is_new: bool
    ) -> None:
        super().__init__(row_id, values, packed, is_new=is_new)
        self.name_key = name_key
        self.external_ids: list[Key] = []

    @property
    def name(self) -> str:
        return self.values.get("name") or ""

    def rename(self, name: str, origin: Origin) -> None:
        """Give a stand-in its real name."""
        self.values["name"] = name
        self.name_key = keys.company_key(name)
        self.hold("name", origin)
        self.changed.add("name")

    def absorb(self, other: "AccountDraft") -> None:
        """Take over what is known of an account that turned out to be this one."""
        for name, value in other.values.items():
            if name != "name" and not origins.is_blank(value):
                self.learn(name, value, origins.of(other.origins, name))


class LeadDraft(Draft):
    """A lead with what the rows of the chunk add to it besides facts."""

    __slots__ = (
        "account",
        "bant",
        "consent",
        "digests",
        "email_key",
        "external_ids",
        "name_key",
        "old_account_id",
        "phone_key",
        "since",
        "stage_seq",
        "was_in_stage",
    )

    def __init__(
        self,
        row_id: int,
        values: dict[str, Any],
        packed: str,
        account: AccountDraft,
        *,
        is_new: bool,
        since: datetime,
    ) -> None:
        super().__init__(row_id, values, packed, is_new=is_new)
        self.account = account
        self.old_account_id = account.id
        self.external_ids: list[tuple[str, str, int | None]] = []
        self.digests: list[tuple[int, int]] = []
        self.consent: list[tuple[str, str]] = []
        self.bant: list[tuple[Any, datetime]] = []
        self.since = since
        self.stage_seq = 0
        self.was_in_stage = ""
        self.name_key = self.email_key = self.phone_key = ""

    @property
    def stage(self) -> str:
        return self.values.get("stage") or Stage.INQUIRY

    def set_keys(self) -> None:
        """Compute anew by what the lead is recognized."""
        country = self.values.get("country") or self.account.values.get("country") or ""
        self.name_key = keys.name_key(self.column("name"))
        self.email_key = keys.email_key(self.column("email"))
        self.phone_key = keys.phone_key(self.column("phone"), country)

    @property
    def has_news(self) -> bool:
        """Say whether anything that counts as a change waits to be written."""
        return bool(
            self.changed
            or self.external_ids
            or self.consent
            or self.bant
            or self.account.id != self.old_account_id
        )


def flat(columns: Mapping[str, Any], attributes: str) -> dict[str, Any]:
    """Return stored columns and attributes as the values of a draft."""
    values = {name: value for name, value in columns.items() if not origins.is_blank(value)}
    if attributes != "{}":
        values.update({ATTRIBUTE + name: value for name, value in json.loads(attributes).items()})
    return values


def is_told(name: str, value: Any, found: Mapping[str, Any]) -> bool:
    """Say whether a stored value is a statement, and not what its column holds without one."""
    return name not in SILENT or value != SILENT[name] or name in found


def first_origins(values: Mapping[str, Any], coarse: set[str], origin: Origin) -> dict[str, Any]:
    """Return the origins of a row that is new: one for all, and one for each value that is not exact."""
    found: dict[str, Any] = {WHOLE: list(origin)}
    for name, silent in SILENT.items():
        if values.get(name) == silent:
            found[name] = list(origin)
    for name in coarse:
        if name in values:
            found[name] = list(origin._replace(precision=origins.COARSE))
    for name, value in values.items():
        if type(value) is str and ("?" in value or "\ufffd" in value):
            precision = origins.precision_of(value)
            if precision != origins.FULL:
                found[name] = list(origin._replace(precision=precision))
    return found
