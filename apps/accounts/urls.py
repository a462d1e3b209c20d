"""People and their roles."""

from django.urls import path

from apps.accounts import views

app_name = "accounts"
urlpatterns = [
    path("", views.users, name="users"),
    path("<int:user_id>/", views.user, name="user"),
]
