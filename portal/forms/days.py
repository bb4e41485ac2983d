"""Which days a form takes: beyond them calendars and time zones cannot count."""

from datetime import date

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

FIRST, LAST = date(1970, 1, 1), date(2100, 12, 31)


def check_reach(day: date) -> None:
    """Raise ValidationError for a day, or a moment on one, that lies centuries away."""
    if not FIRST.year <= day.year <= LAST.year:
        raise ValidationError(
            _("Choose a day between %(first)s and %(last)s."), params={"first": FIRST.year, "last": LAST.year}
        )
