"""Addresses of the room."""

from django.urls import path

from activities import views_home, views_log, views_tasks
from activities.lists import ActivityList, TaskList

app_name = "activities"

urlpatterns = [
    path("my-day/", views_home.my_day, name="my-day"),
    path("team/", views_home.team, name="team"),
    path("log/", views_log.Log.as_view(), name="log"),
    path("log/clients/", views_log.find, name="log-find"),
    path("tasks/", TaskList.as_view(), name="tasks"),
    path("tasks/new/", views_tasks.NewTask.as_view(), name="task-new"),
    path("tasks/<int:pk>/move/", views_tasks.MoveTask.as_view(), name="task-move"),
    path("tasks/<int:pk>/cancel/", views_tasks.cancel_task, name="task-cancel"),
    path("tasks/<int:pk>/accept/", views_tasks.accept_result, name="task-accept"),
    path("activities/", ActivityList.as_view(), name="list"),
    path("activities/<int:pk>/", views_tasks.activity, name="activity"),
    path("activities/<int:pk>/edit/", views_tasks.EditActivity.as_view(), name="edit"),
    path("activities/<int:pk>/delete/", views_tasks.delete_activity, name="delete"),
]
