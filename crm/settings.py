"""The one settings file. Everything comes from the environment over a default that works.

The defaults are the embedded company: SQLite and a file broker below `var/`. `DATABASE_URL` and `REDIS_URL`
move the same program to PostgreSQL and Redis. `PRODUCTION=1` takes every unsafe default away.
A wrong value stops the start with a sentence.
"""

import os
import secrets
import sys
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.FileAwareEnv()


def _bool(name: str, default: bool) -> bool:
    value = os.environ.get(name, "").strip().lower()
    if value in ("", None):
        return default
    if value in ("1", "true", "yes", "on"):
        return True
    if value in ("0", "false", "no", "off"):
        return False
    raise ImproperlyConfigured(f"{name}={value!r} is neither yes nor no: set it to 1 or 0.")


PRODUCTION = _bool("PRODUCTION", False)
DEBUG = _bool("DEBUG", False)
if PRODUCTION and DEBUG:
    raise ImproperlyConfigured(
        "DEBUG=1 shows the program's inside to strangers: take it away where PRODUCTION=1."
    )

# Everything the program writes besides its database server: SQLite file, secret key, logs, broker folders, uploads.
VAR = Path(os.environ.get("TAKT_VAR", BASE_DIR / "var"))
VAR.mkdir(parents=True, exist_ok=True)


def _secret_key() -> str:
    given = os.environ.get("SECRET_KEY", "")
    if given:
        if PRODUCTION and len(given) < 32:
            raise ImproperlyConfigured("SECRET_KEY is shorter than 32 characters: set a longer random one.")
        return given
    if PRODUCTION:
        raise ImproperlyConfigured(
            "SECRET_KEY is not set: production signs its cookies with a key of its own."
        )
    file = VAR / "secret_key"
    try:
        with open(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as new:
            new.write(secrets.token_urlsafe(48))
    except FileExistsError:
        pass
    return file.read_text().strip()


SECRET_KEY = _secret_key()
_LOCAL_HOSTS = ["localhost", "127.0.0.1", "[::1]", "testserver"]
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[] if PRODUCTION else _LOCAL_HOSTS)
if PRODUCTION and not ALLOWED_HOSTS:
    raise ImproperlyConfigured("ALLOWED_HOSTS is not set: name the host names this company is served under.")
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
# Where people find the program: what links in letters begin with.
_first_host = next((host for host in ALLOWED_HOSTS if "*" not in host), "localhost").removeprefix(".")
TAKT_URL = os.environ.get("TAKT_URL", "").strip().rstrip("/") or (
    f"https://{_first_host}" if PRODUCTION else "http://localhost:8000"
)
if not TAKT_URL.startswith(("http://", "https://")):
    raise ImproperlyConfigured(f"TAKT_URL={TAKT_URL!r} is no address: it begins with https:// or http://.")

INSTALLED_APPS = [
    "crm",
    # The rooms, highest first, so that an upper room may put its own template in front of a lower one's.
    "reports",
    "kpi",
    "activities",
    "orders",
    "pipeline",
    "leads",
    "people",
    "core",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_filters",
    "django_htmx",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
    "axes",
]

MIDDLEWARE = [
    "core.middleware.RequestId",
    "core.middleware.Health",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "people.middleware.Language",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "crm.urls"
WSGI_APPLICATION = "crm.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ]
            if not DEBUG
            else [
                "django.template.loaders.filesystem.Loader",
                "django.template.loaders.app_directories.Loader",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "core.context.shell",
            ],
            "builtins": ["core.templatetags.takt", "django.templatetags.i18n", "django.templatetags.static"],
        },
    }
]

# --- Database -------------------------------------------------------------------------------------------------------
DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{VAR / 'takt.sqlite3'}")}
_database = DATABASES["default"]
if "sqlite3" in _database["ENGINE"]:
    # Writers queue up instead of failing: IMMEDIATE takes the write lock first (so never ATOMIC_REQUESTS), WAL lets
    # readers go on meanwhile.
    _database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA mmap_size=268435456;"
        " PRAGMA cache_size=-65536; PRAGMA foreign_keys=ON;",
    }
    # A file, so that threads of the browser tests meet real locking; one per process, so that runs do not meet.
    _database["TEST"] = {"NAME": VAR / "test" / f"{os.getpid()}.sqlite3"}
    if "pytest" in sys.modules or "pytest" in Path(sys.argv[0]).name:
        (VAR / "test").mkdir(exist_ok=True)
