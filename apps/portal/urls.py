"""Front page, home, timeline, public fund page."""

from django.urls import URLPattern

app_name = "portal"
urlpatterns: list[URLPattern] = []
