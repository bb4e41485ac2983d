"""Teams, users and their absences."""

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from leads.choices import SIDE_OF_ROLE, Role, Side
from leads.models.calendars import Calendar


class Company(models.Model):
    """The one company that works here (one row); `mailed_at` is when a mail on trial last went out."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    name = models.CharField(max_length=120)
    time_zone = models.CharField(max_length=64)
    mailed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.CheckConstraint(condition=models.Q(id=1), name="company_once"),)

    def __str__(self) -> str:
        return self.name


class Team(models.Model):
    """People of one side who take leads together."""

    name = models.CharField(max_length=120, unique=True)
    side = models.CharField(max_length=16, choices=Side.choices)
    calendar = models.ForeignKey(Calendar, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    segment_key = models.SlugField(
        blank=True, help_text=_("Agreement whose leads this team takes; blank: any.")
    )
    leg = models.PositiveSmallIntegerField(default=1, help_text=_("Leg on which this team receives leads."))

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, email: str | None) -> "User":
        return self.get(email__iexact=email)

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create a person who logs in by e-mail; raise ValueError without an address."""
        if not email:
            raise ValueError("A person needs an e-mail address to log in.")
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create a person of operations who may open the admin."""
        fields = {"role": Role.OPERATIONS, "name": email, **fields, "is_staff": True, "is_superuser": True}
        return self.create_user(email, password, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """One person who works with Concord; the e-mail address is the login."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=150)
    role = models.CharField(max_length=24, choices=Role.choices)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    calendar = models.ForeignKey(
        Calendar,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Own working hours; blank: those of the team."),
    )
    time_zone = models.CharField(max_length=64, blank=True)
    language = models.CharField(
        max_length=16,
        blank=True,
        help_text=_("What Concord speaks to this person; blank: as the browser asks."),
    )
    max_open = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text=_("Most leads held at once; blank: no limit.")
    )
    max_per_day = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text=_("Most leads given in a day; blank: no limit.")
    )
    max_per_week = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text=_("Most leads given in a week; blank: no limit.")
    )
    max_per_month = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text=_("Most leads given in a month; blank: no limit.")
    )
    weight = models.PositiveSmallIntegerField(
        default=1, help_text=_("Share of the leads where the agreement gives them out by weight.")
    )
    attributes = models.JSONField(
        default=dict, blank=True, help_text=_("What the person is known for: languages, regions, skills.")
    )
    personal_bar = models.JSONField(
        default=dict,
        blank=True,
        help_text=_("Cells of the grid this person takes, above the agreed minimum; empty: all."),
    )
    is_paused = models.BooleanField(default=False, help_text=_("Takes no new leads for now."))
    employee_key = models.CharField(max_length=64, blank=True, help_text=_("Id in another system."))
    single_keys = models.BooleanField(default=True, help_text=_("Single keys such as 1 and 3 act on rows."))
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    joined_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        constraints = (
            models.UniqueConstraint(Lower("email"), name="user_email_once"),
            models.UniqueConstraint(
                fields=["employee_key"], condition=~models.Q(employee_key=""), name="user_employee_key_once"
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def side(self) -> str | None:
        """The side this person stands on, None for leaders and operations."""
        fixed = SIDE_OF_ROLE.get(self.role)
        return fixed or (self.team.side if self.role == Role.QUALIFIER and self.team else None)

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name.split(" ")[0]


class Absence(models.Model):
    """Whole days, in the person's own calendar, on which somebody is away."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="absences", db_index=False)
    first_on = models.DateField()
    last_on = models.DateField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(last_on__gte=models.F("first_on")), name="absence_in_order"
            ),
        )
        indexes = (models.Index(fields=["user", "last_on"], name="absence_by_user"),)

    def __str__(self) -> str:
        return f"{self.user_id}: {self.first_on} to {self.last_on}"
