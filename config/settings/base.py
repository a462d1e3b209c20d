"""Settings shared by every environment; each other module states only what differs."""

import os
from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

env = environ.Env()
ROOT = Path(__file__).resolve().parent.parent.parent
HOME = Path(env.str("GONGJI_HOME", str(ROOT / "var")))

SECRET_KEY = env.str("DJANGO_SECRET_KEY")
FIELD_KEYS: list[str] = env.list("FIELD_KEYS")  # newest first, each "id:base64 of 32 bytes"
BLIND_INDEX_KEY = env.str("BLIND_INDEX_KEY")
DEBUG = False
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=[])

APPS = (
    "core",
    "audit",
    "accounts",
    "directory",
    "documents",
    "reminders",
    "members",
    "plans",
    "fund",
    "payments",
    "enrolments",
    "care",
    "referrals",
    "claims",
    "actuary",
    "governance",
    "portal",
)
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_htmx",
    "lucide",
    "pgtrigger",
    "pghistory",
    "template_partials",
    *(f"apps.{name}" for name in APPS),
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "apps.accounts.middleware.SecondFactorMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "apps.core.middleware.DomainErrorMiddleware",
    "apps.core.middleware.PrivatePagesMiddleware",
    "apps.core.middleware.AddressMiddleware",
    "apps.core.middleware.OnceAgainMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "apps.portal.context.navigation",
            ],
            "builtins": ["template_partials.templatetags.partials", "apps.core.templatetags.ui"],
        },
    }
]
FORM_RENDERER = "apps.core.forms.Renderer"

DATABASES = {
    "default": {
        **env.db_url("DATABASE_URL"),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"application_name": "gongji"},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "apps.accounts.passwords.LongEnough", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "portal:home"
LOGOUT_REDIRECT_URL = "portal:front"
ACCOUNT_ADAPTER = "apps.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_SIGNUP_FORM_CLASS = "apps.accounts.forms.SignupDetails"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "optional"
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Gongji"
MFA_COMPULSORY_FOR_STAFF = True
SESSION_COOKIE_AGE = 8 * 60 * 60
SESSION_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "apps.core.views.session_expired"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Simplified Chinese"))]
LOCALE_PATHS = [ROOT / "config" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
STATICFILES_DIRS = [ROOT / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
MEDIA_ROOT = HOME / "private"  # never served by URL: views check and stream
PDF_FONT = env.str("GONGJI_PDF_FONT", "")  # empty: look where systems keep one (apps/core/paper.py)
PDF_FONT_FACE = env.int("GONGJI_PDF_FONT_FACE", 0)
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_PERMISSIONS = 0o600

EMAIL_BACKEND = env.str("EMAIL_BACKEND", "django.core.mail.backends.filebased.EmailBackend")
EMAIL_FILE_PATH = HOME / "mail"
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "Gongji <care@gongji.example>")

X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SANDBOX_URL = env.str("SANDBOX_URL", "")  # the payment page's own address, where one is used
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF, SANDBOX_URL] if SANDBOX_URL else [SELF],
    }
}

CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", "memory://")
CELERY_BROKER_POOL_LIMIT = 2  # a process; at ten, rings under load took every connection the embedded server has
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, object] = {"visibility_timeout": 300}
if CELERY_BROKER_URL.startswith("pgmq"):
    CELERY_BROKER_TRANSPORT_OPTIONS |= {
        # Always a conninfo string: the URL form with a socket path fails and drops options.
        "conn_string": os.environ["PGMQ_CONNINFO"],
        "init_extension": False,
        "wait_time_seconds": 5,
        "poll_interval_ms": 50,
        "polling_interval": 0.05,
        "pool_timeout": 2,
    }
WORKER_STILL_SECONDS = env.float("WORKER_STILL_SECONDS", 60.0)  # config/watchdog.py; 0: never
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_ACKS_ON_FAILURE_OR_TIMEOUT = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 8 if CELERY_BROKER_URL.startswith("pgmq") else 1
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 5
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_TIME_LIMIT = 30
CELERY_TASK_SOFT_TIME_LIMIT = 25
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_ALWAYS_EAGER = False
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = TIME_ZONE
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BEAT_SCHEDULE = {
    # A ring nobody has answered when the next one comes is dropped, so that a busy worker piles up none.
    name: {"task": name, "schedule": seconds, "options": {"expires": max(5.0, seconds)}}
    for name, seconds in {
        "reminders.send_due": 30.0,
        "payments.send_due": 3.0,
        "payments.read_statement": 0.5,
        "payments.confirm_checkouts": 5.0,
        "claims.open_payments": 5.0,
        "enrolments.settle_contributions": 5.0,
        "enrolments.settle_invoices": 5.0,
        "enrolments.pay_refunds": 30.0,
        "enrolments.expire_unpaid": 3600.0,
        "enrolments.check_rosters": 30.0,
        "enrolments.enrol_rosters": 30.0,
        "enrolments.forget_rosters": 24 * 3600.0,
        "care.open_due_windows": 3600.0,
        "referrals.sweep": 3600.0,
        "actuary.continue_closes": 15.0,
        "actuary.answer_what_ifs": 60.0,
        "actuary.pay_allowances": 60.0,
        "actuary.tell_allowances": 60.0,
        "governance.continue_resolutions": 15.0,
        "governance.lapse_grants": 3600.0,
        "documents.expire_held": 3600.0,
        "claims.forget_drafts": 24 * 3600.0,
        "fund.check_balances": 24 * 3600.0,
    }.items()
}
RING_QUIET_SECONDS = 0.1  # in which rings of the same task from one process become one

CELERY_BEAT_SCHEDULE_FILENAME = str(HOME / "beat-schedule")

PAYMENT_GATEWAY = env.str("PAYMENT_GATEWAY", "apps.payments.gateway.SandboxBank")  # a class that is a gateway.Bank
FUND_ACCOUNT = env.str("FUND_ACCOUNT", "6217000010001234567")  # a statement of another account is refused
PAYMENT_LEASE_SECONDS = env.int("PAYMENT_LEASE_SECONDS", 60)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    # They name the characters of people's names that a font does not have.
    "loggers": {name: {"level": "ERROR"} for name in ("fpdf", "fontTools")},
}
