"""Saved runs: asked for by a page or command, done in the background, kept with their draft."""

import logging
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from leads.models import User
from sla import agreements, readiness
from sla import document as documents
from sla.choices import LabKind, LabState
from sla.compliance import truth
from sla.compliance.periods import Filters, Period, months_before
from sla.lab import asking, backtest, capacity, gained, proposals, whatif
from sla.lab.asking import Asked, Draft
from sla.models import Agreement, AgreementVersion, LabRun

log = logging.getLogger(__name__)
#: A run that began so long ago and has not ended is taken up anew: its worker is gone.
GIVEN_UP = timedelta(minutes=10)
Progress = Callable[[int, int], None]


def ask(
    *,
    kind: str,
    agreement: Agreement,
    now: datetime,
    version: AgreementVersion | None = None,
    asked: dict[str, Any] | None = None,
    actor: User | None = None,
    reason: str = "",
) -> LabRun:
    """Write down a run that waits; `asked` holds its parameters, among them a criterion of one's own.

    Raises `asking.BadCriterion` for a criterion that cannot be read.
    """
    asked = asked or {}
    if asked.get("criterion") is not None:
        gate = asking.read_criterion(asked["criterion"])
        asked = {**asked, "criterion": readiness.dump_criterion(gate.criterion)}
    return LabRun.objects.create(
        kind=kind,
        agreement=agreement,
        version=version,
        sha256=version.sha256 if version else "",
        asked=asked,
        reason=reason,
        created_at=now,
        created_by=actor,
    )


def take_up(*, now: datetime, run_id: int | None = None) -> LabRun | None:
    """Do one waiting run, the oldest or the one named, and return it; None when none waits.

    Two workers never do the same one.
    """
    LabRun.objects.filter(state=_RUNNING, started_at__lt=now - GIVEN_UP).update(state=_WAITING)
    waiting = LabRun.objects.filter(state=_WAITING, **({"pk": run_id} if run_id else {}))
    run = waiting.order_by("created_at", "pk").first()
    if run is None or not waiting.filter(pk=run.pk).update(state=_RUNNING, started_at=now):
        return None
    try:
        result = _DOERS[run.kind](run, now, lambda done, total: _tell(run, done, total))
        changes = {"state": LabState.DONE, "result": result}
    except Exception as error:
        log.exception("lab run %s failed", run.pk)
        changes = {"state": LabState.FAILED, "error": repr(error)}
    LabRun.objects.filter(pk=run.pk).update(**changes, ended_at=now)
    return LabRun.objects.get(pk=run.pk)


def propose(*, agreement: Agreement, now: datetime, actor: User | None = None) -> list[LabRun]:
    """Ask for a back-test of what each reason on the rise proposes; one that was asked for stays as it is."""
    version = agreement.versions.filter(state="active").order_by("is_baseline", "-number").first()
    if version is None:
        return []
    found = proposals.find(agreements.document(version), None, Filters(agreement_id=agreement.pk))
    runs = []
    for one in found:
        asked = {"criterion": one.gate, "n": one.n, "of": one.of, "months": None}
        same = LabRun.objects.filter(agreement=agreement, reason=one.reason.code, sha256=version.sha256)
        runs.append(
            same.first()
            or ask(
                kind=LabKind.BACKTEST,
                agreement=agreement,
                version=version,
                asked=asked,
                reason=one.reason.code,
                now=now,
                actor=actor,
            )
        )
    return runs


class NothingToSend(Exception):
    """The run asked for no criterion of its own, or there is no agreement in force to amend."""


@transaction.atomic
def send(*, run: LabRun, starts_on: date, now: datetime, actor: User) -> AgreementVersion:
    """Put a run's criterion into the draft of its agreement, attach the run to that draft and return it.

    A draft that is open is changed, which takes the meaning from its signatures; else one is started from
    the version in force, with its dates. Raises NothingToSend and `document.InvalidDocument`.
    """
    criterion, in_force = run.asked.get("criterion"), _in_force(run.agreement)
    if criterion is None or in_force is None or in_force.is_baseline:
        raise NothingToSend(f"Run {run.pk} has nothing to send.")
    draft = agreements.amend(version=in_force, starts_on=starts_on, now=now, actor=actor)
    draft = AgreementVersion.objects.select_for_update().get(pk=draft.pk)
    gate = agreements.document(draft).leg(1).gate
    draft = agreements.revise(
        version=draft,
        part={"gates": {**draft.document["gates"], gate: criterion}},
        seen=agreements.fingerprint(draft.document, ["gates"]),
        now=now,
        actor=actor,
    )
    run.version, run.sha256 = draft, draft.sha256
    run.save(update_fields=["version", "sha256"])
    return draft


