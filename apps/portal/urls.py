"""Front page, home, a person's page, the public fund page, the auditor's events, frozen payments."""

from django.urls import path

from apps.portal import views

app_name = "portal"
urlpatterns = [
    path("", views.front, name="front"),
    path("home/", views.home, name="home"),
    path("home/<int:person_id>/", views.person, name="person"),
    path("money/", views.money, name="money"),
    path("money/account/", views.account, name="account"),
    path("fund/", views.fund, name="fund"),
    path("frozen/", views.frozen, name="frozen"),
    path("events/", views.events, name="events"),
]
