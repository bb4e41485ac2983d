"""The mail room: a letter as text and HTML, under a Message-ID that never changes."""

import smtplib
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from leads.models import User
from portal import readers
from portal.delivery import letters
from portal.delivery.claiming import Claim
from portal.delivery.errors import NotNeeded, Rejected, Unreachable

#: What the mail server says of one letter or one address, not of itself.
REFUSALS = (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError, smtplib.SMTPSenderRefused)


def send(claim: Claim, now: datetime) -> None:
    """Send the mail of a claim; raises NotNeeded, Rejected, Unreachable."""
    reader = claim.deliveries[0].recipient
    if reader is None or not reader.is_active:
        raise NotNeeded
    with readers.speaking_to(reader, otherwise=settings.LANGUAGE_CODE):
        mail = render(letters.compose(claim, reader), reader, claim.key)
    try:
        mail.send()
    except REFUSALS as error:
        raise Rejected(_said(error)) from error
    except (OSError, smtplib.SMTPException) as error:
        raise Unreachable(f"The mail server cannot be reached: {error}") from error


def render(letter: letters.Letter, reader: User, key: str) -> EmailMultiAlternatives:
    """Return a letter as mail; by `key` a mail program knows one it has already."""
    context = {"letter": letter, "reader": reader}
    host = urlsplit(settings.PUBLIC_URL).hostname or "localhost"
    mail = EmailMultiAlternatives(
        subject=" ".join(letter.subject.split()),
        body=render_to_string("mail/letter.txt", context),
        to=[reader.email],
        headers={"Message-ID": f"<{key}.{reader.pk}@{host}>", "Auto-Submitted": "auto-generated"},
    )
    mail.attach_alternative(render_to_string("mail/letter.html", context), "text/html")
    return mail


def _said(error: smtplib.SMTPException) -> str:
    """Return what the mail server said, without the wrapping of the library."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        answers = error.recipients.values()
        return "; ".join(f"{code} {text.decode(errors='replace')}" for code, text in answers)
    if isinstance(error, smtplib.SMTPResponseException):
        text = error.smtp_error
        return f"{error.smtp_code} {text.decode(errors='replace') if isinstance(text, bytes) else text}"
    return str(error)
