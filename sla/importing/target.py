"""The target `handoffs`: rows become past handoffs with frozen facts, clocks and stages, without notices."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Max
from django.utils.translation import gettext as _

from leads import importing
from leads.choices import Evidence, Side, TouchSide
from leads.importing import stages, subjects
from leads.importing.owners import People
from leads.importing.targets import CREATED, UNCHANGED, UPDATED
from leads.models import Lead, Team, Touch
from sla import agreements, clocks, standings
from sla.choices import Event, HandoffState, Quality, VersionState
from sla.importing import past
from sla.importing.past import Past
from sla.models import AgreementVersion, Handoff, Refusal

SHAPE = importing.Shape(
    target="handoffs",
    fields={
        "leg": importing.Field("whole"),
        "state": importing.Field("choice", choices=frozenset(HandoffState.values), is_required=True),
        "ready_at": importing.Field("moment"),
        "offered_at": importing.Field("moment"),
        "decided_at": importing.Field("moment"),
        "qualified_at": importing.Field("moment"),
        "converted_at": importing.Field("moment"),
        "closed_at": importing.Field("moment"),
        "ended_at": importing.Field("moment"),
        "rep": importing.Field("reference", 200),
        "offered_by": importing.Field("reference", 200),
        "team": importing.Field("text", 120),
        "team_side": importing.Field("choice", choices=frozenset(Side.values)),
        "tier": importing.Field("text", 24),
        "reason": importing.Field("text", 40),
        "note": importing.Field("note", 2000),
        "quality": importing.Field("choice", choices=frozenset(Quality.values)),
    },
    names_lead=True,
)


class UnknownVersion(Exception):
    """The import names no version that could judge its history; the text says so."""


def version_named(reference: str) -> AgreementVersion:
    """Return the version `key/number`, which must have taken effect; raises UnknownVersion."""
    key, _slash, number = reference.partition("/")
    if not key or not number.isdigit():
        raise UnknownVersion(_("Name the version that judges these handoffs: --version KEY/NUMBER."))
    found = AgreementVersion.objects.select_related("agreement").filter(agreement__key=key, number=number)
    version = found.exclude(state__in=[VersionState.DRAFT, VersionState.PROPOSED]).first()
    if version is None:
        raise UnknownVersion(_("There is no version “%s” that has taken effect.") % reference)
    return version


class HandoffsTarget(importing.Target):
    """Takes rows as past handoffs under one version."""

    shape = SHAPE

    def __init__(self, version: AgreementVersion) -> None:
        self._version = version
        self._people: People | None = None

    def take(
        self, records: Sequence[importing.Record], context: importing.Context
    ) -> list[importing.Outcome]:
        """Write the handoffs of leads that are known, and all that follows from them."""
        self._people = self._people or People()
        chunk = _Chunk(records, context, self._version, self._people)
        outcomes = [chunk.take(record) for record in records]
        chunk.write()
        return outcomes


class _Change(NamedTuple):
    """A known handoff with what a row tells newly; only one that came `is_further` is heard by clocks."""

    handoff: Handoff
    told: Past
    names: set[str]
    note: str
    is_further: bool
    heard_until: datetime | None


class _Chunk:
    """The handoffs of some rows."""

    def __init__(
        self,
        records: Sequence[importing.Record],
        context: importing.Context,
        version: AgreementVersion,
        people: People,
    ) -> None:
        self._context, self._version, self._people = context, version, people
        self._document = agreements.document(version)
        self._horizon, self._system = context.horizon, context.mapping.system
        self._subjects = dict(zip(map(id, records), subjects.find(records), strict=True))
        ids = {one for one in self._subjects.values() if isinstance(one, int)}
        self._leads = Lead.objects.select_related("account").in_bulk(ids)
        names = [record.ids[0][1] for record in records if record.ids]
        known = Handoff.objects.filter(system=self._system, external_id__in=names)
        self._known = {one.external_id: one for one in known.select_related("team", "rep")}
        self._teams = {team.name.casefold(): team for team in Team.objects.all()}
        self._team_by_id = {team.pk: team for team in self._teams.values()}
        of_leads = Handoff.objects.filter(lead_id__in=ids)
        cycles = of_leads.values_list("lead_id", "leg").annotate(last=Max("cycle"))
        self._cycles = {(lead_id, leg): last for lead_id, leg, last in cycles}
        self._open = set(of_leads.open().values_list("lead_id", "leg"))
        self._new: list[tuple[Handoff, Past, str]] = []
        self._changed: list[_Change] = []

    def take(self, record: importing.Record) -> importing.Outcome:
        """Read one row and keep what is to be written."""
        lead_id = self._subjects[id(record)]
        if isinstance(lead_id, importing.Rejected):
            return lead_id
        if not record.ids:
            return importing.Rejected(_("The row has no id by which the handoff is known again."))
        try:
            told = past.read(record.values, self._document, self._horizon, self._context.mapping.ended_states)
            handoff = self._known.get(record.ids[0][1])
            if handoff is None:
                self._make(record, told, lead_id)
                return CREATED
            if not handoff.is_history or handoff.pk is None:
                return UNCHANGED
            return self._go_on(handoff, told, record.values)
        except importing.Rejected as rejected:
            return rejected.alone()

    def write(self) -> None:
        """Write the rows, freeze the facts of then, bring the leads along and let the clocks hear."""
        new = [handoff for handoff, _told, _note in self._new]
        Handoff.objects.bulk_create(new)
        for change in self._changed:
            change.handoff.save(update_fields=sorted(change.names))
        self._write_refusals()
        # Without a date it is frozen as the file tells it: the lab says what that means.
        standings.freeze_at([(one, one.offered_at or self._context.now) for one in new])
        self._bring_leads()
        touches = self._touches()
        for handoff, told, since in self._heard():
            events = [event for event in told.events() if since is None or event[1] > since]
            events += touches.get(handoff.lead_id, ()) if since is None else ()
            if told.columns.get("offered_at") and events:
                clocks.history(handoff=handoff, events=events, now=self._context.now)

    def _heard(self) -> Iterable[tuple[Handoff, Past, datetime | None]]:
        """Yield what moved, and until when its clocks have heard already."""
        for handoff, told, _note in self._new:
            yield handoff, told, None
        for change in self._changed:
            if change.is_further:
                yield change.handoff, change.told, change.heard_until

    def _make(self, record: importing.Record, told: Past, lead_id: int) -> None:
        values, key = record.values, (lead_id, told.leg)
        if not told.columns["is_ended"] and key in self._open:
            raise importing.Rejected(_("The lead has an open handoff on this leg already."))
        rep_id = self._person(values.get("rep"))
        cycle = self._cycles.get(key, 0) + 1
        decided_by = {"decided_by_id": rep_id} if "decided_at" in told.columns else {}
        handoff = Handoff(
            lead=self._leads[lead_id],
            leg=told.leg,
            cycle=cycle,
            version=self._version,
            state=told.state,
            rep_id=rep_id,
            team=self._team(values, rep_id, told.leg),
            offered_by_id=self._person(values.get("offered_by")),
            tier=values.get("tier", ""),
            quality=values.get("quality", ""),
            import_run=self._context.run,
            is_history=True,
            system=self._system,
            external_id=record.ids[0][1],
            **decided_by,
            **told.columns,
        )
        self._cycles[key] = cycle
        if not told.columns["is_ended"]:
            self._open.add(key)
        self._known[handoff.external_id] = handoff
        self._new.append((handoff, told, values.get("note", "")))

    def _go_on(self, handoff: Handoff, told: Past, values: dict[str, Any]) -> importing.Outcome:
        """Let a handoff that was read before, perhaps as of an earlier day, take what the row tells newly."""
        is_further = past.differs(handoff, told)
        if not is_further and told.state != handoff.state:
            return UNCHANGED
        named: dict[str, Any] = {name: values[name] for name in ("tier", "quality") if name in values}
        changes: dict[str, Any] = {**(told.columns if is_further else past.reason_columns(told)), **named}
        changes = {name: value for name, value in changes.items() if getattr(handoff, name) != value}
        if not is_further and not changes:
            return UNCHANGED
        heard_until = past.last_moment(handoff)
        if is_further:
            changes |= {"state": told.state, "seq": handoff.seq + 1}
        if "decided_at" in changes:
            changes["decided_by_id"] = handoff.rep_id
        for name, value in changes.items():
            setattr(handoff, name, value)
        names = {name.removesuffix("_id") for name in changes}
        self._changed.append(_Change(handoff, told, names, values.get("note", ""), is_further, heard_until))
        return UPDATED

    def _write_refusals(self) -> None:
        refused = [(handoff, note) for handoff, told, note in self._new if told.is_refused]
        refused += [
            (one.handoff, one.note) for one in self._changed if one.is_further and one.told.is_refused
        ]
        Refusal.objects.bulk_create(Refusal(handoff=handoff, note=note) for handoff, note in refused)

    def _touches(self) -> dict[int, list[tuple[str, datetime]]]:
        """Return what clocks hear of Sales' touches in the history of these leads."""
        ids = [handoff.lead_id for handoff, _told, _note in self._new if handoff.offered_at]
        rows = Touch.objects.filter(
            lead_id__in=ids, side=TouchSide.SALES, is_automatic=False, evidence__gte=Evidence.LOGGED
        )
        heard: dict[int, list[tuple[str, datetime]]] = {}
        for lead_id, at, reached in rows.values_list("lead_id", "happened_at", "reached"):
            events = heard.setdefault(lead_id, [])
            events.append((Event.SALES_TOUCH, at))
            if reached:
                events.append((Event.CONTACTED, at))
        return heard

    def _bring_leads(self) -> None:
        """Bring each lead to the stage of its handoff, and to the rep who took it."""
        context = self._context
        steps, held = [], []
        for handoff, told, _since in self._heard():
            stage = told.stage()
            if stage:
                steps.append(stages.Step(handoff.lead_id, stage, told.state_at()))
            if handoff.accepted_at and handoff.rep_id and not told.is_refused:
                held.append(stages.Holder(handoff.lead_id, handoff.rep_id, handoff.team_id))
        stages.bring(steps, run=context.run, now=context.now)
        stages.give(held)
        # Clocks against going stale allow the time of the stage the lead has come to.
        for lead_id, stage in Lead.objects.filter(pk__in=self._leads).values_list("pk", "stage"):
            self._leads[lead_id].stage = stage

    def _person(self, word: str | None) -> int | None:
        if not word or self._people is None:
            return None
        found = self._people.find(self._system, word)
        if found is None:
            raise importing.Rejected(_("Nobody here is called “%s”; import the people first.") % word)
        return found

    def _team(self, values: dict[str, Any], rep_id: int | None, leg: int) -> Team:
        name = values.get("team")
        if name:
            team = self._teams.get(name.casefold())
            if team is None and "team_side" not in values:
                raise importing.Rejected(
                    _("There is no team “%s”, and the row does not tell its side.") % name
                )
            if team is None:
                team = Team.objects.create(name=name, side=values["team_side"], leg=leg)
                self._teams[name.casefold()] = team
            return team
        team_id = self._people.team_of(rep_id) if self._people else None
        if team_id is None:
            raise importing.Rejected(_("The row tells neither a team nor a rep who is in one."))
        return self._team_by_id[team_id]
