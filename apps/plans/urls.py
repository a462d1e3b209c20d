"""Addresses of the plan pages."""

from django.urls import path

from apps.plans.views import calculating, drafts, reading, stacking

app_name = "plans"
urlpatterns = [
    path("plans/", reading.catalogue, name="catalogue"),
    path("plans/<slug:code>/", reading.detail, name="detail"),
    path("plans/<slug:code>/try/", calculating.calculator, name="calculator"),
    path("who-pays/", stacking.who_pays, name="who_pays"),
    path("terms/", drafts.terms, name="terms"),
    path("terms/schema.json", reading.schema, name="schema"),
    path("terms/<int:version_id>/draft/", drafts.start, name="start_draft"),
    path("terms/drafts/<int:pk>/", drafts.draft, name="draft"),
    path("terms/drafts/<int:pk>/page/", drafts.preview, name="preview"),
    path("terms/drafts/<int:pk>/publish/", drafts.publish, name="publish_draft"),
    path("terms/drafts/<int:pk>/drop/", drafts.drop, name="drop_draft"),
]
