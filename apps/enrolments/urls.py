"""Addresses of joining and covers, of groups and their rosters."""

from django.urls import path

from apps.enrolments import views
from apps.enrolments.views import groups, places, promised, rosters

app_name = "enrolments"
urlpatterns = [
    path("", views.mine, name="mine"),
    path("join/<slug:code>/", views.start, name="start"),
    path("join/<int:person_id>/<slug:code>/", views.questions, name="questions"),
    path("applications/<int:pk>/", views.decision, name="decision"),
    path("contributions/<int:pk>/", views.pay, name="pay"),
    path("receipts/<int:pk>/", views.receipt, name="receipt"),
    path("places/<int:pk>/", places.place, name="place"),
    path("agreements/", groups.agreements, name="agreements"),
    path("agreements/new/", groups.agree, name="agree"),
    path("promised/", promised.promised, name="promised"),
    path("promised/refunds/<int:pk>/", promised.refund_account, name="refund_account"),
    path("groups/", groups.groups, name="groups"),
    path("groups/sample.csv", rosters.roster_sample, name="roster_sample"),
    path("groups/<int:pk>/", groups.group, name="group"),
    path("groups/<int:pk>/upload/", rosters.upload, name="upload"),
    path("groups/<int:pk>/pay/", groups.pay_group, name="pay_group"),
    path("rosters/<int:pk>/", rosters.roster, name="roster"),
    path("rosters/<int:pk>/errors.csv", rosters.roster_errors, name="roster_errors"),
    path("rosters/<int:pk>/confirm/", rosters.confirm, name="confirm"),
    path("rosters/<int:pk>/withdraw/", rosters.withdraw, name="withdraw"),
    path("<int:pk>/drop/", views.drop, name="drop"),
    path("<int:pk>/leave/", views.leave, name="leave"),
    path("<int:pk>/points/", views.points, name="points"),
    path("<int:pk>/", views.cover, name="cover"),
]
