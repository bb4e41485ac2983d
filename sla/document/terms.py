"""Every term of an agreement in words, chapter by chapter; a test holds that none is left unsaid."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sla import readiness
from sla.document import kinds
from sla.document.clauses import explain_clause, percent, say_span
from sla.document.names import WORDS, commitment_name
from sla.document.reciting import chained, lead_in, recite
from sla.document.shape import Commitment, Document, Matching, Reason, Routing, Stage
from sla.wording import Sentence, gettext_noop


@dataclass(frozen=True)
class Said:
    """One clause before it has a number."""

    anchor: str
    title: Sentence
    texts: tuple[Sentence, ...]


def _said(anchor: str, title: str | Sentence, *texts: Sentence | None) -> Said:
    named = title if isinstance(title, Sentence) else Sentence(title)
    return Said(anchor, named, tuple(text for text in texts if text is not None))


def _own(text: str) -> Sentence:
    """Wrap what people wrote themselves."""
    return Sentence("%(text)s", {"text": text})


def _words(codes: Any) -> Any:
    return chained([Sentence(WORDS[code]) for code in codes]) or Sentence(gettext_noop("nothing"))


def purpose(document: Document) -> Iterator[Said]:
    """Say title, preamble and dates."""
    yield _said("title", gettext_noop("Title"), _own(document.title))
    if document.preamble:
        yield _said("preamble", gettext_noop("Preamble"), _own(document.preamble))
    starts = Sentence(gettext_noop("It starts on %(day)s."), {"day": document.starts_on})
    if document.is_baseline:
        review = Sentence(gettext_noop("It judges imported history only and owes no review."))
    else:
        review = Sentence(gettext_noop("Its review is due on %(day)s."), {"day": document.review_due_on})
    yield _said("dates", gettext_noop("Dates"), starts, review)


def parties(document: Document) -> Iterator[Said]:
    """Say which leads are covered and who hands over to whom."""
    covers = Sentence(gettext_noop("It covers: %(rule)s."), {"rule": recite(document.segment.rule)})
    label = _own(document.segment.label) if document.segment.label else None
    yield _said("segment", gettext_noop("Leads covered"), label, covers)
    for leg in document.legs:
        values = {
            "leg": leg.leg,
            "label": leg.label,
            "giver": Sentence(WORDS[leg.from_side]),
            "receiver": Sentence(WORDS[leg.to_side]),
            "gate": Sentence(WORDS[leg.gate]),
        }
        template = gettext_noop("Leg %(leg)s, %(label)s: %(giver)s to %(receiver)s, opened by “%(gate)s”.")
        yield _said(f"legs.{leg.code}", gettext_noop("Handing over"), Sentence(template, values))


def readiness_gate(document: Document) -> Iterator[Said]:
    """Say the definition of sales-ready."""
    yield from _gate("readiness", document)


def qualification_gate(document: Document) -> Iterator[Said]:
    """Say the definition of qualified."""
    yield from _gate("qualification", document)


def _gate(name: str, document: Document) -> Iterator[Said]:
    gate, anchor = document.gates[name], f"gates.{name}"
    unknown = Sentence(gettext_noop("Unless it says otherwise, what is not known stays open."))
    if not isinstance(gate, readiness.Group):
        yield _said(anchor, gettext_noop("This must hold"), recite(gate), unknown)
        return
    label = _own(gate.label) if gate.label else None
    yield _said(anchor, gettext_noop("How many must hold"), label, lead_in(gate), unknown)
    for index, part in enumerate(gate.parts, start=1):
        title = _own(part.label) if part.label else Sentence(gettext_noop("Part %(n)s"), {"n": index})
        yield _said(f"{anchor}.{part.label or index}", title, recite(part))


def commitments(document: Document) -> Iterator[Said]:
    """Say what each side owes; what is switched off says so."""
    for one in document.commitments:
        title = Sentence(commitment_name(one.kind, one.params))
        yield _said(f"commitments.{one.code}", title, *_commitment(one, document))


def _commitment(one: Commitment, document: Document) -> Iterator[Sentence]:
    owed = {"side": Sentence(WORDS[one.side]), "text": explain_clause(one, document)}
    yield Sentence(gettext_noop("%(side)s: %(text)s."), owed)
    if not one.is_on:
        yield Sentence(gettext_noop("Switched off: nobody is judged by it."))
    if one.leg is not None:
        yield Sentence(gettext_noop("On leg %(leg)s."), {"leg": one.leg})
    yield from _numbers(one)
    if kinds.KINDS[one.kind].is_timed:
        yield from _clock(one)


def _numbers(one: Commitment) -> Iterator[Sentence]:
    if one.kind == "close_rate":
        share = {"percent": percent(one.params["followed_up"])}
        yield Sentence(gettext_noop("Judged once %(percent)s%% are followed up."), share)
    if one.amount is not None and one.kind != "volume":
        per = Sentence(WORDS[one.per]) if one.per else Sentence(gettext_noop("period"))
        yield Sentence(gettext_noop("%(amount)s each %(per)s."), {"amount": one.amount, "per": per})
    if one.target is not None and one.kind == "volume":
        yield Sentence(gettext_noop("Target: %(percent)s%%."), {"percent": percent(one.target)})


def _clock(one: Commitment) -> Iterator[Sentence]:
    values = {"hours": Sentence(WORDS[f"hours_{one.whose_hours}"]), "proof": readiness.word(one.evidence)}
    yield Sentence(gettext_noop("Counted in the hours of %(hours)s; proof at least %(proof)s."), values)
    if one.warn_at is not None:
        share = {"percent": percent(one.warn_at)}
        yield Sentence(gettext_noop("A warning comes after %(percent)s%% of the time."), share)
    for rung in one.ladder:
        late = {"span": say_span(rung.after), "action": Sentence(WORDS[rung.action])}
        yield Sentence(gettext_noop("%(span)s after it is due, %(action)s."), late)


def stages(document: Document) -> Iterator[Said]:
    """Say each stage: whose, what the buyer thinks, what moves a lead in, when it is stale."""
    for stage in document.stages:
        yield _said(f"stages.{stage.code}", _own(stage.label), *_stage(stage))


def _stage(stage: Stage) -> Iterator[Sentence]:
    yield Sentence(gettext_noop("Owned by %(side)s."), {"side": Sentence(WORDS[stage.owner])})
    buyer = (
        (gettext_noop("The buyer thinks: %(text)s"), stage.thinks),
        (gettext_noop("The buyer feels: %(text)s"), stage.feels),
        (gettext_noop("The buyer needs: %(text)s"), stage.needs),
        (gettext_noop("Key signifier: %(text)s."), stage.signifier.label),
    )
    yield from (Sentence(template, {"text": text}) for template, text in buyer if text)
    if stage.signifier.when is not None:
        yield Sentence(gettext_noop("Moves in by: %(rule)s."), {"rule": recite(stage.signifier.when)})
    if stage.stale_after_business_days is not None:
        days = {"days": stage.stale_after_business_days}
        yield Sentence(gettext_noop("Stale after %(days)s business days."), days)


def reasons(document: Document) -> Iterator[Said]:
    """Say each reason for a no and what follows from it."""
    for reason in document.reasons:
        yield _said(f"reasons.{reason.code}", _own(reason.label), *_reason(reason, document))


def _reason(reason: Reason, document: Document) -> Iterator[Sentence]:
    values = {
        "group": reason.group,
        "fate": Sentence(WORDS[reason.disposition]),
        "side": Sentence(WORDS[reason.side_to_act]),
    }
    yield Sentence(gettext_noop("%(group)s. %(fate)s; whose turn it is: %(side)s."), values)
    if reason.recycle_days is not None:
        yield Sentence(gettext_noop("Back after %(days)s days."), {"days": reason.recycle_days})
    if reason.track is not None:
        track = {"track": document.track(reason.track).label}
        yield Sentence(gettext_noop("Nurture track “%(track)s”."), track)
    if reason.asks:
        yield Sentence(gettext_noop("The rep is asked for: %(asks)s."), {"asks": _words(reason.asks)})
    if reason.needs_attempts is not None:
        yield Sentence(gettext_noop("Only after %(n)s attempts."), {"n": reason.needs_attempts})
    if reason.contradicted_by is not None:
        rule = {"rule": recite(reason.contradicted_by)}
        yield Sentence(gettext_noop("Contradicted when: %(rule)s."), rule)


def tracks(document: Document) -> Iterator[Said]:
    """Say each nurture track step by step."""
    for track in document.tracks:
        steps = (
            Sentence(
                gettext_noop("Day %(day)s, %(kind)s: %(label)s."),
                {"day": step.after_days, "kind": readiness.word(step.kind), "label": step.label},
            )
            for step in track.steps
        )
        yield _said(f"tracks.{track.code}", _own(track.label), *steps)


def scores(document: Document) -> Iterator[Said]:
    """Say points, half-life, cuts of the grid and priorities."""
    for rule in document.fit:
        values = {"points": rule.points, "rule": recite(rule.when)}
        text = Sentence(gettext_noop("%(points)s fit points when %(rule)s."), values)
        yield _said(f"fit.{rule.label}", _own(rule.label), text)
    half_life = {"days": document.engagement.half_life_days}
    yield _said(
        "engagement",
        gettext_noop("Engagement"),
        Sentence(gettext_noop("Points lose half their worth every %(days)s days."), half_life),
        *(_points(rule) for rule in document.engagement.rules),
    )
    cuts = gettext_noop(
        "Fit A from %(fit_a)s, B from %(fit_b)s. Engagement 1 from %(engagement_1)s, 2 from %(engagement_2)s."
    )
    yield _said("grid", gettext_noop("Grid A1 to C3"), Sentence(cuts, vars(document.grid)))
    yield _said("tiers", gettext_noop("Priorities"), *(_tier(tier) for tier in document.tiers))


def _points(rule: Any) -> Sentence:
    values = {"side": Sentence(WORDS[rule.side]), "kind": readiness.word(rule.kind), "points": rule.points}
    if rule.cap is None:
        return Sentence(gettext_noop("%(side)s, %(kind)s: %(points)s, no cap."), values)
    values["cap"] = rule.cap
    return Sentence(gettext_noop("%(side)s, %(kind)s: %(points)s, at most %(cap)s at a time."), values)


def _tier(tier: Any) -> Sentence:
    cells = ", ".join(tier.grid) if tier.grid is not None else Sentence(gettext_noop("all others"))
    said = {"label": tier.label, "cells": cells, "worth": tier.worth}
    if tier.worth == 1:
        return Sentence(gettext_noop("%(label)s: %(cells)s."), said)
    return Sentence(gettext_noop("%(label)s: %(cells)s. By value one counts as %(worth)s."), said)


def records(document: Document) -> Iterator[Said]:
    """Say what makes a dossier complete and what Sales records."""
    dossier = Sentence(gettext_noop("Complete with: %(parts)s."), {"parts": _words(document.dossier)})
    yield _said("dossier", gettext_noop("Complete dossier"), dossier)
    record = Sentence(gettext_noop("Sales records: %(parts)s."), {"parts": _words(document.record)})
    yield _said("record", gettext_noop("What Sales records"), record)


def routing(document: Document) -> Iterator[Said]:
    """Say how a rep is found, when an offer expires, and when Sales is full."""
    yield _said("routing", gettext_noop("Who gets a lead"), *_routing(document.routing))
    for rule in document.routing.matching:
        yield _said(f"matching.{rule.label}", _own(rule.label), _matching(rule))
    if document.expiry:
        lapse = {"span": say_span(document.expiry.after), "to": Sentence(WORDS[document.expiry.to])}
        text = Sentence(gettext_noop("An offer nobody decides within %(span)s: %(to)s."), lapse)
        yield _said("expiry", gettext_noop("Undecided offers"), text)
    if document.valve:
        labels = ", ".join(document.tier(code).label for code in document.valve.tiers)
        full = {"percent": percent(document.valve.free_capacity_below), "tiers": labels}
        template = gettext_noop("Below %(percent)s%% free places in Sales only these are offered: %(tiers)s.")
        yield _said("valve", gettext_noop("When Sales is full"), Sentence(template, full))


def _routing(routing: Routing) -> Iterator[Sentence]:
    values = {"method": Sentence(WORDS[routing.method]), "hops": routing.max_hops}
    yield Sentence(gettext_noop("%(method)s. A lead changes hands at most %(hops)s times."), values)
    cycles = gettext_noop("It is handed over by itself at most %(n)s times; then a marketer decides.")
    yield Sentence(cycles, {"n": routing.max_cycles})
    if routing.hours != "any":
        yield Sentence(WORDS[f"shift_{routing.hours}"])


def _matching(rule: Matching) -> Sentence:
    values: dict[str, Any]
    if rule.fact is not None:
        values = {"attribute": rule.attribute, "fact": rule.fact}
        return Sentence(
            gettext_noop("A person's “%(attribute)s” must include the lead's “%(fact)s”."), values
        )
    template = gettext_noop("Needs a person whose “%(attribute)s” is “%(value)s” when: %(rule)s.")
    values = {"attribute": rule.attribute, "value": rule.value, "rule": recite(rule.when)}
    return Sentence(template, values)


def hours(document: Document) -> Iterator[Said]:
    """Say the calendars, the referee and when the definition is judged."""
    named = (
        Sentence(gettext_noop("%(side)s: calendar “%(key)s”."), {"side": Sentence(WORDS[side]), "key": key})
        for side, key in document.calendars.items()
    )
    yield _said("calendars", gettext_noop("Working hours"), *named)
    if document.referee:
        who = Sentence(gettext_noop("%(email)s rules on contested declines."), {"email": document.referee})
        yield _said("referee", gettext_noop("Referee"), who)
    if document.maturity_days is None:
        proof = Sentence(gettext_noop("Leads count once they are as old as wins usually take."))
    else:
        proof = Sentence(gettext_noop("Leads older than %(n)s days count."), {"n": document.maturity_days})
    yield _said("maturity", gettext_noop("Is the definition true?"), proof)
