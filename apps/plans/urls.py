"""Addresses of the plan pages."""

from django.urls import path

from apps.plans import views

app_name = "plans"
urlpatterns = [
    path("", views.catalogue, name="catalogue"),
    path("<slug:code>/", views.detail, name="detail"),
]
