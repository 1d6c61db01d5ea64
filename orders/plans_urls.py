"""Addresses of sales plans."""

from django.urls import URLPattern, path

from orders.views import plans

# What heads may not open stands beside "plans/", their entry of the rail: to them it is not there, in nothing.
plans_urls: list[URLPattern] = [
    path("plans/", plans.Plans.as_view(), name="plans"),
    path("planning/new/", plans.NewPlan.as_view(), name="plan-new"),
    path("plans/<int:year>/", plans.PlanPage.as_view(), name="plan"),
    path("plans/<int:year>/sheet/", plans.PlanSheet.as_view(), name="plan-sheet"),
    path("plans/<int:year>/file/", plans.PlanFile.as_view(), name="plan-file"),
    path("plans/<int:year>/copy/", plans.CopyPlan.as_view(), name="plan-copy"),
    path("planning/<int:year>/adopt/", plans.AdoptPlan.as_view(), name="plan-adopt"),
    path("planning/<int:year>/tolerance/", plans.Tolerance.as_view(), name="plan-tolerance"),
    path("plans/<int:year>/versions/", plans.PlanVersions.as_view(), name="plan-versions"),
    path("plans/<int:year>/versions/<int:pk>/", plans.PlanVersion.as_view(), name="plan-version"),
]
