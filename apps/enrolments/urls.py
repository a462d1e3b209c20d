"""Addresses of joining and of covers."""

from django.urls import path

from apps.enrolments import views

app_name = "enrolments"
urlpatterns = [
    path("", views.mine, name="mine"),
    path("join/<slug:code>/", views.start, name="start"),
    path("join/<int:person_id>/<slug:code>/", views.questions, name="questions"),
    path("applications/<int:pk>/", views.decision, name="decision"),
    path("contributions/<int:pk>/", views.pay, name="pay"),
    path("receipts/<int:pk>/", views.receipt, name="receipt"),
    path("<int:pk>/drop/", views.drop, name="drop"),
    path("<int:pk>/leave/", views.leave, name="leave"),
    path("<int:pk>/", views.cover, name="cover"),
]
