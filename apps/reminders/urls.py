from django.urls import path

from apps.reminders import views

app_name = "reminders"
urlpatterns = [
    path("", views.inbox, name="inbox"),
    path("read/", views.read_all, name="read_all"),
    path("outbox/", views.outbox, name="outbox"),
]
