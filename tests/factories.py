"""People, leads and agreements for tests: small functions, times relative to NOW."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from leads import deals, facts, touches, transitions
from leads.choices import Role, Side, Stage
from leads.models import Account, Calendar, Deal, Lead, OutboxMessage, Team, Touch, User
from sla import agreements, calendars, standings
from sla.models import AgreementVersion

#: A Wednesday, 10:00 in Berlin: the calendar `default` is open.
NOW = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)
#: When agreements of tests took effect.
START = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)
WORKING_HOURS = {
    "timezone": "Europe/Berlin",
    "hours": {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")},
}
PASSWORD = "correct horse battery staple"
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Cast:
    """One person per role; `other_rep` shares the rep's team, `stranger` is a rep of another one."""

    rep: User
    other_rep: User
    stranger: User
    qualifier: User
    sales_manager: User
    marketer: User
    marketing_manager: User
    leader: User
    operations: User
    sales: Team
    elsewhere: Team
    marketing: Team


def calendar(key: str = "default", document: dict[str, Any] | None = None) -> Calendar:
    """Create a calendar, by default open Monday to Friday 9 to 17 in Berlin."""
    calendars.save(key=key, name=key.title(), document=document or WORKING_HOURS, now=START)
    return Calendar.objects.get(key=key)


def team(name: str = "", side: str = Side.SALES, **fields: Any) -> Team:
    return Team.objects.create(name=name or f"Team {next(_numbers)}", side=side, **fields)


def user(role: str = Role.REP, team: Team | None = None, name: str = "", **fields: Any) -> User:
    """Create a person who logs in with PASSWORD."""
    number = next(_numbers)
    email = fields.pop("email", f"{role}.{number}@example.com")
    return User.objects.create_user(
        email, PASSWORD, role=role, team=team, name=name or f"{Role(role).label} {number}", **fields
    )


def cast(document: dict[str, Any] | None = None) -> Cast:
    """Create one person per role, two sales teams and a marketing team, all on the calendar `default`."""
    hours = calendar(document=document)
    sales = team("Sales north", calendar=hours)
    elsewhere = team("Sales south", calendar=hours)
    marketing = team("Marketing", Side.MARKETING, calendar=hours)
    return Cast(
        rep=user(Role.REP, sales, "Rita Rep"),
        other_rep=user(Role.REP, sales, "Otto Other"),
        stranger=user(Role.REP, elsewhere, "Stella Stranger"),
        qualifier=user(Role.QUALIFIER, sales, "Quinn Qualifier"),
        sales_manager=user(Role.SALES_MANAGER, sales, "Sam Salesmanager"),
        marketer=user(Role.MARKETER, marketing, "Mara Marketer"),
        marketing_manager=user(Role.MARKETING_MANAGER, marketing, "Milo Marketingmanager"),
        leader=user(Role.LEADER, None, "Lena Leader"),
        operations=user(Role.OPERATIONS, None, "Olga Operations"),
        sales=sales,
        elsewhere=elsewhere,
        marketing=marketing,
    )


def agreement_data(**changes: Any) -> dict[str, Any]:
    """Return an agreement for everybody, small enough to know by heart; `changes` replace whole keys.

    Ready: 50 employees or more and a touch of the prospect within 30 days. Decide in 2 hours
    (top tier 1), first touch 4 hours after acceptance, qualify or return in 5 days.
    """
    return {
        "format": "concord/agreement/1",
        "title": "Agreement of the tests",
        "preamble": "",
        "starts_on": "2026-06-01",
        "review_due_on": "2026-11-30",
        "segment": {"label": "All leads", "rule": None},
        "legs": [_leg(1, "marketing", "sales", "readiness")],
        "stages": [_stage(code) for code in Stage.values],
        "fit": [
            {"label": "50 employees", "points": 50, "when": {"fact": "employees", "op": ">=", "value": 50}},
            {
                "label": "Machinery",
                "points": 30,
                "when": {"fact": "industry", "op": "=", "value": "Machinery"},
            },
        ],
        "engagement": {
            "half_life_days": 14,
            "points": [
                {"side": "prospect", "kind": "downloaded", "points": 10, "cap": 30},
                {"side": "prospect", "kind": "attended", "points": 40, "cap": None},
            ],
        },
        "grid": {"fit": {"A": 70, "B": 40}, "engagement": {"1": 60, "2": 25}},
        "tiers": [
            {"code": "top", "label": "Top", "grid": ["A1", "A2", "B1"]},
            {"code": "standard", "label": "Standard", "grid": None},
        ],
        "gates": {
            "readiness": {
                "all": [
                    {"fact": "employees", "op": ">=", "value": 50},
                    {"touches": {"sides": ["prospect"]}, "at_least": 1, "within_days": 30},
                ]
            },
            "qualification": {"at_least": 2, "of": [{"bant": kind, "op": "known"} for kind in BANT]},
        },
        "dossier": ["source", "consent", "contact"],
        "record": ["bant", "next_step"],
        "reasons": [
            _reason("no_budget", "recycle", recycle_days=90, track="stay_in_touch"),
            _reason("competitor", "disqualify", side_to_act="nobody"),
            _reason("bad_data", "repair", asks=["note"]),
            _reason("territory", "reroute", side_to_act="sales"),
        ],
        "tracks": [
            {
                "code": "stay_in_touch",
                "label": "Stay in touch",
                "steps": [{"after_days": 7, "kind": "mail", "label": "A useful article"}],
            }
        ],
        "valve": None,
        "calendars": {"sales": "default", "marketing": "default", "referee": "default"},
        "commitments": agreement_commitments(),
        "expiry": {"after": {"amount": 2, "unit": "business_days"}, "to": "reroute"},
        "routing": {"method": "round_robin", "max_hops": 3},
        "referee": {"email": "referee@example.com"},
        "maturity_days": 180,
        **changes,
    }


