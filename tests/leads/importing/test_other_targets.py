"""People, touches and deals from files."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from leads import importing
from leads.models import Account, Deal, FactChange, ImportReject, Lead, Touch, User
from tests.leads.importing.files import NOW, counts, load, row, write

pytestmark = pytest.mark.django_db
PEOPLE = {
    "format": "concord/mapping/1",
    "target": "people",
    "system": "hr",
    "ids": ["No"],
    "fields": {
        "name": {"columns": ["First", "Last"]},
        "email": {"template": "{First}.{Last}@example.com"},
        "role": {"column": "Job", "values": {"SDR": "qualifier", "AE": "rep"}},
        "team": "Team",
        "team_side": {"constant": "sales"},
        "team_leg": {"column": "Job", "values": {"SDR": "1", "AE": "2"}},
    },
}
PEOPLE_HEADER = ("No", "First", "Last", "Job", "Team")
TOUCHES = {
    "format": "concord/mapping/1",
    "target": "touches",
    "system": "dialer",
    "ids": ["Call"],
    "lead": {"email": "Mail"},
    "fields": {
        "happened_at": "At",
        "side": {"constant": "sales"},
        "kind": {"column": "What", "values": {"Phone": "call", "Click": "clicked"}},
        "evidence": {"column": "Proof", "values": {"log": "logged", "both": "two_way"}},
        "reached": "Reached",
    },
}
TOUCH_HEADER = ("Call", "Mail", "At", "What", "Proof", "Reached")
DEALS = {
    "format": "concord/mapping/1",
    "target": "deals",
    "system": "crm",
    "ids": ["Deal"],
    "lead": {"email": "Mail"},
    "fields": {
        "state": {"column": "State", "values": {"O": "open", "W": "won", "L": "lost"}},
        "amount": "Amount",
        "closed_at": "Closed",
        "company": "Company",
    },
}
DEAL_HEADER = ("Deal", "Mail", "Company", "State", "Amount", "Closed")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "file.csv"


@pytest.fixture
def lead(tmp_path: Path) -> Lead:
    load(write(tmp_path / "leads.csv", [row(1)]))
    FactChange.objects.all().delete()
    return Lead.objects.get()


def people(path: Path, *rows: tuple[str, ...]):
    return load(write(path, rows, PEOPLE_HEADER), PEOPLE, importing.PeopleTarget())


def touches(path: Path, *rows: tuple[str, ...], **options):
    return load(write(path, rows, TOUCH_HEADER), TOUCHES, importing.TouchesTarget(), **options)


def deals(path: Path, *rows: tuple[str, ...], **options):
    return load(write(path, rows, DEAL_HEADER), DEALS, importing.DealsTarget(), **options)


def reasons() -> list[str]:
    return list(ImportReject.objects.order_by("line").values_list("reason", flat=True))


def test_people_come_with_their_team_and_no_password(path: Path):
    rows = ("1", "Ada", "King", "SDR", "Development"), ("2", "Bo", "Lee", "AE", "Closers")
    assert counts(people(path, *rows)) == (2, 0, 0, 0)
    assert counts(people(path, *rows)) == (0, 0, 2, 0)
    found = User.objects.order_by("id").values_list(
        "email", "role", "employee_key", "team__name", "team__leg"
    )
    assert list(found) == [
        ("ada.king@example.com", "qualifier", "hr:1", "Development", 1),
        ("bo.lee@example.com", "rep", "hr:2", "Closers", 2),
    ]
    assert not User.objects.first().has_usable_password()


def test_person_who_changes_is_updated_and_one_without_a_role_rejected(path: Path):
    people(path, ("1", "Ada", "King", "SDR", "Development"))
    run = people(path, ("1", "Ada", "King", "AE", ""), ("2", "Bo", "Lee", "", ""))
    assert counts(run) == (0, 1, 0, 1)
    assert User.objects.values_list("role", "team__name").get() == ("rep", "Development")
    assert reasons() == ["A person needs a name, a role and a valid address to log in with."]


def test_touches_are_taken_once_and_marked_from_when_they_happened(path: Path, lead: Lead):
    call = ("7", "ada1@example.com", "2026-04-01T08:00:00+02:00", "Phone", "log", "")
    assert counts(touches(path, call)) == (1, 0, 0, 0)
    assert counts(touches(path, call)) == (0, 0, 1, 0)
    touch = Touch.objects.get()
    moment = datetime(2026, 4, 1, 6, 0, tzinfo=UTC)
    assert (touch.lead, touch.happened_at, touch.side, touch.kind) == (lead, moment, "sales", "call")
    assert FactChange.objects.values_list("lead_id", "since", "is_history").get() == (lead.pk, moment, False)


def test_touch_can_only_be_proved_better(path: Path, lead: Lead):
    touches(path, ("7", "ada1@example.com", "2026-04-01T08:00:00Z", "Phone", "both", "yes"))
    run = touches(path, ("7", "ada1@example.com", "2026-04-01T08:00:00Z", "Phone", "log", ""))
    assert counts(run) == (0, 0, 1, 0)
    assert Touch.objects.values_list("evidence", "reached").get() == (4, True)


def test_touch_that_cannot_be_is_rejected(path: Path, lead: Lead):
    run = touches(
        path,
        ("1", "nobody@example.com", "2026-04-01T08:00:00Z", "Phone", "log", ""),
        ("2", "ada1@example.com", "2026-04-01T08:00:00Z", "Click", "log", ""),
        ("3", "ada1@example.com", "2027-04-01T08:00:00Z", "Phone", "log", ""),
        ("4", "ada1@example.com", "", "Phone", "log", ""),
    )
    assert counts(run) == (0, 0, 0, 4)
    assert reasons() == [
        "There is no lead “nobody@example.com”; import the leads first.",
        "This side knows no such touch.",
        "It lies in the future.",
        "The row does not tell when it happened.",
    ]


def test_deals_are_won_and_do_not_open_again(path: Path, lead: Lead):
    assert counts(deals(path, ("d1", "ada1@example.com", "", "O", "4,000", ""))) == (1, 0, 0, 0)
    won = ("d1", "ada1@example.com", "", "W", "4200", "2026-05-01T00:00:00Z")
    assert counts(deals(path, won)) == (0, 1, 0, 0)
    assert counts(deals(path, ("d1", "ada1@example.com", "", "O", "", ""))) == (0, 0, 1, 0)
    deal = Deal.objects.get()
    assert (deal.lead, deal.account_id, deal.state, deal.amount) == (
        lead,
        lead.account_id,
        "won",
        Decimal(4200),
    )


def test_deal_may_belong_to_a_company_alone(path: Path, lead: Lead):
    run = deals(path, ("d1", "", "WORKS 0", "W", "1", ""), ("d2", "", "Unheard of", "W", "1", ""))
    assert counts(run) == (1, 0, 0, 1)
    assert Deal.objects.get().account == Account.objects.get()
    assert reasons() == ["The row names no lead."]


def test_amount_that_no_column_holds_spoils_its_own_row_only(path: Path, lead: Lead):
    rows = [("d1", "ada1@example.com", "", "O", "9" * 30, ""), ("d2", "ada1@example.com", "", "O", "5", "")]
    assert counts(deals(path, *rows)) == (1, 0, 0, 1)
    assert Deal.objects.get().amount == Decimal(5)


def test_deal_closed_after_the_day_was_open_then(path: Path, lead: Lead):
    won = ("d1", "ada1@example.com", "", "W", "1", "2026-05-01T00:00:00Z")
    deals(path, won, as_of=NOW.date().replace(month=4, day=30))
    assert Deal.objects.values_list("state", "closed_at").get() == ("open", None)
