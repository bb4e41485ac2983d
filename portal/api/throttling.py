"""How often one caller may ask."""

import logging
import time
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.cache import cache
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from portal.models import ApiKey

if TYPE_CHECKING:
    from rest_framework.views import APIView

log = logging.getLogger(__name__)
MINUTE_SECONDS = 60


class PerCaller(BaseThrottle):
    """So many calls in each minute of the clock, counted for each key and for each person apart."""

    def allow_request(self, request: Request, view: "APIView") -> bool:
        key = request.auth
        who = f"key:{key.prefix}" if isinstance(key, ApiKey) else f"user:{request.user.pk}"
        return _count(f"api:{who}:{int(time.time()) // MINUTE_SECONDS}") <= settings.API_CALLS_PER_MINUTE

    def wait(self) -> float:
        """Return the seconds until the next minute begins."""
        return MINUTE_SECONDS - time.time() % MINUTE_SECONDS


def _count(name: str) -> int:
    try:
        try:
            return cache.incr(name)
        except ValueError:  # the first call of its minute
            cache.add(name, 0, 2 * MINUTE_SECONDS)
            return cache.incr(name)
    except Exception:
        # A cache that is away must not close the door: the limit is a courtesy, the rights are not.
        log.warning("calls could not be counted", exc_info=True)
        return 0
