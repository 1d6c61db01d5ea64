"""Addresses of the room."""

from django.urls import path

from pipeline import board_views, views
from pipeline.funnels import views as setup
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
    path("settings/funnels/", setup.funnel_page, name="funnels"),
    path("settings/funnels/new/", setup.new_funnel, name="new_funnel"),
    path("settings/funnels/<int:pk>/", setup.funnel_page, name="funnel"),
    path("settings/funnels/<int:pk>/rename/", setup.RenameFunnel.as_view(), name="rename_funnel"),
    path("settings/funnels/<int:pk>/retire/", setup.retire_funnel, name="retire_funnel"),
    path("settings/funnels/<int:pk>/order/", setup.order, name="order_stages"),
    path("settings/funnels/<int:pk>/stages/new/", setup.NewStage.as_view(), name="new_stage"),
    path("settings/stages/<int:pk>/", setup.EditStage.as_view(), name="stage"),
    path("settings/stages/<int:pk>/preview/", setup.preview, name="preview_stage"),
    path("settings/stages/<int:pk>/retire/", setup.retire_stage, name="retire_stage"),
    path("settings/stages/<int:pk>/bring-back/", setup.bring_back_stage, name="bring_back_stage"),
    path("settings/stages/<int:pk>/move/<str:way>/", setup.move_stage, name="move_stage"),
]
