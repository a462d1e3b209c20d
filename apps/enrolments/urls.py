"""Addresses of joining and covers, of groups and their rosters."""

from django.urls import path

from apps.enrolments.views import covers, groups, places, rosters

app_name = "enrolments"
urlpatterns = [
    path("", covers.mine, name="mine"),
    path("join/<slug:code>/", covers.start, name="start"),
    path("join/<int:person_id>/<slug:code>/", covers.questions, name="questions"),
    path("applications/<int:pk>/", covers.decision, name="decision"),
    path("contributions/<int:pk>/", covers.pay, name="pay"),
    path("receipts/<int:pk>/", covers.receipt, name="receipt"),
    path("places/<int:pk>/", places.place, name="place"),
    path("agreements/", groups.agreements, name="agreements"),
    path("agreements/new/", groups.agree, name="agree"),
    path("groups/", groups.groups, name="groups"),
    path("groups/sample.csv", rosters.roster_sample, name="roster_sample"),
    path("groups/<int:pk>/", groups.group, name="group"),
    path("groups/<int:pk>/upload/", rosters.upload, name="upload"),
    path("groups/<int:pk>/pay/", groups.pay_group, name="pay_group"),
    path("rosters/<int:pk>/", rosters.roster, name="roster"),
    path("rosters/<int:pk>/errors.csv", rosters.roster_errors, name="roster_errors"),
    path("rosters/<int:pk>/confirm/", rosters.confirm, name="confirm"),
    path("rosters/<int:pk>/withdraw/", rosters.withdraw, name="withdraw"),
    path("<int:pk>/drop/", covers.drop, name="drop"),
    path("<int:pk>/", covers.cover, name="cover"),
]
