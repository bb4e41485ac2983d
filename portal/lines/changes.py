"""Say what changed on a lead between two rounds."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal import wording
from portal.lines import verdicts
from sla.queries import rounds
from sla.readiness import Facts


@dataclass(frozen=True)
class Change:
    """One fact then and now."""

    label: str | Promise
    before: str
    now: str
    is_changed: bool


#: Facts that are always compared, known or not; the others only when they differ.
ALWAYS: tuple[tuple[str | Promise, Callable[[Facts], Any]], ...] = (
    (gettext_lazy("Budget"), lambda facts: facts.budget),
    (gettext_lazy("Authority"), lambda facts: facts.met_role),
    (gettext_lazy("Need"), lambda facts: facts.need),
    (gettext_lazy("Timing"), lambda facts: facts.timing_on),
)
IF_CHANGED: tuple[tuple[str | Promise, Callable[[Facts], Any]], ...] = (
    (gettext_lazy("Title"), lambda facts: facts.title),
    (gettext_lazy("Employees"), lambda facts: facts.employees),
    (gettext_lazy("Industry"), lambda facts: facts.industry),
    (gettext_lazy("Country"), lambda facts: facts.country),
    (gettext_lazy("Consent"), lambda facts: facts.consent),
)


def changed(before: Facts, now: Facts) -> list[str]:
    """Name the facts that differ between two moments."""
    named = [str(label) for label, of in (*ALWAYS, *IF_CHANGED) if (of(before) or None) != (of(now) or None)]
    return [*named, *_attributes(before, now)]


def _attributes(before: Facts, now: Facts) -> list[str]:
    names = sorted({*before.attributes, *now.attributes})
    return [name for name in names if before.attributes.get(name) != now.attributes.get(name)]


def changes(last: rounds.Round, now: datetime) -> list[Change]:
    """Return what is different since the lead went back, and what of BANT still is not known."""
    rows = [_change(label, of(last.before), of(last.now)) for label, of in ALWAYS]
    others = [_change(label, of(last.before), of(last.now)) for label, of in IF_CHANGED]
    others += [
        _change(name.replace("_", " "), last.before.attributes.get(name), last.now.attributes.get(name))
        for name in _attributes(last.before, last.now)
    ]
    return [*rows, *(row for row in others if row.is_changed), _touches(last, now)]


def _change(label: str | Promise, before: Any, now: Any) -> Change:
    is_changed = (before or None) != (now or None)
    said = _said(now, _("Unknown")) if is_changed else _said(now, _("Still unknown"))
    return Change(label, _said(before, _("Unknown")), said, is_changed)


def _said(value: Any, unknown: str) -> str:
    return verdicts.written(value) if value not in (None, "") else unknown


def _touches(last: rounds.Round, now: datetime) -> Change:
    label = _("Touches since")
    if not last.touches_since or last.latest_since is None:
        return Change(label, "0", _("none"), False)
    when = wording.moment_text(last.latest_since, now)
    if last.people_since == 1:
        return Change(label, "0", _("%(n)s, latest %(when)s") % {"n": last.touches_since, "when": when}, True)
    said = {"n": last.touches_since, "people": last.people_since, "when": when}
    return Change(label, "0", _("%(n)s by %(people)s people, latest %(when)s") % said, True)
