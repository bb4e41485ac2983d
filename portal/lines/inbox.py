"""Say above the rows of an inbox how many wait, and in which of its parts."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from portal import wording
from sla.queries import inbox as queries

LABELS = {
    "all": gettext_lazy("All"),
    "accept": gettext_lazy("To accept"),
    "contact": gettext_lazy("To contact"),
    "next": gettext_lazy("Next touch due"),
    "late": gettext_lazy("Late"),
    "waiting": gettext_lazy("Waiting for Marketing"),
}
GROUPS = {"late": gettext_lazy("Late"), "today": gettext_lazy("Today"), "later": gettext_lazy("Later")}


def head(found: queries.Inbox, segment: str, now: datetime) -> dict[str, Any]:
    """Return what stands above the rows, by the names its templates know."""
    return {
        "inbox": found,
        "tabs": _tabs(found, segment),
        "sentence": _sentence(found),
        "late_count": found.counts["late"],
        "soon_line": _soon_line(found, now),
    }


def in_groups(drawn: Iterable[tuple[str, Any]], counts: Mapping[str, int]) -> list[dict[str, Any]]:
    """Put drawn lines below the heads of their groups, in the order of `GROUPS`.

    A head without a row is drawn too, and not shown: a move may bring it one.
    """
    lines: dict[str, list[Any]] = {code: [] for code in GROUPS}
    for group, line in drawn:
        lines[group].append(line)
    return [
        {"code": code, "label": label, "count": counts[code], "lines": lines[code]}
        for code, label in GROUPS.items()
    ]


def day_ends_at(now: datetime) -> datetime:
    """Return the midnight that ends the reader's day."""
    tomorrow = timezone.localtime(now) + timedelta(days=1)
    return tomorrow.replace(hour=0, minute=0, second=0, microsecond=0)


def _tabs(found: queries.Inbox, segment: str) -> list[dict[str, Any]]:
    here = reverse("inbox")
    return [
        {
            "label": label,
            "url": here if code == "all" else f"{here}?segment={code}",
            "count": found.counts[code],
            "is_current": code == segment,
            "is_hot": code == "late" and found.counts["late"] > 0,
        }
        for code, label in LABELS.items()
    ]


def _sentence(found: queries.Inbox) -> str:
    count = len(found.entries)
    if not count:
        return _("Nothing waits for you.")
    return ngettext("%(n)s lead needs you.", "%(n)s leads need you.", count) % {"n": count}


def _soon_line(found: queries.Inbox, now: datetime) -> str:
    """Say how many more are due before when."""
    due = [entry.soon_at for entry in found.soon if entry.soon_at]
    if not due:
        return ""
    said = {"n": len(due), "time": wording.moment_text(max(due), now)}
    if found.counts["late"]:
        return ngettext("%(n)s more is due by %(time)s.", "%(n)s more are due by %(time)s.", len(due)) % said
    return ngettext("%(n)s is due by %(time)s.", "%(n)s are due by %(time)s.", len(due)) % said
