"""Settings, from the environment where it says so; ``manage.py up`` supplies the development values.

COURSE_VAR         folder of everything written at run time (database, blobs, checkouts, keys)
COURSE_LOCAL       1 under ``up`` and in tests: plain http on this machine, static files straight from their folders
COURSE_DEBUG       1 for Django's own debug pages
COURSE_WARM_AWS    0 where memory is short: each worker then saves some 150 MB, and each `aws` takes half a second longer
COURSE_PREBUILD    0: a lab's start is built when somebody first opens it, not when the workers start
COURSE_SECRET_KEY, COURSE_HOSTS, COURSE_ORIGINS   a real installation's
DATABASE_URL       postgresql://user:password@host/name; SQLite in COURSE_VAR without it
REDIS_URL          redis://host:6379/0
COURSE_BLOBS       s3://bucket/prefix?endpoint=http://host:9000, with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; a folder of COURSE_VAR
                   without it. Workers on several machines need it
COURSE_PROXIES     how many proxies stand before the web server. They tell the visitor's address (X-Forwarded-For) and, the nearest of
                   them, https (X-Forwarded-Proto); with 0 nobody is believed
COURSE_GUESTS      1: people without an account may open a playground, for COURSE_GUEST_HOURS (24), COURSE_GUESTS_AT_ONCE (20) of them at a
                   time and COURSE_GUESTS_AN_HOUR (5) from one address. On under ``up``, else off
COURSE_DEMO        0: the first ``up`` makes no demo cohort. Elsewhere there is none
COURSE_EMAIL       smtp://user:password@host:587?from=course@example.org (smtps://… for TLS from the first byte, tls=0 for none at all).
                   Without it mail is printed where the worker logs, and links for new people are shown to their instructor
COURSE_OIDC_ISSUER, COURSE_OIDC_CLIENT_ID, COURSE_OIDC_SECRET, COURSE_OIDC_NAME   people may sign in by an OpenID Connect provider: its
                   address, what it knows this site by, what the button calls it. It leads back to /oidc/course/login/callback/
COURSE_WORKER_SECONDS_HOUR, COURSE_WORKER_SECONDS_DAY   so long a learner's commands may run within an hour (1800) and a day (14400); 0: as
                   long as they like
COURSE_KEEP_DAYS_OUTPUT, COURSE_KEEP_DAYS_COMMANDS, COURSE_KEEP_DAYS_INACTIVE   so many days after the end of a learner's last cohort what
                   their commands printed goes, then commands and sandboxes, then the account, if nobody has used it for as long (365
                   each; 0: never). See course.export.retention
COURSE_KEEP_DAYS_TOLD  so many days before that the owner of such an account gets a mail (14; 0: none), or stands on the desk without one
COURSE_FORKS_OPEN, COURSE_FORK_DAYS   so many forks of learners' work an instructor may have open (20), and after so many days in which
                   they have not opened one it is closed (14)
COURSE_LOG         json: a JSON object a line (course.logs) instead of lines for people
COURSE_METRICS_TOKEN  what Prometheus sends as `Authorization: Bearer …` to read /metrics; without it only this machine may
COURSE_PREVIEW_HOST  what the host names end in on which learners' programs are shown (*.preview.example.org leads here, too): best a
                   registered domain other than the site's. Empty: nothing is shown
"""

from __future__ import annotations

import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from course import logs, stores
from course.people import mail, oidc

BASE_DIR = Path(__file__).resolve().parent.parent
VAR = Path(os.environ.get("COURSE_VAR", BASE_DIR / ".var"))
DEBUG = os.environ.get("COURSE_DEBUG") == "1"
LOCAL = DEBUG or os.environ.get("COURSE_LOCAL") == "1"


def _secret_key() -> str:
    if key := os.environ.get("COURSE_SECRET_KEY"):
        return key
    try:
        return (VAR / "secret_key").read_text().strip()
    except OSError as error:
        raise ImproperlyConfigured(
            f"No COURSE_SECRET_KEY in the environment and no {VAR / 'secret_key'}. "
            "For development run `python3 manage.py up`, which makes one; otherwise set COURSE_SECRET_KEY."
        ) from error


