"""The demo: what production runs, relaxed only where plain http on localhost needs it."""

from config.settings.base import *  # noqa: F403

ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
SESSION_COOKIE_SECURE = False
CSRF_COOKIE_SECURE = False
SECURE_SSL_REDIRECT = False
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
MFA_COMPULSORY_FOR_STAFF = False
