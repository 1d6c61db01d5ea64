"""Addresses of the catalogue."""

from django.urls import URLPattern, path

from orders.lists_catalogue import ProductList
from orders.views import groups, products, stock

catalogue_urls: list[URLPattern] = [
    path("products/", ProductList.as_view(), name="products"),
    path("products/new/", products.NewProduct.as_view(), name="new_product"),
    path("products/look-around/", products.look_around, name="product_twins"),
    path("products/<int:pk>/", products.product_page, name="product"),
    path("products/<int:pk>/edit/", products.EditProduct.as_view(), name="edit_product"),
    path("products/<int:pk>/history/", products.product_history, name="product_history"),
    path("products/<int:pk>/retire/", products.RetireProduct.as_view(), name="retire_product"),
    path("products/<int:pk>/bring-back/", products.BringBackProduct.as_view(), name="bring_back_product"),
    path("products/groups/", groups.groups_page, name="groups"),
    path("products/groups/new/", groups.NewGroup.as_view(), name="new_group"),
    path("products/groups/<int:pk>/", groups.EditGroup.as_view(), name="group"),
    path("products/groups/<int:pk>/delete/", groups.delete_group, name="delete_group"),
    path("products/groups/<int:pk>/move/<str:way>/", groups.move_group, name="move_group"),
    path("products/groups/<int:pk>/place/", groups.place_group, name="place_group"),
    path("stock/", stock.CountStock.as_view(), name="stock"),
]
