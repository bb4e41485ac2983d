"""How machines come in: their keys, the calls they may repeat, and the sources that sign what they send."""

from datetime import datetime
from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from rest_framework_api_key.models import AbstractAPIKey, APIKeyManager

from leads.models import User


class Scope(models.TextChoices):
    """What a key may be used for; it never exceeds what its owner may do."""

    READ = "read", _("Read what its owner sees")
    FACTS = "facts", _("Write facts: leads, touches, deals")
    MOVES = "moves", _("Offer, accept, decline and all other moves")
    AGREEMENTS = "agreements", _("Draft and propose agreements, never sign them")
    IMPORTS = "imports", _("Import files and export leads")
    ADMIN = "admin", _("Read people and their roles")


class ApiKeyManager(APIKeyManager["ApiKey"]):
    def issue(self, **fields: Any) -> tuple["ApiKey", str]:
        """Create a key and return it with its secret, of which only a hash is kept."""
        key = ApiKey(**fields)
        secret = self.assign_key(key)
        key.save(force_insert=True)
        return key, secret

    def get_usable_keys(self) -> models.QuerySet["ApiKey"]:
        """Bring the owner along: whoever asks for a key acts as that person."""
        return super().get_usable_keys().select_related("owner__team")


class ApiKey(AbstractAPIKey):
    """A secret by which a machine acts as its owner, within its scopes; only a hash of it is kept."""

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    scopes = models.JSONField(default=list)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    objects: ClassVar[ApiKeyManager] = ApiKeyManager()

    class Meta:
        ordering = ("-created",)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(revoked=False, revoked_at__isnull=True)
                | models.Q(revoked=True, revoked_at__isnull=False),
                name="api_key_revoked_has_time",
            ),
        )

    @property
    def labels(self) -> list[str]:
        """The scopes in words."""
        return [str(Scope(code).label) for code in self.scopes if code in Scope.values]

    def is_over(self, now: datetime) -> bool:
        """Tell whether the key opens nothing any more."""
        return self.revoked or (self.expiry_date is not None and self.expiry_date <= now)


class IdempotentCall(models.Model):
    """One call that a client may repeat: the answer it got, null while it is still worked on."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_index=False)
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64, help_text="SHA-256 of method, address and body.")
    created_at = models.DateTimeField(db_index=True)
    status = models.PositiveSmallIntegerField(null=True)
    content_type = models.CharField(max_length=80, blank=True)
    headers = models.JSONField(default=dict)
    content = models.BinaryField(default=bytes)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["user", "key"], name="idempotent_call_once"),)

    def __str__(self) -> str:
        return f"Call {self.pk} of {self.user_id}"


class IntakeSource(models.Model):
    """A system that sends touches and deals of its own accord, each message signed with the secret."""

    name = models.SlugField(unique=True)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    # Kept readable: a signature can only be checked with the very secret.
    secret = models.CharField(max_length=120)
    created_at = models.DateTimeField()
    is_active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.name


class IncomingEvent(models.Model):
    """One signed message that was taken, so that its replay changes nothing."""

    source = models.ForeignKey(IntakeSource, on_delete=models.CASCADE, related_name="+", db_index=False)
    event_id = models.CharField(max_length=120)
    received_at = models.DateTimeField()
    result = models.JSONField(default=dict)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["source", "event_id"], name="incoming_event_once"),)

    def __str__(self) -> str:
        return f"{self.source_id}:{self.event_id}"
