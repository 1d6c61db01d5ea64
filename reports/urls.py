from django.urls import path

from reports import views, views_saved
from reports.dashboards import views as dashboards

app_name = "reports"

urlpatterns = [
    path("dashboard/", dashboards.dashboard, name="dashboard"),
    path("dashboard/<slug:code>/", dashboards.dashboard, name="board"),
    path("dashboard/<slug:code>/<slug:key>/", dashboards.tile, name="tile"),
    path("reports/", views.catalog, name="catalog"),
    path("reports/views/<int:pk>/delete/", views_saved.delete_view, name="delete-view"),
    path("reports/<slug:code>/save/", views_saved.SaveView.as_view(), name="save-view"),
    path("reports/<slug:code>/", views.report, name="report"),
    path("reports/<slug:code>/records/", views.records, name="records"),
]