BANT = ("budget", "authority", "need", "timing")


def agreement_commitments() -> list[dict[str, Any]]:
    """Return the commitments of the tests' agreement, each kind once, first touch twice."""
    return [
        timed("decide", "sales", 2, "business_hours", tiers={"top": 1}),
        timed("first_touch", "sales", 4, "business_hours", params={"from": "acceptance"}),
        timed("first_touch", "sales", 8, "business_hours", code="touch_from_offer", params={"from": "offer"}),
        timed("persistence", "sales", 6, "business_days", params={"attempts": 6, "days": 6, "channels": 2}),
        timed("qualify_or_return", "sales", 5, "business_days"),
        stale("upkeep", "sales"),
        timed("hand_over", "marketing", 4, "business_hours"),
        timed("acknowledge", "marketing", 1, "business_days"),
        timed("nurture", "marketing", 3, "business_days"),
        stale("nurture_stale", "marketing"),
        timed("answer", "marketing", 4, "business_hours"),
        timed("repair", "marketing", 2, "business_days"),
        timed("rule", "referee", 3, "business_days"),
        periodic("feedback", "sales", target=1),
        periodic("records", "sales", target=0.9),
        periodic(
            "volume", "marketing", amount=20, target=None, params={"weighted": False, "daily_maximum": None}
        ),
        periodic("quality", "marketing", target=0.8),
        periodic("readiness", "marketing", target=0.9),
        periodic("close_rate", "both", target=0.3, params={"margin": 0.2, "followed_up": 0.8}),
    ]


def timed(
    kind: str,
    side: str,
    amount: int,
    unit: str,
    *,
    code: str = "",
    tiers: dict[str, int] | None = None,
    **terms: Any,
) -> dict[str, Any]:
    """Return a commitment with clocks: `amount` for every tier but those in `tiers`."""
    own = [{"tier": tier, "amount": less, "unit": unit} for tier, less in (tiers or {}).items()]
    return {
        "code": code or kind,
        "kind": kind,
        "side": side,
        "leg": 1 if kind != "rule" else None,
        "is_on": True,
        "target": 0.9,
        "allowances": [*own, {"tier": None, "amount": amount, "unit": unit}],
        "whose_hours": "team",
        "evidence": "logged",
        "warn_at": 0.75,
        "params": {},
        "ladder": [{"after": {"amount": 1, "unit": "business_hours"}, "action": "notify_manager"}],
        **terms,
    }


def stale(kind: str, side: str, **terms: Any) -> dict[str, Any]:
    """Return a commitment to let no lead go stale."""
    shared = {"leg": None, "is_on": True, "target": 0.9, "whose_hours": "team", "warn_at": 0.75}
    return {"code": kind, "kind": kind, "side": side, **shared, "evidence": "logged", "ladder": [], **terms}


def periodic(kind: str, side: str, *, per: str = "month", **terms: Any) -> dict[str, Any]:
    """Return a commitment counted over a period."""
    shared = {"leg": None, "is_on": True, "amount": None, "per": per}
    return {"code": kind, "kind": kind, "side": side, **shared, **terms}


def signed_version(
    *,
    data: dict[str, Any] | None = None,
    key: str = "default",
    now: datetime = START,
    signers: Sequence[User] = (),
    rank: int | None = None,
    **changes: Any,
) -> AgreementVersion:
    """Load, sign for both sides and activate an agreement; `changes` replace keys of `agreement_data`.

    It starts on the day of `now`. `signers` are a marketing manager and a sales manager, new ones
    by default. The mark that every lead gets then is there, as in life.
    """
    if not Calendar.objects.filter(key="default").exists():
        calendar()
    dates = {
        "starts_on": now.date().isoformat(),
        "review_due_on": (now + timedelta(days=180)).date().isoformat(),
    }
    data = data or agreement_data(**{**dates, **changes})
    version = agreements.load(key=key, data=data, now=now, rank=rank)
    people = signers or (user(Role.MARKETING_MANAGER), user(Role.SALES_MANAGER))
    for side, person in zip((Side.MARKETING, Side.SALES), people, strict=True):
        agreements.sign(version=version, user=person, side=side, name=person.name, now=now)
    # The news of that day was told long ago.
    OutboxMessage.objects.filter(subject_type="version", subject_id=version.pk).delete()
    return agreements.activate(version=version, now=now)


