"""Addresses of the family pages."""

from django.urls import path

from apps.members import views

app_name = "members"
urlpatterns = [
    path("", views.people, name="people"),
    path("add/", views.add, name="add"),
    path("<int:pk>/", views.person, name="person"),
    path("<int:pk>/consents/", views.consents, name="consents"),
    path("<int:pk>/ready/", views.ready, name="ready"),
    path("<int:pk>/reads/", views.who_read, name="who_read"),
    path("consents/<int:pk>/withdraw/", views.withdraw, name="withdraw"),
    path("texts/<int:pk>/", views.text, name="text"),
]
