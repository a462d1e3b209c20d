"""Tests: the real database, cheap passwords, tasks rung in memory; N+1 queries raise."""

import base64
import os
import tempfile

os.environ.setdefault("DJANGO_SECRET_KEY", "test-only-secret-key-" + "x" * 50)
os.environ.setdefault("FIELD_KEYS", "t1:" + base64.b64encode(b"t" * 32).decode())
os.environ.setdefault("BLIND_INDEX_KEY", base64.b64encode(b"i" * 32).decode())
os.environ.setdefault("DATABASE_URL", "postgres://root@127.0.0.1:5432/gongji")
os.environ.setdefault("GONGJI_HOME", tempfile.mkdtemp(prefix="gongji-test-"))
os.environ.setdefault("CELERY_BROKER_URL", "memory://")

from config.settings.base import *  # noqa: F403
from config.settings.base import DATABASES, INSTALLED_APPS, MIDDLEWARE

ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
DATABASES["default"]["CONN_MAX_AGE"] = 0
if os.environ.get("TEST_TABLES") == "copied":  # see config/runner/tables.py
    DATABASES["default"]["TEST"] = {"TEMPLATE": f"{DATABASES['default']['NAME']}_template"}
RING_QUIET_SECONDS = 0.0
MFA_COMPULSORY_FOR_STAFF = False
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
INSTALLED_APPS = [*INSTALLED_APPS, "zeal"]
MIDDLEWARE = ["zeal.middleware.zeal_middleware", *MIDDLEWARE]
ZEAL_RAISE = True
ZEAL_ALLOWLIST = [{"model": "plans.PlanVersion", "field": "terms"}]  # read once a process for each version
