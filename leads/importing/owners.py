"""Who the files mean by an owner: an employee's id, an address or a name."""

from collections import Counter

from leads.models import User


class People:
    """Everybody who works here, by each way in which a file may name them."""

    def __init__(self) -> None:
        rows = list(User.objects.values_list("id", "team_id", "email", "name", "employee_key"))
        names = Counter(" ".join(row[3].split()).casefold() for row in rows)
        self._team = {row[0]: row[1] for row in rows}
        self._by_word: dict[str, int] = {}
        for user_id, _team, _email, name, _employee in rows:
            plain = " ".join(name.split()).casefold()
            if names[plain] == 1:
                self._by_word[plain] = user_id
        # Written last, so that an id or an address is never shadowed by somebody's name.
        for user_id, _team, email, _name, employee in rows:
            self._by_word[email.casefold()] = user_id
            if employee:
                self._by_word[employee.casefold()] = user_id

    def find(self, system: str, word: str) -> int | None:
        """Return the id of the person a file calls `word`, None when nobody here is meant."""
        plain = " ".join(word.split()).casefold()
        return self._by_word.get(f"{system}:{plain}".casefold()) or self._by_word.get(plain)

    def team_of(self, user_id: int | None) -> int | None:
        """Return the team of a person."""
        return self._team.get(user_id) if user_id else None
