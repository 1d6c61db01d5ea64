from django.urls import path

from activities import views_log

app_name = "activities"

urlpatterns = [
    path("log/", views_log.Log.as_view(), name="log"),
    path("log/clients/", views_log.find, name="log-find"),
]