elif "postgresql" in _database["ENGINE"]:
    # Whatever the server takes for granted: what is asked is short and not worth compiling, and a row found by an index
    # is no dearer than the next one, as on a disk that turns. Else days and scorecards are found by reading everything.
    _database.setdefault("OPTIONS", {}).setdefault("options", "-c jit=off -c random_page_cost=1.1")
    _database["CONN_MAX_AGE"] = 60
    _database["CONN_HEALTH_CHECKS"] = True
    _database["TEST"] = {"NAME": f"takt_test_{os.getpid()}", "TEMPLATE": "template0"}
else:
    raise ImproperlyConfigured(
        "DATABASE_URL names neither SQLite nor PostgreSQL: use sqlite:///… or postgres://…."
    )
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- People ---------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "people.backends.DoorKeeper"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 0.25  # hours
# The sign-in form's field, which is also what failures are told apart by; axes would guess "email" and lock nobody out.
AXES_USERNAME_FORM_FIELD = "username"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_TEMPLATE = "people/locked_out.html"
AXES_VERBOSE = False

# --- Language, time -------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "ru"
LANGUAGES = [("ru", _("Russian")), ("en", _("English"))]
# The company's zone; a team may have its own. Moments are kept in UTC.
TIME_ZONE = os.environ.get("TAKT_ZONE", "Europe/Moscow")
try:
    ZoneInfo(TIME_ZONE)
except (ZoneInfoNotFoundError, ValueError) as error:
    raise ImproperlyConfigured(
        f"TAKT_ZONE={TIME_ZONE!r} is no time zone: use a name like Europe/Moscow."
    ) from error
USE_TZ = True
USE_I18N = True
# Ids in templates would be grouped too («100 351»); numbers that people read go through core/show.py.
USE_THOUSAND_SEPARATOR = False

# --- Background -----------------------------------------------------------------------------------------------------
REDIS_URL = os.environ.get("REDIS_URL", "")
if REDIS_URL and not REDIS_URL.startswith(("redis://", "rediss://", "unix://")):
    raise ImproperlyConfigured("REDIS_URL does not begin with redis://, rediss:// or unix://.")
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}
# The embedded broker is a folder of small files; it must exist before anybody looks into it.
BROKER_FOLDER = VAR / "broker"
if not REDIS_URL:
    for folder in (BROKER_FOLDER / "queue", BROKER_FOLDER / "control"):
        folder.mkdir(parents=True, exist_ok=True)
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1) or "filesystem://localhost"
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {"socket_connect_timeout": 2}
    if REDIS_URL
    else {
        "data_folder_in": str(BROKER_FOLDER / "queue"),
        "data_folder_out": str(BROKER_FOLDER / "queue"),
        "control_folder": str(BROKER_FOLDER / "control"),
        "polling_interval": 0.25,  # seconds a nudge waits at most, and half of what a stop takes
    }
)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A nudge that cannot be sent at once is dropped: the database knows what is due, the next tick does it.
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_DEFAULT_QUEUE = "takt"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {"tick": {"task": "core.tick", "schedule": 60.0, "options": {"expires": 60}}}
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR / "beat")

# --- Letters --------------------------------------------------------------------------------------------------------
# Without a server of its own a trial writes them into the log; in production the machine's own server takes them.
globals().update(
    env.email_url("EMAIL_URL", default="smtp://localhost:25" if PRODUCTION else "consolemail://")
)
if not PRODUCTION and "EMAIL_URL" not in os.environ:
    EMAIL_BACKEND = "core.letters.LogBackend"
EMAIL_TIMEOUT = 10  # seconds: nobody waits longer for a mail server
DEFAULT_FROM_EMAIL = SERVER_EMAIL = os.environ.get("MAIL_FROM", "takt@localhost")

# --- Static files, uploads ------------------------------------------------------------------------------------------
STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = VAR / "static"
STATIC_ROOT.mkdir(exist_ok=True)  # whitenoise warns of a folder that is not there
MEDIA_ROOT = VAR / "uploads"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not PRODUCTION
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
# A year of a sales plan, sent without scripts, is a field for each group and month.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

# --- Safety ---------------------------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
    }
}
CSRF_FAILURE_VIEW = "core.views.lost_form_key"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 14
SESSION_COOKIE_HTTPONLY = True
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
if PRODUCTION:
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SECURE_SSL_REDIRECT = _bool("SSL_REDIRECT", True)
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 60 * 60 * 24 * 30

CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# --- Logs -----------------------------------------------------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request": {"()": "core.middleware.RequestIdFilter"}},
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s [%(request_id)s] %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["request"]}},
    "root": {"handlers": ["console"], "level": os.environ.get("LOG_LEVEL", "INFO")},
    "loggers": {"django.request": {"level": "ERROR"}, "axes": {"level": "WARNING"}},
}
