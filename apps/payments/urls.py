"""Paying in, for everyone; money out, for treasurer and auditor; second persons."""

from django.urls import path

from apps.payments.views import differences, files, orders, paying, proposals

app_name = "payments"
urlpatterns = [
    path("", orders.orders, name="orders"),
    path("desk/", orders.desk, name="desk"),
    path("<int:pk>/", orders.order, name="order"),
    path("<int:pk>/ask/", orders.ask, name="ask"),
    path("<int:pk>/again/", orders.pay_again, name="pay_again"),
    path("differences/", differences.differences, name="differences"),
    path("differences/<int:pk>/", differences.line, name="line"),
    path("proposals/", proposals.proposals, name="proposals"),
    path("proposals/<int:pk>/", proposals.proposal, name="proposal"),
    path("limits/", proposals.limits, name="limits"),
    path("files/", files.batches, name="batches"),
    path("files/<int:pk>/", files.batch, name="batch"),
    path("files/<int:pk>/payments.csv", files.batch_file, name="batch_file"),
    path("statements/", files.statements, name="statements"),
    path("pay/<uuid:token>/", paying.pay, name="pay"),
    path("return/<uuid:token>/", paying.returned, name="return"),
]
