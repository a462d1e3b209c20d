"""The books, for treasurer and auditor."""

from django.urls import path

from apps.fund import views

app_name = "fund"
urlpatterns = [
    path("", views.accounts, name="accounts"),
    path("accounts/<str:code>/", views.account, name="account"),
    path("entries/<int:pk>/", views.entry, name="entry"),
]
