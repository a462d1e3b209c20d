"""Paying in, for everyone; money out, for treasurer and auditor."""

from django.urls import path

from apps.payments import views

app_name = "payments"
urlpatterns = [
    path("", views.orders, name="orders"),
    path("<int:pk>/", views.order, name="order"),
    path("differences/", views.differences, name="differences"),
    path("pay/<uuid:token>/", views.pay, name="pay"),
    path("return/<uuid:token>/", views.returned, name="return"),
]
