"""Addresses of payments and what is due."""

from django.urls import URLPattern, path

from orders.lists_payments import PaymentList
from orders.views import payments, statements

payments_urls: list[URLPattern] = [
    path("payments/", PaymentList.as_view(), name="payments"),
    path("payments/new/", payments.NewPayment.as_view(), name="payment_new"),
    path("payments/statements/new/", statements.NewStatement.as_view(), name="statement_new"),
    path("payments/statements/<int:pk>/", statements.StatementPage.as_view(), name="statement"),
    path("payments/<int:pk>/", payments.payment_page, name="payment"),
    path("payments/<int:pk>/match/", payments.match, name="payment_match"),
    path("payments/<int:pk>/unmatch/", payments.unmatch, name="payment_unmatch"),
    path("payments/<int:pk>/client/", payments.Whose.as_view(), name="payment_whose"),
    path("payments/<int:pk>/edit/", payments.EditPayment.as_view(), name="payment_edit"),
    path("payments/<int:pk>/delete/", payments.delete, name="payment_delete"),
]
