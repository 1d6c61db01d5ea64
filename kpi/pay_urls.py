"""The addresses of money."""

from django.urls import path

from kpi.views import pay

urlpatterns = [
    path("payroll/", pay.payroll, name="payroll"),
    path("payroll/people/<int:pk>/", pay.person, name="payroll-person"),
    path("settings/rates/", pay.Rates.as_view(), name="rates"),
    path("settings/rates/new/", pay.NewRate.as_view(), name="rate-new"),
    path("settings/rates/<int:pk>/drop/", pay.DropRate.as_view(), name="rate-drop"),
    path("settings/bonuses/of/<int:pk>/", pay.NewBonus.as_view(), name="bonus-new"),
    path("settings/bonuses/<int:pk>/drop/", pay.DropBonus.as_view(), name="bonus-drop"),
]
