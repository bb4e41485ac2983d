"""Offer the pages to a WSGI server, after the checks that `manage.py` would have made."""

import gc
import os

from django.core.wsgi import get_wsgi_application

from portal import checks

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
application = get_wsgi_application()
checks.refuse_mistakes()
# What is loaded by now stays: a full collection would walk through it for 100 ms while somebody waits.
gc.collect()
gc.freeze()
