"""Who asks: the session and the person, with which every request begins, by questions worded once."""

from django.contrib.auth.backends import ModelBackend
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.utils import timezone

from leads import kept
from leads.models import User


class SessionStore(db.SessionStore):
    """Sessions in the database, as Django keeps them."""

    def _get_session_from_db(self) -> Session | None:
        key = self.session_key or ""
        # A cookie may hold what PostgreSQL takes for no text.
        session = _session.first(key=key, now=timezone.now()) if key.isalnum() else None
        if session is None:
            self._session_key = None
        return session


class PersonBackend(ModelBackend):
    """People by e-mail address and password, as Django lets them in; read anew at each request."""

    def get_user(self, user_id: int) -> User | None:
        person = _person.first(pk=user_id)
        return person if person and self.user_can_authenticate(person) else None


@kept.question
def _session() -> QuerySet[Session]:
    return Session.objects.filter(session_key=kept.text("key"), expire_date__gt=kept.moment("now"))


@kept.question
def _person() -> QuerySet[User]:
    return User.objects.filter(pk=kept.number("pk"))
