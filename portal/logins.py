"""Name the people of the demo company as whom a newcomer may sign in."""

from dataclasses import dataclass

from django.contrib.auth import get_user_model


@dataclass(frozen=True)
class Login:
    """One demo person; the password is public, so the demo never belongs into a real database."""

    role: str
    email: str
    password: str


PASSWORD = "walzenberg"
DEMO: tuple[Login, ...] = tuple(
    Login(role, f"{name}@example.com", PASSWORD)
    for role, name in (
        ("Rep", "mia.keller"),
        ("Qualifier", "tomas.reiter"),
        ("Sales manager", "ruth.okafor"),
        ("Marketer", "priya.nair"),
        ("Marketing manager", "jana.wolf"),
        ("Leader", "henrik.lindqvist"),
        ("Operations", "olga.brandt"),
        ("Referee", "clara.steiner"),
    )
)


def known() -> list[Login]:
    """Return the demo logins that exist in this database."""
    emails = {login.email for login in DEMO}
    present = set(get_user_model().objects.filter(email__in=emails).values_list("email", flat=True))
    return [login for login in DEMO if login.email in present]
