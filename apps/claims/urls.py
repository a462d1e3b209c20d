"""Addresses of claims."""

from django.urls import path

from apps.claims.views import bills, filing, queue

app_name = "claims"
urlpatterns = [
    path("", bills.mine, name="mine"),
    path("new/", filing.new, name="new"),
    path("new/<uuid:key>/facts/", filing.facts, name="facts"),
    path("new/<uuid:key>/receipt/", filing.receipt, name="receipt"),
    path("new/<uuid:key>/account/", filing.account, name="account"),
    path("new/<uuid:key>/check/", filing.check, name="check"),
    path("new/<uuid:key>/drop/", filing.drop, name="drop"),
    path("queue/", queue.waiting, name="queue"),
    path("queue/<int:claim_id>/", queue.review, name="review"),
    path("queue/<int:claim_id>/take/", queue.take, name="take"),
    path("<str:number>/", bills.bill, name="bill"),
    path("<str:number>/explanation/", bills.printed, name="explanation"),
    path("<str:number>/explanation.pdf", bills.pdf, name="pdf"),
    path("<str:number>/payment/", bills.payment, name="payment"),
    path("<str:number>/papers/<int:document_id>/", bills.document, name="document"),
]
