"""Register `leads`, the floor that holds facts."""

from django.apps import AppConfig


class LeadsConfig(AppConfig):
    """Name the floor and its kind of keys."""

    name = "leads"
    default_auto_field = "django.db.models.BigAutoField"
