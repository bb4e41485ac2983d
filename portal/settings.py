"""Read every setting from the environment; without any, the try-out home on SQLite and files."""

import os
import secrets
import sys
from pathlib import Path
from zoneinfo import available_timezones

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from portal import databases
from portal.api_defaults import REST_FRAMEWORK, SPECTACULAR_SETTINGS  # noqa: F401  (settings themselves)

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(env.str("CONCORD_VAR", default=str(BASE_DIR / "var"))).resolve()
VAR_DIR.mkdir(parents=True, exist_ok=True)

DATABASE_URL = env.str("DATABASE_URL", default="")
REDIS_URL = env.str("REDIS_URL", default="")
# The try-out home trades hardening for "one command and a browser"; a real database ends it unless told.
IS_TRYOUT = env.bool("CONCORD_TRYOUT", default=not DATABASE_URL)
DEBUG = env.bool("DEBUG", default=False)


def kept_secret(path: Path) -> str:
    """Return the secret stored at `path`, created once even when several processes start together."""
    if not path.exists():
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(50))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()


SECRET_KEY = env.str("SECRET_KEY", default="")
if not SECRET_KEY:
    if not IS_TRYOUT:
        raise ImproperlyConfigured("SECRET_KEY is not set: give web, worker and beat the same 50 characters.")
    SECRET_KEY = kept_secret(VAR_DIR / "secret_key")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])

# --- who may ask, and how
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"] if IS_TRYOUT else [])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
SECURE_SSL = env.bool("SECURE_SSL", default=not IS_TRYOUT)
SECURE_SSL_REDIRECT = SECURE_SSL
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=31_536_000 if SECURE_SSL else 0)
# Other hosts of the company's domain are not ours to speak for.
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = env.bool("SECURE_HSTS_SUBDOMAINS", default=False)
SECURE_REFERRER_POLICY = "same-origin"
SESSION_ENGINE = "portal.sessions"
SESSION_COOKIE_SECURE = SECURE_SSL
CSRF_COOKIE_SECURE = SECURE_SSL
CSRF_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"
# Believed only when the operator says that a proxy in front overwrites these headers.
TRUST_PROXY = env.bool("TRUST_PROXY", default=False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUST_PROXY else None
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "connect-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "form-action": [SELF],
        "manifest-src": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

INSTALLED_APPS = [
    "leads",
    "sla",
    "portal",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "rest_framework",
    "rest_framework_api_key",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    "csp",
    "axes",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "portal.compression.CompressionMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "portal.privacy.NoStoreMiddleware",
    "portal.readers.ReaderMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "portal.htmx.ExpiredSessionMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.context.frame",
            ],
        },
    },
]

# --- database, cache, queue
POSTGRES_SCHEMES = ("postgres", "postgresql")
REDIS_SCHEMES = ("redis", "rediss")


if DATABASE_URL.partition("://")[0] in POSTGRES_SCHEMES:
    DATABASES = {"default": databases.postgres(DATABASE_URL, env)}
elif DATABASE_URL:
    DATABASES = {"default": {"ENGINE": "django.db.backends.dummy"}}  # portal.checks names the mistake
else:
    test_name = f"concord-test-{os.getpid()}.sqlite3"
    sqlite_path = Path(env.str("SQLITE_PATH", default=str(VAR_DIR / "concord.sqlite3")))
    DATABASES = {"default": databases.sqlite(sqlite_path, VAR_DIR / test_name)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

if REDIS_URL:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}
    CELERY_BROKER_URL = REDIS_URL
else:
    file_cache = "django.core.cache.backends.filebased.FileBasedCache"
    CACHES = {"default": {"BACKEND": file_cache, "LOCATION": VAR_DIR / "cache"}}
    CELERY_BROKER_URL = "concord-files://localhost"
QUEUE_DIR = VAR_DIR / "queue"
# How often beat asks for a sweep, a delivery and a heartbeat.
BEAT_SECONDS = env.float("BEAT_SECONDS", default=15.0)
HEARTBEAT_LIMIT_SECONDS = env.int("HEARTBEAT_LIMIT_SECONDS", default=60)

