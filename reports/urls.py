from django.urls import path

from reports import views

app_name = "reports"

urlpatterns = [
    path("reports/", views.catalog, name="catalog"),
    path("reports/<slug:code>/", views.report, name="report"),
    path("reports/<slug:code>/records/", views.records, name="records"),
]
