"""Every address of the portal."""

from django.urls import include, path

from apps.accounts.views import choose_language

handler400 = "apps.core.views.bad_request"
handler403 = "apps.core.views.forbidden"
handler404 = "apps.core.views.not_found"

APPS = {
    "members": "family/",
    "plans": "",
    "enrolments": "cover/",
    "care": "care/",
    "referrals": "referrals/",
    "claims": "claims/",
    "payments": "payments/",
    "fund": "ledger/",
    "actuary": "close/",
    "governance": "council/",
    "reminders": "messages/",
    "accounts": "people/",
}

urlpatterns = [
    path("", include("apps.portal.urls")),
    path("account/", include("allauth.urls")),
    path("language/", choose_language, name="set_language"),
    *(path(prefix, include(f"apps.{app}.urls")) for app, prefix in APPS.items()),
]
