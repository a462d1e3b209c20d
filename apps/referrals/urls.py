from django.urls import path

from apps.referrals import views

app_name = "referrals"
urlpatterns = [
    path("new/<int:person_id>/", views.new, name="new"),
    path("desk/", views.desk, name="desk"),
    path("specialist/", views.specialist, name="specialist"),
    path("<int:referral_id>/", views.referral, name="referral"),
    path("<int:referral_id>/<slug:event>/", views.act, name="act"),
]
