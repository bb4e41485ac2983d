"""Register `portal`, the floor that shows facts and judgements."""

from django.apps import AppConfig

from portal import celery, checks


class PortalConfig(AppConfig):
    """Bind what must know Django's settings: shared tasks to our Celery app, and the system checks."""

    name = "portal"
    default_auto_field = "django.db.models.BigAutoField"
    celery_app = celery.app

    def ready(self) -> None:
        """Register the checks of the environment."""
        checks.register()
