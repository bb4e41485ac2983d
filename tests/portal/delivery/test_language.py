"""A letter is written in the language of whoever reads it."""

import pytest
from django.core import mail

from leads.models import User
from portal import delivery
from tests.factories import NOW, cast
from tests.portal.delivery.post import tell


@pytest.mark.django_db
def test_letter_speaks_the_language_of_its_reader() -> None:
    people = cast()
    User.objects.filter(pk=people.rep.pk).update(language="de")
    tell(people.rep)
    tell(people.other_rep)
    delivery.deliver(now=NOW)
    said = {letter.to[0]: (letter.subject, letter.body) for letter in mail.outbox}
    assert "Zur Erinnerung: ein Lead wartet auf Sie." in said[people.rep.email][0]
    assert "Wählen, worüber und wie Sie informiert werden" in said[people.rep.email][1]
    assert "A reminder: a lead waits for you." in said[people.other_rep.email][0]
