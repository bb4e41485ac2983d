"""Name the people of the demo company as whom a newcomer may sign in."""

from dataclasses import dataclass

from django.contrib.auth import get_user_model


@dataclass(frozen=True)
class Login:
    """One demo person; the password is public, so the demo never belongs into a real database."""

    role: str
    email: str
    password: str


DEMO: tuple[Login, ...] = ()


def known() -> list[Login]:
    """Return the demo logins that exist in this database."""
    emails = {login.email for login in DEMO}
    present = set(get_user_model().objects.filter(email__in=emails).values_list("email", flat=True))
    return [login for login in DEMO if login.email in present]