SECRET_KEY = _secret_key()
ALLOWED_HOSTS = os.environ.get("COURSE_HOSTS", "127.0.0.1,localhost,[::1]").split(",")
# Browsers take every name under localhost to be this machine.
PREVIEW_HOST = os.environ.get("COURSE_PREVIEW_HOST", "preview.localhost" if LOCAL else "").lower().strip(".")
CSRF_TRUSTED_ORIGINS = [origin for origin in os.environ.get("COURSE_ORIGINS", "").split(",") if origin]

OIDC = oidc.provider(os.environ)
INSTALLED_APPS = [
    "course",
    "labs",
    "sandbox",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "template_partials",
    "csp",
    "django_ace",
    *(oidc.APPS if OIDC else []),
]

MIDDLEWARE = [
    "course.logs.Requests",
    "course.headers.Headers",
    "django.middleware.security.SecurityMiddleware",
    "course.static.StaticFiles",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "course.language.OfTheUser",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    *(oidc.MIDDLEWARE if OIDC else []),
    "course.threads.InOneThread",
]

ROOT_URLCONF = "course.urls"
ASGI_APPLICATION = "course.asgi.application"
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
            ]
        },
    }
]

DATABASES = {"default": stores.database(os.environ.get("DATABASE_URL", ""), VAR)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "course.User"
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "sign-in"
PASSWORD_RESET_TIMEOUT = 3 * 86400  # also for the first one of somebody who was imported
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# Of allauth, which is there only where a provider is named
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [OIDC]}} if OIDC else {}
SOCIALACCOUNT_ADAPTER = "course.people.oidc_adapter.FromProvider"
SOCIALACCOUNT_LOGIN_ON_GET = True  # a link: browsers hold the page's form-action against where a posted form is sent on to
ACCOUNT_ADAPTER = "course.people.oidc_adapter.Accounts"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_UNIQUE_EMAIL = False  # who an address belongs to is course.people's to judge

_mail = mail.server(os.environ.get("COURSE_EMAIL", ""))
EMAIL_BACKEND, EMAIL_HOST, EMAIL_PORT, EMAIL_TIMEOUT = _mail.backend, _mail.host, _mail.port, 10
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD, EMAIL_USE_SSL, EMAIL_USE_TLS = _mail.user, _mail.password, _mail.ssl, _mail.tls
DEFAULT_FROM_EMAIL = SERVER_EMAIL = _mail.sender

LANGUAGE_CODE = "en"
LANGUAGES = [("ko", _("Korean")), ("en", _("English"))]
LOCALE_PATHS = [VAR / "locale"]  # compiled there by course.translations
TIME_ZONE = "Asia/Seoul"
USE_TZ = True
FORMAT_MODULE_PATH = "course.formats"

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = None if DEBUG else VAR / "static"  # in development files come from where they are written
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": VAR / "media"}},
    "blobs": stores.blobs(os.environ.get("COURSE_BLOBS", ""), VAR / "blobs"),
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage" if LOCAL else "course.static.HashedFiles"},
}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = LOCAL

REDIS_URL = os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/0")
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1)
# Early acknowledgement: with late acknowledgement a worker never consumed again after its broker was killed.
# The Command row is the queue; a lost task is enqueued again by the sweeper.
CELERY_TASK_ACKS_LATE = False
CELERY_TASK_IGNORE_RESULT = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_keepalive": True}
CELERY_WORKER_POOL = "threads"
CELERY_WORKER_CONCURRENCY = int(os.environ.get("COURSE_WORKER_THREADS", "64"))
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SYNC_EVERY = 10  # tasks sent: its file is then never older than some 20 s while it beats

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "frame-src": ["'self'", f"*.{PREVIEW_HOST}:*"] if PREVIEW_HOST else ["'none'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not LOCAL
PROXIES = int(os.environ.get("COURSE_PROXIES") or 0)
SECURE_HSTS_SECONDS = 0 if LOCAL else 365 * 86400  # is only said over https
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PROXIES else None
SECURE_SSL_REDIRECT = PROXIES > 0
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)$"]
SILENCED_SYSTEM_CHECKS = [
    "security.W005",  # the other names of the domain are not ours to bind to https
    "security.W021",  # nor to enter into the browsers' lists
    *([] if PROXIES else ["security.W008"]),  # without a proxy it is reached on this machine alone, where there is no https to go to
]

