"""Say spans, shares and moments in few words, in the reader's zone and language."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

#: Below this many cases a share is said as "3 of 4": a percentage would sound surer than it is.
FEW = 5
MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def span_text(span: timedelta) -> str:
    """Say a span with two units at most, rounded down: "18 m", "1 h 52 m", "2 d 4 h"; its sign is dropped."""
    seconds = int(abs(span.total_seconds()))
    if seconds < MINUTE:
        return _("%(n)s s") % {"n": seconds}
    if seconds < HOUR:
        return _("%(n)s m") % {"n": seconds // MINUTE}
    if seconds < DAY:
        hours, minutes = seconds // HOUR, seconds % HOUR // MINUTE
        return two_units(_("%(n)s h") % {"n": hours}, minutes and _("%(n)s m") % {"n": f"{minutes:02d}"})
    days, hours = seconds // DAY, seconds % DAY // HOUR
    return two_units(_("%(n)s d") % {"n": days}, hours and _("%(n)s h") % {"n": hours})


def two_units(first: str, second: str | int) -> str:
    """Join two units with a space that does not break; leave out a second one of nothing."""
    return f"{first} {second}" if second else first


def moment_text(moment: datetime, now: datetime) -> str:
    """Say a moment as briefly as `now` allows: "11:00" today, "Wed 11:00" this week, else with its date."""
    local, today = timezone.localtime(moment), timezone.localtime(now).date()
    distance = abs((local.date() - today).days)
    if distance == 0:
        pattern = pgettext("format of a time", "H:i")
    elif distance < 7:
        pattern = pgettext("format of weekday and time", "D H:i")
    elif local.year == today.year:
        pattern = pgettext("format of date and time", "j M, H:i")
    else:
        pattern = pgettext("format of date, year and time", "j M Y, H:i")
    return formats.date_format(local, pattern)


def share_text(share: float | None, digits: int = 0) -> str:
    """Say a share of 0..1 as a percentage; nothing to say gives a dash."""
    if share is None:
        return "–"
    return f"{formats.number_format(round(share * 100, digits), decimal_pos=digits)}%"


def share_of(kept: int, total: int) -> str:
    """Say how many of how many: a percentage, or both counts where they are few."""
    if total < FEW:
        return _("%(kept)s of %(total)s") % {"kept": kept, "total": total}
    return share_text(kept / total)


def signed_text(value: float) -> str:
    """Say a change with its sign, a true minus and no decimals that are zero."""
    # Rounded first: number_format cuts decimals off.
    size = formats.number_format(round(abs(value), 1), decimal_pos=0 if float(value).is_integer() else 1)
    if not value:
        return size
    return f"+{size}" if value > 0 else f"−{size}"


def count_text(value: float) -> str:
    """Say a count or an amount with grouped digits."""
    return formats.number_format(round(value), decimal_pos=0, force_grouping=True)


def rough_text(value: float) -> str:
    """Say an estimate by its first three digits: the others would claim to be known."""
    size = max(len(str(round(abs(value)))) - 3, 0)
    return count_text(round(value, -size))


def worth_text(worth: Mapping[str, float | Decimal], say: Callable[[float], str] = count_text) -> str:
    """Say amounts by currency one by one: those of different currencies are never added."""
    return ", ".join(f"{say(float(amount))} {currency_text(currency)}" for currency, amount in worth.items())


def margins_told(against: Mapping[str, Any] | None, draft: Mapping[str, Any]) -> list[list[str]]:
    """Say the margins of two gates beside each other: one, or that of each currency with its cases.

    Runs of the lab kept from before know of one alone.
    """
    sides = [side or {} for side in (against, draft)]
    told = [{one["currency"]: one for one in side.get("margins", ())} for side in sides]
    currencies = [*told[1], *(currency for currency in told[0] if currency not in told[1])]
    if len(currencies) < 2:
        return [[_("Margin of won"), *(share_text(side.get("margin")) for side in sides)]]
    return [
        [
            _("Margin of won, %(currency)s") % {"currency": currency_text(currency)},
            *(_margin_text(own.get(currency)) for own in told),
        ]
        for currency in currencies
    ]


def _margin_text(one: Mapping[str, Any] | None) -> str:
    return f"{share_text(one['margin'])} (n {one['n']})" if one else "–"


def currency_text(currency: str) -> str:
    """Say a currency by its code, and that it is unknown where a deal names none."""
    return currency or _("(currency unknown)")


def initials(name: str) -> str:
    """Return the first letters of the first and the last word of a name."""
    words = name.split()
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper() or "?"
