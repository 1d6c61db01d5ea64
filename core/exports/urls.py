"""Addresses of files made in the background."""

from django.urls import path

from core.exports import views
from core.exports.lists import ExportList

app_name = "exports"

urlpatterns = [
    path("files/", ExportList.as_view(), name="list"),
    path("files/<int:pk>/", views.export, name="export"),
    path("files/<int:pk>/progress/", views.progress, name="progress"),
    path("files/<int:pk>/file/", views.file, name="file"),
    path("files/<int:pk>/retry/", views.retry, name="retry"),
]
