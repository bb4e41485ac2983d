"""Register `sla`, the floor that judges facts by agreements."""

from django.apps import AppConfig


class SlaConfig(AppConfig):
    """Name the floor and its kind of keys."""

    name = "sla"
    default_auto_field = "django.db.models.BigAutoField"
