"""Addresses of the actuary: closes, what-ifs."""

from django.urls import path

from apps.actuary.views import closes, what_ifs

app_name = "actuary"
urlpatterns = [
    path("", closes.closes, name="closes"),
    path("begin/", closes.start, name="start"),
    path("<int:pk>/", closes.close, name="close"),
    path("<int:pk>/figures/<slug:name>/", closes.figure, name="figure"),
    path("<int:pk>/contributions/", closes.shares, name="shares"),
    path("<int:pk>/open-again/", closes.ask_reopening, name="ask_reopening"),
    path("reopenings/<int:pk>/", closes.decide_reopening, name="decide_reopening"),
    path("<int:pk>/snapshot.json", closes.snapshot, name="snapshot"),
    path("what-if/", what_ifs.what_ifs, name="what_ifs"),
    path("what-if/ask/", what_ifs.ask, name="ask"),
    path("what-if/<int:pk>/", what_ifs.what_if, name="what_if"),
    path("what-if/<int:pk>/changes.svg", what_ifs.chart, name="what_if_chart"),
]
