"""What the lab can be asked, and how far a run has come."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class LabKind(TextChoices):
    BACKTEST = "backtest", _("Back-test")
    WHATIF = "whatif", _("Clocks under other terms")
    CAPACITY = "capacity", _("Promises against hours")


class LabState(TextChoices):
    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
