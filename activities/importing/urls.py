"""Addresses of the import."""

from django.urls import path

from activities.importing import views
from activities.importing.lists import ImportList

app_name = "imports"

urlpatterns = [
    path("imports/", ImportList.as_view(), name="list"),
    path("imports/new/", views.Upload.as_view(), name="new"),
    path("imports/new/<slug:key>/", views.Upload.as_view(), name="new"),
    path("imports/<int:pk>/", views.Run.as_view(), name="run"),
    path("imports/<int:pk>/columns/", views.Columns.as_view(), name="columns"),
    path("imports/<int:pk>/progress/", views.progress, name="progress"),
    path("imports/<int:pk>/errors/", views.errors_file, name="errors"),
    path("imports/<int:pk>/undo/", views.Undo.as_view(), name="undo"),
    path("imports/<int:pk>/retry/", views.retry, name="retry"),
    path("imports/<int:pk>/discard/", views.discard, name="discard"),
]
