from django.urls import path

from reports import views, views_mailings, views_saved
from reports.dashboards import views as dashboards

app_name = "reports"

urlpatterns = [
    path("dashboard/", dashboards.dashboard, name="dashboard"),
    path("dashboard/<slug:code>/", dashboards.dashboard, name="board"),
    path("dashboard/<slug:code>/<slug:key>/", dashboards.tile, name="tile"),
    path("reports/", views.catalog, name="catalog"),
    path("reports/views/<int:pk>/delete/", views_saved.delete_view, name="delete-view"),
    path("reports/mailings/", views_mailings.mailings, name="mailings"),
    path("reports/mailings/<int:pk>/", views_mailings.OneMailing.as_view(), name="mailing"),
    path("reports/mailings/<int:pk>/stop/", views_mailings.StopMailing.as_view(), name="mailing-stop"),
    path("reports/mailings/<int:pk>/resume/", views_mailings.ResumeMailing.as_view(), name="mailing-resume"),
    path("reports/mailings/<int:pk>/trial/", views_mailings.TrialOfMailing.as_view(), name="mailing-trial"),
    path("reports/mailings/<int:pk>/delete/", views_mailings.DeleteMailing.as_view(), name="mailing-delete"),
    path("reports/mailings/<int:pk>/leave/", views_mailings.LeaveMailing.as_view(), name="mailing-leave"),
    path("reports/<slug:code>/mail/", views_mailings.NewMailing.as_view(), name="mailing-new"),
    path("reports/<slug:code>/save/", views_saved.SaveView.as_view(), name="save-view"),
    path("reports/<slug:code>/", views.report, name="report"),
    path("reports/<slug:code>/records/", views.records, name="records"),
]
