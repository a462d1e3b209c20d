"""Addresses of the quarter close."""

from django.urls import path

from apps.actuary import views

app_name = "actuary"
urlpatterns = [
    path("", views.closes, name="closes"),
    path("begin/", views.start, name="start"),
    path("<int:pk>/", views.close, name="close"),
    path("<int:pk>/figures/<slug:name>/", views.figure, name="figure"),
    path("<int:pk>/contributions/", views.shares, name="shares"),
    path("<int:pk>/snapshot.json", views.snapshot, name="snapshot"),
]