def asked_of(run: LabRun, now: datetime) -> Asked:
    """Return the question of a back-test: its draft, what is in force, the months to look at."""
    in_force = _in_force(run.agreement)
    terms = agreements.terms(in_force) if in_force else None
    own = asking.of_version(run.version) if run.version else None
    if run.asked.get("criterion") is not None:
        draft = Draft(asking.read_criterion(run.asked["criterion"]), own.terms if own else terms)
    elif own:
        draft = own
    else:
        raise ValueError("A back-test needs a draft or a criterion.")
    text = draft.terms.document if draft.terms else None
    bar, needed = asking.promise_of(text) if text else (0.3, 0.8)
    period = period_of(run, now)
    maturity = truth.maturity_of(in_force, terms.document) if in_force and terms else truth.DEFAULT_MATURITY
    return Asked(
        draft=draft,
        against=terms.gates[terms.document.leg(1).gate] if terms else None,
        now=now,
        start_at=period.start_at if period else None,
        end_at=period.end_at if period else None,
        agreement_id=run.agreement_id,
        maturity=maturity,
        bar=bar,
        needed_follow_up=needed,
        known_later=frozenset(run.asked.get("known_later", ())),
    )


def period_of(run: LabRun, now: datetime) -> Period | None:
    """Return the days a run looks at: those it names, else so many whole months up to now; None for all."""
    zone = agreements.zone(run.agreement.key)
    if "from" in run.asked:
        first_on, last_on = (date.fromisoformat(run.asked[name]) for name in ("from", "to"))
        return Period(first_on, last_on, zone)
    months = run.asked.get("months", 12)
    if not months:
        return None
    today = now.astimezone(ZoneInfo(zone)).date()
    return Period(months_before(today, months), today, zone)


def _in_force(agreement: Agreement) -> AgreementVersion | None:
    """Return the active version, or the baseline by which history was judged."""
    active = AgreementVersion.objects.filter(agreement=agreement, state="active").select_related("agreement")
    return active.order_by("is_baseline", "-number").first()


def _backtest(run: LabRun, now: datetime, progress: Progress) -> dict[str, Any]:
    asked, period = asked_of(run, now), period_of(run, now)
    result = backtest.run(asked, progress=progress).figures
    result["gained"] = gained.find(asked, _points(period, now)) if period else None
    if asked.draft.terms and period:
        result["load"] = _load(asked.draft.terms.document, period, result)
    return result


def _points(period: Period, now: datetime) -> list[datetime]:
    """Return the first moments of the months of a period and its end, none of them in the future."""
    day, points = period.first_on.replace(day=1), []
    while day <= period.last_on:
        points.append(datetime(day.year, day.month, 1, tzinfo=ZoneInfo(period.zone)))
        day = months_before(day, -1)
    return [point for point in [*points, min(period.end_at, now)] if period.start_at <= point <= now]


def _load(text: documents.Document, period: Period, result: dict[str, Any]) -> dict[str, Any]:
    """Return what the draft would have sent to Sales over the period against the hours of its reps."""
    sent = result["draft"]["passed"]["k"] + (result["gained"] or {}).get("n", 0)
    by_team = {int(team): n for team, n in result["teams"].items()}
    return capacity.check(text, period, leads=sent, by_team=by_team)


def _whatif(run: LabRun, now: datetime, progress: Progress) -> dict[str, Any]:
    if run.version is None:
        raise ValueError("Clocks are counted again under the terms of a draft.")
    period = period_of(run, now)
    assert period is not None
    return whatif.replay(period, agreements.document(run.version), now, progress=progress)


def _capacity(run: LabRun, now: datetime, progress: Progress) -> dict[str, Any]:
    version = run.version or _in_force(run.agreement)
    period = period_of(run, now)
    assert version is not None
    assert period is not None
    own = {name: run.asked[name] for name in ("minutes", "share", "leads") if run.asked.get(name) is not None}
    return capacity.check(agreements.document(version), period, **own)


def _tell(run: LabRun, done: int, total: int) -> None:
    LabRun.objects.filter(pk=run.pk).update(done=done, total=total)


_WAITING, _RUNNING = LabState.WAITING, LabState.RUNNING
_DOERS: dict[str, Callable[[LabRun, datetime, Progress], dict[str, Any]]] = {
    LabKind.BACKTEST: _backtest,
    LabKind.WHATIF: _whatif,
    LabKind.CAPACITY: _capacity,
}
