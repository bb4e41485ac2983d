"""Business time: when a calendar is open, when something is due, how much working time has passed."""

from sla.businesstime.reading import InvalidSchedule
from sla.businesstime.schedule import UNITS, Schedule
from sla.businesstime.table import FIRST_YEAR, LAST_YEAR, BeyondCalendar

__all__ = ["FIRST_YEAR", "LAST_YEAR", "UNITS", "BeyondCalendar", "InvalidSchedule", "Schedule"]
