"""The target `people`: who works here, in which team and role."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from leads import keys, origins
from leads.choices import Role, Side
from leads.importing.records import Record, Rejected
from leads.importing.shapes import Field, Shape
from leads.importing.targets import CREATED, UNCHANGED, UPDATED, Context, Outcome, Target
from leads.models import Company, Team, User

SHAPE = Shape(
    target="people",
    fields={
        "name": Field("text", 150, is_required=True),
        "email": Field("text", 254, is_required=True),
        "role": Field("choice", choices=frozenset(Role.values), is_required=True),
        "team": Field("text", 120),
        "team_side": Field("choice", choices=frozenset(Side.values)),
        "team_leg": Field("whole"),
        "joined_at": Field("moment"),
    },
)


class PeopleTarget(Target):
    """Takes rows as people who may log in once somebody gave them a password."""

    shape = SHAPE

    def take(self, records: Sequence[Record], context: Context) -> list[Outcome]:
        """Find or make each person, by the id in the system or by the address."""
        people = _Known()
        return [people.take(record, context) for record in records]


class _Known:
    """Everybody who is known already, and their teams."""

    def __init__(self) -> None:
        users = list(User.objects.all())
        self._by_email = {user.email.lower(): user for user in users}
        self._by_key = {user.employee_key: user for user in users if user.employee_key}
        self._zone = Company.objects.values_list("time_zone", flat=True).first() or ""
        self._teams = {team.name.casefold(): team for team in Team.objects.all()}

    def take(self, record: Record, context: Context) -> Outcome:
        values = record.values
        email = keys.email_key(values.get("email", ""))
        employee = ":".join(record.ids[0])[:64] if record.ids else ""
        if not (email and values.get("name") and values.get("role")):
            return Rejected(_("A person needs a name, a role and a valid address to log in with."))
        try:
            team = self._team(values)
        except Rejected as rejected:
            return rejected.alone()
        user = self._by_key.get(employee) or self._by_email.get(email)
        told = {"name": values["name"], "role": values["role"], "employee_key": employee, "team": team}
        if user is not None:
            return self._update(user, told)
        joined = {"joined_at": values["joined_at"]} if "joined_at" in values else {}
        user = User.objects.create_user(email, time_zone=self._zone, **told, **joined)
        self._by_email[email] = user
        if employee:
            self._by_key[employee] = user
        return CREATED

    def _update(self, user: User, told: dict[str, Any]) -> Outcome:
        changed = [name for name, value in told.items() if _is_news(value, getattr(user, name))]
        for name in changed:
            setattr(user, name, told[name])
        if changed:
            user.save(update_fields=changed)
        return UPDATED if changed else UNCHANGED

    def _team(self, values: dict[str, Any]) -> Team | None:
        name = values.get("team", "")
        team = self._teams.get(name.casefold())
        if not name or team is not None:
            return team
        if "team_side" not in values:
            raise Rejected(_("There is no team “%s”, and the row does not tell its side.") % name)
        team = Team.objects.create(name=name, side=values["team_side"], leg=values.get("team_leg", 1))
        self._teams[name.casefold()] = team
        return team


def _is_news(new: Any, old: Any) -> bool:
    """Say whether a value is told, differs, and is no spoilt copy of what is there."""
    if not new or new == old:
        return False
    return origins.precision_of(new) == origins.FULL or not old