# People without an account (course.guests)
GUESTS = os.environ.get("COURSE_GUESTS", "1" if LOCAL else "0") == "1"
GUEST_HOURS = int(os.environ.get("COURSE_GUEST_HOURS", "24"))
GUESTS_AT_ONCE = int(os.environ.get("COURSE_GUESTS_AT_ONCE", "20"))
GUESTS_AN_HOUR = int(os.environ.get("COURSE_GUESTS_AN_HOUR", "5"))
GUEST_LABS = ("playground", "console-basics")  # the first is where they begin

DEMO = LOCAL and os.environ.get("COURSE_DEMO") != "0"  # course.demo

# What a learner may take of the workers' time (course.budget), and how long things are kept (course.export.retention)
WORKER_SECONDS_HOUR = int(os.environ.get("COURSE_WORKER_SECONDS_HOUR", "1800"))
WORKER_SECONDS_DAY = int(os.environ.get("COURSE_WORKER_SECONDS_DAY", "14400"))
KEEP_DAYS_OUTPUT = int(os.environ.get("COURSE_KEEP_DAYS_OUTPUT", "365"))
KEEP_DAYS_COMMANDS = int(os.environ.get("COURSE_KEEP_DAYS_COMMANDS", "365"))
KEEP_DAYS_INACTIVE = int(os.environ.get("COURSE_KEEP_DAYS_INACTIVE", "365"))
KEEP_DAYS_TOLD = int(os.environ.get("COURSE_KEEP_DAYS_TOLD", "14"))

# The notes
COURSE_NOTES = BASE_DIR / "course" / "notes"
COURSE_PLAYGROUND = "playground"  # the lab whose console stands beside a note

# The sandbox
SANDBOX_PYTHON = Path(os.environ.get("COURSE_SANDBOX_VENV", BASE_DIR / ".venv-sandbox"))
SANDBOX_CATALOG = BASE_DIR / "labs" / "catalog"
LABS_FORKS_OPEN = int(os.environ.get("COURSE_FORKS_OPEN", "20"))
LABS_FORK_DAYS = int(os.environ.get("COURSE_FORK_DAYS", "14"))
LABS_PREBUILD = os.environ.get("COURSE_PREBUILD") != "0"
LABS_WATCHED = "course.people.models.watched_by"  # user -> Q: whose attempts they may look at
# (what, attempt's key): each is told of what happens in attempts, see labs.happening
LABS_HAPPENED = ("course.board.happening.happened", "course.helping.happening.happened")
LABS_PLAN = "course.people.plan.of"  # user -> labs.planning.Plan: which labs are of their course, and until when
LABS_LIMIT = "course.people.limits.of"  # (request, what is done) -> seconds to wait; 0: go on
LABS_BUDGET = "course.budget.left"  # (user, now) -> labs.budget.Budget of the workers' time, or None where nothing is counted
LABS_BESIDE = "course.helping.beside.beside"  # attempt -> what the site adds to its page: see labs.beside
LABS_HELP = "help-ask"  # the address (of an attempt) at which its learner asks for help
LABS_MISTAKES = BASE_DIR / "labs" / "mistakes" / "catalog"
# A function: (name of a note, maybe with #heading, language) -> {"url", "title"}, or None where there is no such note.
LABS_NOTE_LINK = "course.reading.links.note_link"
LABS_NOTES_OF = "course.reading.links.notes_of"  # (name of a lab, language) -> [{"url", "title"}, …] of the notes that it goes with
SANDBOX_REGION = "ap-northeast-2"
SANDBOX_HOME_BYTES = 64 * 1024 * 1024
SANDBOX_HOME_FILES = 5_000
SANDBOX_CLOUD_BYTES = 16 * 1024 * 1024
SANDBOX_VERSIONS_KEPT = 200
SANDBOX_WALL_SECONDS = 600
SANDBOX_CPU_SECONDS = 120
SANDBOX_LEASE_SECONDS = 30
SANDBOX_WARM_AWS = os.environ.get("COURSE_WARM_AWS") != "0"

LOGGING = logs.config(os.environ.get("COURSE_LOG", ""))
METRICS_TOKEN = os.environ.get("COURSE_METRICS_TOKEN", "")
