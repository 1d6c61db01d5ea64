"""Addresses of the room."""

from django.urls import path

from pipeline import board_views, views
from pipeline.lists import DealList

app_name = "pipeline"

urlpatterns = [
    path("board/", board_views.board, name="board"),
    path("board/<int:pk>/", board_views.board, name="board"),
    path("board/<int:pk>/<int:stage>/", board_views.column, name="column"),
    path("deals/", DealList.as_view(), name="deals"),
    path("deals/new/", views.new_deal, name="new"),
    path("deals/<int:pk>/", views.deal_page, name="deal"),
    path("deals/<int:pk>/edit/", views.EditDeal.as_view(), name="edit"),
    path("deals/<int:pk>/move/", views.move, name="move"),
    path("deals/<int:pk>/assign/", views.assign, name="assign"),
    path("deals/<int:pk>/delete/", views.delete, name="delete"),
]
