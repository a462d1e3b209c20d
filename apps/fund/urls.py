"""The books, for treasurer and auditor."""

from django.urls import path

from apps.fund import views

app_name = "fund"
urlpatterns = [
    path("", views.accounts, name="accounts"),
    path("trial-balance.csv", views.trial_csv, name="trial_csv"),
    path("journal.csv", views.journal_csv, name="journal_csv"),
    path("accounts/<str:code>/", views.account, name="account"),
    path("accounts/<str:code>/statement.csv", views.statement_csv, name="statement_csv"),
    path("entries/<int:pk>/", views.entry, name="entry"),
    path("entries/<int:pk>/correct/", views.ask_correction, name="ask_correction"),
    path("corrections/<int:pk>/", views.correction, name="correction"),
]
