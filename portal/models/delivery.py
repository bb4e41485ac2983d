"""What leaves the house: to whom, by which way, how far it got; and what people wish to be told."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from leads.models import OutboxMessage, Team, User


class Endpoint(models.Model):
    """An address that Concord posts to: another system's webhook, or the chat of a team or a person.

    Secrets must be known to sign with them, so they are kept as they are and shown once.
    """

    class Kind(models.TextChoices):
        WEBHOOK = "webhook", _("Webhook")
        CHAT = "chat", _("Chat")

    kind = models.CharField(max_length=8, choices=Kind.choices)
    name = models.CharField(max_length=120)
    url = models.URLField(max_length=500)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, null=True, related_name="+", db_index=False)
    person = models.OneToOneField(User, on_delete=models.CASCADE, null=True, related_name="+")
    events = models.JSONField(
        default=list, help_text="Kinds of messages; a final `*` covers all below; empty: all."
    )
    secret = models.CharField(max_length=80, blank=True)
    old_secret = models.CharField(max_length=80, blank=True)
    old_secret_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    failing_since = models.DateTimeField(null=True, help_text="First failure since the last success.")
    disabled_at = models.DateTimeField(null=True)
    disabled_because = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(kind="webhook", team__isnull=True, person__isnull=True)
                | Q(kind="chat", team__isnull=False, person__isnull=True)
                | Q(kind="chat", team__isnull=True, person__isnull=False),
                name="endpoint_belongs_to_one",
            ),
            models.UniqueConstraint(fields=["team"], name="endpoint_once_per_team"),
        )

    def __str__(self) -> str:
        return self.name


class Delivery(models.Model):
    """One message on its way to one person's mail or one endpoint; a notice on screen needs no carrying.

    `attempts` is the fencing number: a sender records its result only while it still has the number it took.
    `letter` names what carries it, fixed at the first attempt: what is sent again has the same key.
    """

    class Channel(models.TextChoices):
        EMAIL = "email", _("E-mail")
        CHAT = "chat", _("Chat")
        WEBHOOK = "webhook", _("Webhook")

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        SENDING = "sending", _("Sending")
        SENT = "sent", _("Sent")
        DEAD = "dead", _("Given up")
        SKIPPED = "skipped", _("Not needed any more")

    message = models.ForeignKey(OutboxMessage, on_delete=models.CASCADE, related_name="+", db_index=False)
    channel = models.CharField(max_length=8, choices=Channel.choices)
    recipient = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="+", db_index=False)
    endpoint = models.ForeignKey(
        Endpoint, on_delete=models.CASCADE, null=True, related_name="+", db_index=False
    )
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    letter = models.CharField(max_length=120, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    next_try_at = models.DateTimeField(help_text="Not before; while it is being sent, the end of the lease.")
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["message", "channel", "recipient"], name="delivery_once_per_person"
            ),
            models.UniqueConstraint(
                fields=["message", "channel", "endpoint"], name="delivery_once_per_endpoint"
            ),
            models.CheckConstraint(
                condition=Q(channel="email", recipient__isnull=False, endpoint__isnull=True)
                | (Q(channel__in=["chat", "webhook"]) & Q(recipient__isnull=True, endpoint__isnull=False)),
                name="delivery_has_one_target",
            ),
        )
        indexes = (
            models.Index(
                fields=["next_try_at"], name="delivery_due", condition=Q(state__in=["waiting", "sending"])
            ),
            models.Index(fields=["recipient", "-sent_at"], name="delivery_of_person"),
            models.Index(fields=["endpoint", "-id"], name="delivery_of_endpoint"),
            models.Index(fields=["state", "created_at"], name="delivery_by_state"),
        )

    def __str__(self) -> str:
        return f"{self.channel} {self.state} {self.message_id}"


class NoticeChoice(models.Model):
    """How one person wishes to be told; whoever has no row has the defaults."""

    person = models.OneToOneField(User, on_delete=models.CASCADE, primary_key=True, related_name="+")
    channels = models.JSONField(
        default=dict, help_text="Group of events → channels; a missing group has its default."
    )
    keeps_quiet_hours = models.BooleanField(default=True)
    mails_per_hour = models.PositiveSmallIntegerField(
        default=6, help_text="More than these come as one digest."
    )
    slack_id = models.CharField(max_length=40, blank=True, help_text="Member id in Slack.")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["slack_id"], condition=~Q(slack_id=""), name="slack_id_once"),
        )

    def __str__(self) -> str:
        return f"Choices of {self.person_id}"


class Feed(models.Model):
    """The secret address of a person's calendar of due times; only its hash is kept."""

    person = models.OneToOneField(User, on_delete=models.CASCADE, primary_key=True, related_name="+")
    secret_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"Feed of {self.person_id}"


class PasswordRequest(models.Model):
    """Somebody asked for a new password; who and from where are kept as hashes, for an hour's counting."""

    email_hash = models.CharField(max_length=64)
    address_hash = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        indexes = (
            models.Index(fields=["email_hash", "at"], name="password_request_by_email"),
            models.Index(fields=["address_hash", "at"], name="password_request_by_place"),
        )

    def __str__(self) -> str:
        return f"Password request {self.pk}"