def baseline_version(*, key: str = "history", now: datetime = START, **changes: Any) -> AgreementVersion:
    """Load and activate a version that judges imported history only."""
    if not Calendar.objects.filter(key="default").exists():
        calendar()
    data = agreement_data(**{"starts_on": "2021-01-01", "review_due_on": None, **changes})
    version = agreements.load(key=key, data=data, now=now, is_baseline=True)
    return agreements.activate(version=version, now=now)


def make_account(company: str = "", *, now: datetime = NOW, **known: Any) -> Account:
    return facts.create_account(name=company or f"Company {next(_numbers)}", now=now, **known)


def make_lead(
    name: str = "",
    *,
    company: str = "",
    account: Account | None = None,
    owner: User | None = None,
    team: Team | None = None,
    stage: str = Stage.INQUIRY,
    employees: int | None = None,
    industry: str = "",
    created_at: datetime | None = NOW - timedelta(days=10),
    now: datetime = NOW,
    **known: Any,
) -> Lead:
    """Create a lead at an account; a stage other than `inquiry` is set as history would."""
    account = account or make_account(company, now=now, employees=employees, industry=industry)
    number = next(_numbers)
    known = {"email": f"lead{number}@example.org", **known}
    lead = facts.create_lead(
        account=account, name=name or f"Lead {number}", now=now, created_at=created_at, **known
    )
    if owner or team:
        lead.owner, lead.team = owner, team or (owner.team if owner else None)
        lead.save(update_fields=["owner", "team"])
    if stage != Stage.INQUIRY:
        transitions.change_stage(lead=lead, to_stage=stage, cause="history", happened_at=now, now=now)
    return lead


def add_touch(
    lead: Lead,
    kind: str = "downloaded",
    *,
    side: str = "prospect",
    ago: timedelta = timedelta(hours=1),
    now: datetime = NOW,
    **fields: Any,
) -> Touch:
    """Add a touch, by default a download one hour before `now`."""
    return touches.add(lead=lead, side=side, kind=kind, happened_at=now - ago, now=now, **fields).touch


def ready_lead(name: str = "", *, now: datetime = NOW, **known: Any) -> Lead:
    """Create a lead that the version in force calls sales-ready: in `mql`, not offered."""
    lead = make_lead(name, now=now, **{"employees": 120, "created_at": now - timedelta(days=10), **known})
    touch = add_touch(lead, now=now)
    standings.judge(lead_ids=[lead.pk], now=now)
    transitions.change_stage(
        lead=lead, to_stage=Stage.MQL, cause="become_ready", happened_at=touch.happened_at, now=now
    )
    return lead


def won_deal(lead: Lead, *, closed_at: datetime = NOW, **fields: Any) -> Deal:
    """Create a deal of the lead's account and win it."""
    amounts = {name: fields.pop(name) for name in ("amount", "currency", "margin") if name in fields}
    deal = deals.record_deal(
        account=lead.account, lead=lead, opened_at=closed_at - timedelta(days=30), now=closed_at, **fields
    )
    return deals.close_deal(deal=deal, state="won", closed_at=closed_at, now=closed_at, **amounts)


def _leg(number: int, from_side: str, to_side: str, gate: str) -> dict[str, Any]:
    code = f"{from_side}_to_{to_side}_{number}"
    return {
        "leg": number,
        "code": code,
        "label": code,
        "from_side": from_side,
        "to_side": to_side,
        "gate": gate,
    }


#: The second leg: qualifier to closer. `signed_version(legs=two_legs())`.
def two_legs() -> list[dict[str, Any]]:
    return [_leg(1, "marketing", "sales", "readiness"), _leg(2, "sales", "sales", "qualification")]


def _stage(code: str) -> dict[str, Any]:
    is_marketing = code in ("inquiry", "nurturing", "mql", "recycled")
    return {
        "code": code,
        "label": code.title(),
        "owner": Side.MARKETING if is_marketing else Side.SALES,
        "signifier": {"label": ""},
        "stale_after_business_days": {"inquiry": 10, "nurturing": 10, "sal": 5, "sql": 5}.get(code),
    }


def _reason(code: str, disposition: str, **terms: Any) -> dict[str, Any]:
    return {
        "code": code,
        "label": code.replace("_", " ").capitalize(),
        "group": "Reasons",
        "side_to_act": "marketing",
        "disposition": disposition,
        "recycle_days": None,
        "track": None,
        "asks": [],
        "contradicted_by": None,
        "needs_attempts": None,
        **terms,
    }
