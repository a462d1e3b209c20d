"""Addresses of the council."""

from django.urls import path

from apps.governance.views import accounts, acting, proposing, reading

app_name = "governance"
urlpatterns = [
    path("", reading.council, name="council"),
    path("propose/", proposing.propose, name="propose"),
    path("payees/", accounts.payees, name="payees"),
    path("payees/<int:pk>/", accounts.name_account, name="name_account"),
    path("lines/<int:pk>/pay-again/", accounts.pay_again, name="pay_again"),
    path("<int:pk>/", reading.resolution, name="resolution"),
    path("<int:pk>/minutes/", reading.minutes, name="minutes"),
    path("<int:pk>/manifest.json", reading.manifest, name="manifest"),
    path("<int:pk>/open/", acting.open_ballot, name="open"),
    path("<int:pk>/vote/", acting.vote, name="vote"),
    path("<int:pk>/close/", acting.close_ballot, name="close"),
    path("<int:pk>/cancel/", acting.cancel, name="cancel"),
    path("<int:pk>/ratify/", acting.ratify, name="ratify"),
]
