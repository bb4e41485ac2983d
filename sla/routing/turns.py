"""Whose turn it is: the people of a crew in the order of the agreed method, kept so while leads go out."""

from bisect import insort
from collections.abc import Callable, Iterator

from sla.routing.crews import Person

Key = tuple[int, ...]


def _by_turn(person: Person) -> Key:
    """Whoever was offered a lead longest ago; with weight w, whose w-th last offer is the oldest."""
    return person.turn, person.user.id


def _by_last(person: Person) -> Key:
    return person.last, person.user.id


def _by_load(person: Person) -> Key:
    return person.open, person.last, person.user.id


_ORDERS: dict[str, Callable[[Person], Key]] = {
    "round_robin": _by_last,
    "weighted": _by_turn,
    "least_busy": _by_load,
}


class Queue:
    """People in the order in which they are next; who is given a lead moves to the new place."""

    def __init__(self, method: str, people: list[Person]) -> None:
        self._key = _ORDERS[method]
        self._line = sorted((self._key(one), one.user.id) for one in people)
        self._people = {one.user.id: one for one in people}

    def __iter__(self) -> Iterator[Person]:
        return (self._people[pk] for _key, pk in self._line)

    def __contains__(self, pk: int) -> bool:
        return pk in self._people

    def __len__(self) -> int:
        return len(self._line)

    def give(self, person: Person, count: int) -> None:
        """Give a person, as they stand now, the `count`-th lead and put them where they belong then."""
        pk = person.user.id
        is_mine = pk in self._people
        if is_mine:
            self._line.remove((self._key(person), pk))
        person.take(count)
        if is_mine:
            self._people[pk] = person
            insort(self._line, (self._key(person), pk))
