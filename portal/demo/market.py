"""The demo company's market: invented accounts and the persons at them, drawn from a seeded stream."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import TypeVar

from leads import keys
from leads.models import Account, Lead, User
from portal.demo import words

T = TypeVar("T")
_FIRST_NAMES, _LAST_NAMES = words.FIRST_NAMES.split(), words.LAST_NAMES.split()
_HEADS, _TAILS = words.STEM_HEADS.split(), words.STEM_TAILS.split()
#: Numbers that German authorities keep for films and books.
_PHONES = ("+49 30 23125 {:03d}", "+49 89 99998 {:03d}", "+49 40 66969 {:03d}", "+49 69 90009 {:03d}")
_COMMITTEE_DAYS = timedelta(days=150)
_LARGEST_COMMITTEE = 5


def draw(rng: Random, weights: Mapping[T, float]) -> T:
    """Draw one of the keys by weight."""
    return rng.choices(list(weights), list(weights.values()))[0]


def few(rng: Random, things: Sequence[T], count: int) -> list[T]:
    """Draw some different things."""
    return rng.sample(list(things), min(count, len(things)))


@dataclass
class Market:
    """Accounts and leads as they are invented; ids come from the lists of reserved ones."""

    rng: Random
    account_ids: Sequence[int]
    lead_ids: Sequence[int]
    accounts: list[Account] = field(default_factory=list)
    leads: list[Lead] = field(default_factory=list)
    _names: set[str] = field(default_factory=set)
    _addresses: set[str] = field(default_factory=set)
    _committees: list[tuple[Account, datetime, int]] = field(default_factory=list)

    def fitting_lead(
        self, created_at: datetime, titles: Sequence[str] = (), owner: User | None = None
    ) -> Lead:
        """Invent somebody at a company that the agreement is about, perhaps beside somebody known.

        With an owner the company is a new one, and that person's.
        """
        is_known = owner is None and self.rng.random() < 0.2
        account = self._known_account(created_at) if is_known else None
        if account is None:
            account = self._account(created_at, words.TRADES, self._size(60, 1400))
            account.owner = owner
            if owner is None:
                self._committees.append((account, created_at, 1))
        chosen = {title: row for title, row in words.TITLES.items() if not titles or title in titles}
        return self._lead(account, created_at, chosen)

    def other_lead(self, created_at: datetime) -> Lead:
        """Invent somebody who will not be sales-ready: too small, another trade, or nothing known."""
        kind = draw(self.rng, {"small": 40, "trade": 25, "unknown": 35})
        if kind == "trade":
            account = self._account(created_at, words.OTHER_TRADES, self._size(20, 900))
        else:
            size = self._size(4, 45) if kind == "small" else None
            account = self._account(created_at, words.TRADES, size)
        return self._lead(account, created_at, words.OTHER_TITLES)

    def _size(self, low: int, high: int) -> int:
        return round(self.rng.triangular(low, high, low + (high - low) * 0.15))

    def _known_account(self, at: datetime) -> Account | None:
        """Return an account whose committee is forming at this time."""
        near = [
            index
            for index, (_account, since, size) in enumerate(self._committees)
            if abs(at - since) < _COMMITTEE_DAYS and size < _LARGEST_COMMITTEE
        ]
        if not near:
            return None
        index = self.rng.choice(near)
        account, since, size = self._committees[index]
        self._committees[index] = (account, since, size + 1)
        account.created_at = min(account.created_at or at, at)
        return account

    def _account(self, at: datetime, trades: Mapping[str, Sequence[str]], size: int | None) -> Account:
        rng = self.rng
        industry = rng.choice(list(trades))
        country = draw(rng, words.COUNTRY_WEIGHTS)
        region = rng.choice(list(words.PLACES[country]))
        name, domain = self._name(rng.choice(trades[industry]), words.LEGAL_FORMS[country])
        account = Account(
            pk=self.account_ids[len(self.accounts)],
            name=name,
            name_key=keys.company_key(name),
            domain=domain,
            industry=industry,
            employees=size,
            country=country,
            region=region,
            city=rng.choice(words.PLACES[country][region]),
            created_at=at,
            recorded_at=at,
        )
        self.accounts.append(account)
        return account

    def _name(self, trade: str, forms: Sequence[str]) -> tuple[str, str]:
        """Return the name of a company that nobody has yet, and its domain."""
        while True:
            stem = self.rng.choice(_HEADS) + self.rng.choice(_TAILS)
            domain = f"{keys.company_key(f'{stem} {trade}').replace(' ', '-')}.example.com"
            if domain not in self._names:
                self._names.add(domain)
                return f"{stem} {trade} {self.rng.choice(forms)}", domain

    def _lead(self, account: Account, at: datetime, titles: Mapping[str, tuple[str, int]]) -> Lead:
        rng = self.rng
        first, last = rng.choice(_FIRST_NAMES), rng.choice(_LAST_NAMES)
        title = draw(rng, {name: weight for name, (_seniority, weight) in titles.items()})
        source = draw(rng, {name: weight for name, (_how, weight) in words.SOURCES.items()})
        email = self._address(first, last, account.domain)
        phone = rng.choice(_PHONES).format(rng.randrange(1000)) if rng.random() < 0.8 else ""
        name = f"{first} {last}"
        lead = Lead(
            pk=self.lead_ids[len(self.leads)],
            account=account,
            name=name,
            name_key=keys.name_key(name),
            title=title,
            seniority=titles[title][0],
            email=email,
            email_key=keys.email_key(email),
            phone=phone,
            phone_key=keys.phone_key(phone),
            language="German" if rng.random() < 0.9 else "English",
            source=source,
            campaign=words.CAMPAIGNS[source],
            first_identified=words.SOURCES[source][0] if rng.random() < 0.89 else "",
            search_text=keys.search_text(name, account.name, email),
            stage_since=at,
            created_at=at,
            recorded_at=at,
        )
        self.leads.append(lead)
        return lead

    def _address(self, first: str, last: str, domain: str) -> str:
        local = keys.name_key(f"{first} {last}").replace(" ", ".")
        number = 1
        while (address := f"{local}{number if number > 1 else ''}@{domain}") in self._addresses:
            number += 1
        self._addresses.add(address)
        return address
