from django.urls import path

from apps.care import views

app_name = "care"
urlpatterns = [
    path("today/", views.today, name="today"),
    path("follow-up/<int:task_id>/", views.follow_up, name="follow_up"),
    path("task/<int:task_id>/done/", views.finish, name="finish"),
    path("visit/<int:follow_up_id>/", views.visit, name="visit"),
    path("file/<int:person_id>/", views.file, name="file"),
    path("doctor/<int:person_id>/", views.choose, name="choose"),
    path("doctor/<int:person_id>/<int:doctor_id>/", views.confirm_doctor, name="confirm_doctor"),
]
