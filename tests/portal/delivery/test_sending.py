"""Mail goes out at least once, under one key, not too much at a time, and never when nobody wants it."""

import smtplib
from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend

from leads import outbox
from leads.models import Absence, User
from portal import delivery
from portal.delivery import claiming, clearing, sending, standing
from portal.models import Delivery, Notice, NoticeChoice
from tests.factories import NOW, Cast
from tests.portal.delivery.post import HOUR, leave, states, tell

pytestmark = pytest.mark.django_db
#: Wednesday 20:00 in Berlin, after hours; the calendar opens on Thursday at 9:00.
EVENING = NOW.replace(hour=19)
NEXT_MORNING = NOW.replace(hour=8) + timedelta(days=1)


@pytest.fixture
def down(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Take the mail server away while the list holds something; it names the error."""
    reasons = ["refused"]
    deliver = EmailBackend.send_messages

    def send(self: EmailBackend, messages: list) -> int:
        if "refused" in reasons:
            raise ConnectionRefusedError("no mail server")
        if "rejected" in reasons:
            raise smtplib.SMTPDataError(554, b"no")
        return deliver(self, messages)

    monkeypatch.setattr(EmailBackend, "send_messages", send)
    return reasons


class Crash(BaseException):
    """The worker dies."""


def ids() -> list[str]:
    return [letter.extra_headers["Message-ID"] for letter in mail.outbox]


def test_mail_carries_text_and_html_to_whom_it_is_meant(people: Cast) -> None:
    tell(people.rep)
    delivery.deliver(now=NOW)
    (letter,) = mail.outbox
    assert letter.to == [people.rep.email]
    assert "A reminder: a lead waits for you." in letter.subject
    html = letter.alternatives[0].content
    assert "<h1>" in html
    assert letter.subject in html
    assert states() == ["sent"]


def test_running_again_sends_nothing_again(people: Cast) -> None:
    tell(people.rep)
    for _run in range(3):
        delivery.deliver(now=NOW)
    assert len(mail.outbox) == 1


def test_crash_between_sending_and_writing_down_sends_again_under_the_same_key(
    people: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(people.rep)
    with monkeypatch.context() as patch:
        patch.setattr(claiming, "sent", _die)
        with pytest.raises(Crash):
            delivery.deliver(now=NOW)
    assert states() == ["sending"]

    delivery.deliver(now=NOW + claiming.LEASE / 2)
    assert len(mail.outbox) == 1, "somebody else still holds it"
    delivery.deliver(now=NOW + 2 * claiming.LEASE)
    assert len(mail.outbox) == 2
    assert len(set(ids())) == 1
    assert states() == ["sent"]


def test_crash_before_sending_loses_nothing(people: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    tell(people.rep)
    with monkeypatch.context() as patch:
        patch.setattr(sending.SENDERS[Delivery.Channel.EMAIL].__globals__["letters"], "compose", _die)
        with pytest.raises(Crash):
            delivery.deliver(now=NOW)
    delivery.deliver(now=NOW + 2 * claiming.LEASE)
    assert len(mail.outbox) == 1


def test_control_writing_down_before_sending_would_lose_the_letter(
    people: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(people.rep)
    send = sending.SENDERS[Delivery.Channel.EMAIL]

    def note_first(claim: claiming.Claim, now: object) -> None:
        claiming.sent(claim, NOW)
        _die()
        send(claim, NOW)

    with monkeypatch.context() as patch:
        patch.setitem(sending.SENDERS, Delivery.Channel.EMAIL, note_first)
        with pytest.raises(Crash):
            delivery.deliver(now=NOW)
    delivery.deliver(now=NOW + HOUR)
    assert mail.outbox == []


def test_late_worker_does_not_overwrite_who_took_over(people: Cast) -> None:
    tell(people.rep)
    delivery.fan_out(now=NOW)
    (target,) = claiming.due_targets(NOW)
    (slow,) = claiming.claim(target, NOW)
    assert claiming.claim(target, NOW) == []
    (quick,) = claiming.claim(target, NOW + claiming.LEASE)
    claiming.sent(quick, NOW + claiming.LEASE)
    claiming.failed(slow, "late", NOW + claiming.LEASE)
    row = Delivery.objects.get()
    assert (row.state, row.error, row.attempts) == ("sent", "", 2)


def test_mail_server_that_is_down_is_asked_less_and_less_often(people: Cast, down: list[str]) -> None:
    tell(people.rep)
    delivery.deliver(now=NOW)
    row = Delivery.objects.get()
    assert (row.state, row.attempts) == ("waiting", 1)
    assert "no mail server" in row.error
    pauses = [claiming.pause(attempts) for attempts in range(1, claiming.MOST_ATTEMPTS)]
    assert pauses[:3] == [timedelta(seconds=30), timedelta(minutes=1), timedelta(minutes=2)]
    assert pauses[-1] == claiming.LONGEST_PAUSE
    assert timedelta(hours=24) < sum(pauses, timedelta()) < timedelta(hours=28)

    down.clear()
    delivery.deliver(now=NOW + timedelta(minutes=1))
    assert len(mail.outbox) == 1


def test_one_refused_letter_does_not_hold_up_the_others(people: Cast, down: list[str]) -> None:
    down[:] = ["rejected"]
    tell(people.rep)
    delivery.deliver(now=NOW)
    down.clear()
    tell(people.other_rep)
    delivery.deliver(now=NOW)
    assert [letter.to for letter in mail.outbox] == [[people.other_rep.email]]


def test_letter_is_given_up_for_people_to_see_and_sent_again_by_them(people: Cast, down: list[str]) -> None:
    tell(people.rep)
    at = NOW
    for attempts in range(1, claiming.MOST_ATTEMPTS + 1):
        delivery.deliver(now=at)
        at += claiming.pause(attempts) + timedelta(seconds=1)
    (dead,) = standing.given_up()
    assert (dead.state, dead.attempts) == ("dead", claiming.MOST_ATTEMPTS)

    down.clear()
    delivery.deliver(now=at)
    assert mail.outbox == []
    assert claiming.send_again(dead, at) == 1
    delivery.deliver(now=at)
    assert len(mail.outbox) == 1
    assert claiming.send_again(Delivery.objects.get(), at) == 0


def test_more_than_an_hours_letters_come_as_one(people: Cast) -> None:
    tell(people.rep, 7)
    delivery.deliver(now=NOW)
    (digest,) = mail.outbox
    assert digest.subject == "7 pieces of news for you"
    assert digest.body.count("A reminder: a lead waits for you.") == 7
    assert states() == ["sent"] * 7


def test_digest_comes_at_most_once_an_hour_and_then_with_all_the_rest(people: Cast) -> None:
    tell(people.rep, 7)
    delivery.deliver(now=NOW)
    for minutes in (10, 20, 30):
        tell(people.rep, 7)
        delivery.deliver(now=NOW + timedelta(minutes=minutes))
    assert len(mail.outbox) == 1
    delivery.deliver(now=NOW + timedelta(minutes=61))
    assert [letter.subject for letter in mail.outbox[1:]] == ["21 pieces of news for you"]


def test_six_letters_in_an_hour_come_one_by_one(people: Cast) -> None:
    for minutes in range(6):
        tell(people.rep)
        delivery.deliver(now=NOW + timedelta(minutes=minutes))
    assert len(mail.outbox) == 6
    assert len(set(ids())) == 6


def test_after_an_outage_each_person_gets_one_summary(people: Cast, down: list[str]) -> None:
    tell(people.rep, 40)
    tell(people.other_rep, 20)
    delivery.deliver(now=NOW)
    down.clear()
    for minutes in range(1, 20):
        delivery.deliver(now=NOW + timedelta(minutes=minutes))
    assert sorted(letter.subject for letter in mail.outbox) == [
        "20 pieces of news for you",
        "40 pieces of news for you",
    ]


def test_retried_digest_holds_what_it_held_under_the_same_key(
    people: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(people.rep, 7)
    with monkeypatch.context() as patch:
        patch.setattr(claiming, "sent", _die)
        with pytest.raises(Crash):
            delivery.deliver(now=NOW)
    tell(people.rep)
    delivery.deliver(now=NOW + 2 * claiming.LEASE)
    assert [letter.subject for letter in mail.outbox[:2]] == ["7 pieces of news for you"] * 2
    assert len(set(ids()[:2])) == 1


def test_mail_waits_for_the_readers_hours_but_the_screen_does_not(people: Cast) -> None:
    tell(people.rep)
    delivery.deliver(now=EVENING)
    assert mail.outbox == []
    assert Notice.objects.count() == 1
    assert standing.oldest_undelivered(EVENING) is None
    delivery.deliver(now=NEXT_MORNING - timedelta(minutes=1))
    assert mail.outbox == []
    delivery.deliver(now=NEXT_MORNING)
    assert len(mail.outbox) == 1


def test_mail_waits_until_somebody_is_back(people: Cast) -> None:
    Absence.objects.create(user=people.rep, first_on=NOW.date(), last_on=NOW.date())
    tell(people.rep)
    delivery.deliver(now=NOW)
    assert mail.outbox == []
    delivery.deliver(now=NEXT_MORNING)
    assert len(mail.outbox) == 1


def test_whoever_keeps_no_hours_is_written_to_at_night(people: Cast) -> None:
    NoticeChoice.objects.create(person=people.rep, keeps_quiet_hours=False)
    tell(people.rep)
    delivery.deliver(now=EVENING)
    assert len(mail.outbox) == 1


def test_choices_rule_each_way_by_itself(people: Cast) -> None:
    NoticeChoice.objects.create(person=people.rep, channels={"offers": ["in_app"]})
    NoticeChoice.objects.create(person=people.other_rep, channels={"offers": ["email"]})
    tell(people.rep)
    tell(people.other_rep)
    delivery.deliver(now=NOW)
    assert [letter.to for letter in mail.outbox] == [[people.other_rep.email]]
    assert set(Notice.objects.values_list("recipient", flat=True)) == {people.rep.pk}


def test_progress_is_told_on_the_screen_only(people: Cast) -> None:
    leave("handoff.qualify", recipient_id=people.rep.pk)
    delivery.deliver(now=NOW)
    assert mail.outbox == []
    assert Notice.objects.filter(recipient=people.rep).exists()


def test_whoever_left_gets_no_letter_that_waited(people: Cast) -> None:
    tell(people.rep)
    delivery.deliver(now=EVENING)
    User.objects.filter(pk=people.rep.pk).update(is_active=False)
    delivery.deliver(now=NEXT_MORNING)
    assert mail.outbox == []
    assert states() == ["skipped"]


def test_what_was_delivered_is_thrown_away_after_90_days(people: Cast, down: list[str]) -> None:
    tell(people.rep)
    delivery.deliver(now=NOW)
    Delivery.objects.update(state="dead")
    down.clear()
    tell(people.other_rep)
    delivery.deliver(now=NOW)
    assert clearing.clear(now=NOW + timedelta(days=90)) == 0
    assert clearing.clear(now=NOW + timedelta(days=91)) == 1
    assert states() == ["dead"]
    assert outbox.drop(key="nothing") is False


def _die(*args: object, **kwargs: object) -> None:
    raise Crash
