"""A slow second opinion on business time: it looks at every minute, one after the other."""

from datetime import UTC, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class MinuteModel:
    """A list of minutes, each open or not, for a few days of one calendar document.

    Shares no code and no way of thinking with the engine; it follows the written conventions only. The first
    and the last local date of the window are only seen in part and count as closed.
    """

    def __init__(self, document, begin, minutes):
        zone = ZoneInfo(document["timezone"])
        self.document = document
        self.begin = begin
        self.walls = [
            (begin + minute * MINUTE).astimezone(zone).replace(tzinfo=None, fold=0)
            for minute in range(minutes)
        ]
        self.first_minute = {}
        for index, wall in enumerate(self.walls):
            self.first_minute.setdefault(wall, index)
        self.is_open = [False] * minutes
        for day in sorted({wall.date() for wall in self.walls})[1:-1]:
            for opening, closing in self.blocks_on(day):
                for index in range(self.minute_of(opening), self.minute_of(closing)):
                    self.is_open[index] = True

    def blocks_on(self, day):
        midnight = datetime.combine(day, datetime.min.time())
        worked = self.minutes_worked(day)
        for works, run in groupby(range(1440), key=worked.__contains__):
            run = list(run)
            if works:
                yield midnight + run[0] * MINUTE, midnight + (run[-1] + 1) * MINUTE

    def minutes_worked(self, day):
        text, document = day.isoformat(), self.document
        if text in document.get("holidays", []):
            return set()
        blocks = document.get("overrides", {}).get(text, document["hours"].get(DAYS[day.weekday()], []))
        worked = {minute for opening, closing in blocks for minute in minutes_between(opening, closing)}
        for pause in document.get("breaks", []):
            if pause["date"] == text:
                worked.difference_update(minutes_between(pause["from"], pause["to"]))
        return worked

    def minute_of(self, wall):
        if wall in self.first_minute:
            return self.first_minute[wall]
        for index in range(1, len(self.walls)):
            if self.walls[index - 1] < wall < self.walls[index]:
                gap = self.walls[index] - self.walls[index - 1] - MINUTE
                return self.first_minute[wall + gap]
        raise AssertionError(f"{wall} lies outside the window")

    def at(self, index):
        return self.begin + index * MINUTE

    def due(self, index, minutes):
        """Step on until that many open minutes have passed; None when the window ends before."""
        step = 1 if minutes > 0 else -1
        left = abs(minutes)
        while left:
            minute = index if step > 0 else index - 1
            if not 0 <= minute < len(self.is_open):
                return None
            left -= self.is_open[minute]
            index += step
        return index

    def elapsed(self, start, end):
        if end < start:
            return -self.elapsed(end, start)
        return sum(self.is_open[start:end])

    def next_open(self, index):
        return next((later for later in range(index, len(self.is_open)) if self.is_open[later]), None)


def minutes_between(opening, closing):
    first, last = (int(text[:2]) * 60 + int(text[3:]) for text in (opening, closing))
    return range(first, last)


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
