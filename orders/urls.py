"""Addresses of the room, a list per part of it."""

from orders.catalogue_urls import catalogue_urls
from orders.orders_urls import orders_urls
from orders.payments_urls import payments_urls
from orders.plans_urls import plans_urls

app_name = "orders"

urlpatterns = [*orders_urls, *catalogue_urls, *payments_urls, *plans_urls]
