"""The addresses of the whole program. Every room names its own first segment in its urls.py, with its `app_name`."""

from django.contrib.auth.views import LogoutView
from django.urls import URLPattern, URLResolver, include, path

from core.views import healthz
from crm.views import home, set_language, set_theme
from people.login import SignIn

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home, name="home"),
    path("login/", SignIn.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("language/", set_language, name="language"),
    path("theme/", set_theme, name="theme"),
    path("healthz", healthz, name="healthz"),
    path("", include("core.exports.urls")),
    path("", include("people.urls")),
    path("", include("leads.urls")),
    path("", include("pipeline.urls")),
    path("", include("activities.urls")),
    path("", include("activities.importing.urls")),
    path("", include("orders.urls")),
    path("", include("kpi.urls")),
    path("", include("reports.urls")),
]

handler400 = "core.views.bad_request"
handler403 = "core.views.forbidden"
handler404 = "core.views.not_found"
handler500 = "core.views.server_error"