# --- people
AUTH_USER_MODEL = "leads.User"
# E-mail addresses are unique whatever their case: by an expression, which the first check does not see. The
# others ask that browsers insist on HTTPS for names below ours, see SECURE_HSTS_SUBDOMAINS.
SILENCED_SYSTEM_CHECKS = ["auth.W004", "security.W005", "security.W021"]
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "portal.sessions.PersonBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/login/"
PASSWORD_RESET_TIMEOUT = 24 * 60 * 60
# Five wrong passwords for one name from one address: an hour's pause for that pair, nobody locks others out.
# Wrong passwords for so many names from one address: an hour's pause for that address, whatever the name.
LOGIN_NAMES_PER_ADDRESS = env.int("LOGIN_NAMES_PER_ADDRESS", default=20)
AXES_HANDLER = "portal.knocking.Gatekeeper"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 1
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
# Who knocks while it rests is turned away, not counted: colleagues behind one address never prolong it.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_USERNAME_CALLABLE = "portal.addresses.login_name"
AXES_CLIENT_IP_CALLABLE = "portal.addresses.client_address"
AXES_LOCKOUT_TEMPLATE = "registration/locked.html"
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False

# Calls a minute of one key, or of one person in the browser.
API_CALLS_PER_MINUTE = env.int("API_CALLS_PER_MINUTE", default=600)

# --- words, files, letters
USE_TZ = True
TIME_ZONE_ASKED = env.str("TIME_ZONE", default="UTC")
# portal.checks names a zone that does not exist.
TIME_ZONE = TIME_ZONE_ASKED if TIME_ZONE_ASKED in available_timezones() else "UTC"
USE_I18N = True
LANGUAGE_CODE = env.str("LANGUAGE_CODE", default="en")
LANGUAGES = [("en", _("English")), ("de", _("German"))]
LOCALE_PATHS = [BASE_DIR / "portal" / "locale"]

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATIC_ROOT.mkdir(exist_ok=True)
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = IS_TRYOUT
PLAIN_FILES = "django.contrib.staticfiles.storage.StaticFilesStorage"
HASHED_FILES = "portal.storage.HashedStaticFiles"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": PLAIN_FILES if IS_TRYOUT else HASHED_FILES},
}
MEDIA_ROOT = VAR_DIR / "media"

EMAIL_URL = env.str(
    "EMAIL_URL", default=f"filemail:///{VAR_DIR / 'mail'}" if IS_TRYOUT else "smtp://localhost:25"
)
vars().update(environ.Env.email_url_config(EMAIL_URL))
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="concord@localhost")
EMAIL_TIMEOUT = 10
# The address that letters and chats lead to, and what they may be posted to inside the own network (CIDR).
OWN_URL = "http://localhost:8000" if IS_TRYOUT else f"https://{next(iter(ALLOWED_HOSTS), 'localhost')}"
PUBLIC_URL = env.str("PUBLIC_URL", default=OWN_URL)
OUTBOUND_INTERNAL_NETWORKS = env.list("OUTBOUND_INTERNAL_NETWORKS", default=[])
SLACK_SIGNING_SECRET = env.str("SLACK_SIGNING_SECRET", default="")
SLACK_BOT_TOKEN = env.str("SLACK_BOT_TOKEN", default="")

LOG_LEVEL = env.str("LOG_LEVEL", default="INFO")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"},
        "json": {"()": "portal.logs.JsonFormatter"},
    },
    "handlers": {
        "stdout": {
            "class": "logging.StreamHandler",
            "stream": sys.stdout,
            "formatter": env.str("LOG_FORMAT", default="plain" if IS_TRYOUT else "json"),
        }
    },
    "root": {"handlers": ["stdout"], "level": LOG_LEVEL},
    "loggers": {
        "django": {"handlers": [], "propagate": True, "level": LOG_LEVEL},
        # A page not found or a form not filled in is an answer, no event; the access log has it.
        "django.request": {"level": "ERROR"},
        "axes": {"level": "WARNING"},
        "weasyprint": {"level": "WARNING"},
    },
}
