"""How leads are given out, in words: the agreed rules, and why one lead went where it went."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from leads.models import User
from portal.lines import verdicts
from sla import readiness
from sla.choices import Considered
from sla.document import Matching, Routing
from sla.models import Handoff

METHODS = {
    "round_robin": gettext_lazy("Reps take turns; the account's owner comes first."),
    "weighted": gettext_lazy("Reps take turns by their weight; the account's owner comes first."),
    "least_busy": gettext_lazy("Whoever holds the fewest leads is next; the account's owner comes first."),
    "pull": gettext_lazy("Leads wait in the team's pool until a rep takes them; account owners get theirs."),
}
_HOURS = {
    "prefer": gettext_lazy("Whoever is within working hours comes before the others."),
    "only": gettext_lazy("Only people within their working hours are offered a lead."),
}
_POOLED = {
    "max_hops": gettext_lazy("It changed hands as often as agreed, so it waits in the pool."),
    "expired": gettext_lazy("Nobody decided in time, so it waits in the pool."),
    "asked": gettext_lazy("It was given to the pool."),
}


@dataclass(frozen=True)
class Looked:
    """One person whom routing looked at."""

    name: str
    outcome: str
    open: int | None
    is_chosen: bool


@dataclass(frozen=True)
class Why:
    """Why a handoff went where it went; `others` more people were not looked at one by one."""

    sentence: str
    people: tuple[Looked, ...]
    others: str


def rules(routing: Routing) -> list[str]:
    """Say who gets a lead, and how often it may change hands."""
    most = ngettext(
        "A lead changes hands at most %(n)s time.",
        "A lead changes hands at most %(n)s times.",
        routing.max_hops,
    )
    said = [f"{METHODS[routing.method]} {most % {'n': routing.max_hops}}"]
    rounds = _("It is handed over by itself at most %(n)s times; then a marketer decides.")
    said.append(rounds % {"n": routing.max_cycles})
    if routing.hours in _HOURS:
        said.append(str(_HOURS[routing.hours]))
    return [*said, *(_matching(rule) for rule in routing.matching)]


def why(handoff: Handoff) -> Why | None:
    """Say who was considered and why this one; None for history, which knows nothing of it."""
    trace = handoff.trace
    if not trace:
        return None
    lines = [*([trace["owner"]] if trace.get("owner") else []), *(trace.get("considered") or [])]
    names = dict(User.objects.filter(pk__in=[line["rep"] for line in lines]).values_list("pk", "name"))
    others = trace.get("others", 0)
    more = ngettext("%(n)s more was not looked at.", "%(n)s more were not looked at.", others)
    return Why(
        _sentence(handoff, trace), tuple(_people(lines, names)), more % {"n": others} if others else ""
    )


def given(handoff: Handoff) -> str:
    """Say in a sentence why a lead went where it went, blank where nothing is known of it."""
    return _sentence(handoff, handoff.trace) if handoff.trace else ""


def _matching(rule: Matching) -> str:
    if rule.fact is not None:
        said = _(
            "%(label)s: whoever has said which %(attribute)s gets only leads whose %(fact)s is among them."
        )
        return said % {
            "label": rule.label,
            "attribute": rule.attribute,
            "fact": verdicts.say(readiness.subject(readiness.FactLeaf(rule.fact, "known"))),
        }
    said = _("%(label)s: a lead with %(when)s goes to people with “%(value)s” among their %(attribute)s.")
    return said % {**vars(rule), "when": verdicts.say(readiness.describe(rule.when))}


def _people(lines: Iterable[dict[str, Any]], names: dict[int, str]) -> Iterable[Looked]:
    for line in lines:
        outcome = Considered(line["outcome"])
        name = names.get(line["rep"]) or _("Somebody who is gone")
        yield Looked(name, str(outcome.label), line.get("open"), outcome == Considered.CHOSEN)


def _sentence(handoff: Handoff, trace: dict[str, Any]) -> str:
    if trace.get("method") == "by_hand":
        return _("Somebody chose this person by name.")
    if (trace.get("owner") or {}).get("outcome") == Considered.CHOSEN:
        return _("The account is theirs.")
    if trace.get("why") in _POOLED:
        return str(_POOLED[trace["why"]])
    said = METHODS.get(trace.get("method", ""), "")
    if handoff.rep_id is None and trace.get("method") != "pull":
        return _("%(rule)s Nobody could take it, so it waits in the pool.") % {"rule": said}
    if trace.get("nobody_on_duty"):
        return _("%(rule)s Nobody was within working hours, so everybody was asked.") % {"rule": said}
    return str(said)
