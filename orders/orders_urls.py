"""Addresses of orders, shipments and terms."""

from django.urls import URLPattern, path

from orders.lists_orders import OrderList
from orders.views import orders, said_of_orders, shipments, terms

orders_urls: list[URLPattern] = [
    path("orders/", OrderList.as_view(), name="orders"),
    path("orders/new/", orders.new_order, name="new_order"),
    path("orders/sums/", orders.order_sums, name="order_sums"),
    path("orders/products/", orders.find_products, name="find_products"),
    path("orders/<int:pk>/", orders.order_page, name="order"),
    path("orders/<int:pk>/edit/", orders.EditOrder.as_view(), name="edit_order"),
    path("orders/<int:pk>/history/", orders.order_history, name="order_history"),
    path("orders/<int:pk>/cancel/", said_of_orders.CancelOrder.as_view(), name="cancel_order"),
    path("orders/<int:pk>/promise/", said_of_orders.Promise.as_view(), name="promise"),
    path("orders/<int:pk>/originals/", said_of_orders.Originals.as_view(), name="originals"),
    path("orders/<int:pk>/ship/", shipments.Ship.as_view(), name="ship"),
    path("orders/<int:pk>/costs/new/", said_of_orders.NewCost.as_view(), name="new_cost"),
    path("orders/costs/<int:pk>/", said_of_orders.EditCost.as_view(), name="cost"),
    path("orders/costs/<int:pk>/remove/", said_of_orders.remove_cost, name="remove_cost"),
    path("shipments/<int:pk>/return/", shipments.TakeBack.as_view(), name="take_back"),
    path("shipments/<int:pk>/correct/", shipments.Correct.as_view(), name="correct"),
    path("clients/<int:pk>/terms/", terms.EditTerms.as_view(), name="terms"),
]
