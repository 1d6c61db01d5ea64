"""The program's addresses and a list for tests: jobs, because they belong to the ground and nobody's rights."""

from typing import Any

import django_filters
from django.db.models import Count, QuerySet, Sum
from django.http import HttpRequest
from django.urls import path

from core.models import Job
from core.tables import Column, DayRangeFilter, Empty, Flag, List
from crm.urls import handler400, handler403, handler404, handler500
from crm.urls import urlpatterns as whole

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]


class JobFilter(django_filters.FilterSet):
    state = django_filters.MultipleChoiceFilter(choices=Job.State.choices, label="State")
    attempts = django_filters.NumberFilter(label="Attempts")
    created = DayRangeFilter(field_name="created_at", label="Created")


class JobList(List):
    name, title = "test-jobs", "Jobs"
    filterset, search, default_sort = JobFilter, "", "-created"
    primary = "kind"
    per_page = 5
    empty = Empty("No jobs at all")

    def rows(self, request: HttpRequest) -> QuerySet[Any]:
        return Job.objects.exclude(kind="secret")

    def find(self, rows: QuerySet[Any], query: str) -> QuerySet[Any]:
        return rows.filter(kind__contains=query)

    def columns(self, request: HttpRequest) -> list[Column]:
        return [
            Column("number", "№", "number", "pk"),
            Column("kind", "Kind", sort="kind", link=lambda job: f"/jobs/{job.pk}/"),
            Column("attempts", "Attempts", "int", sort="attempts", total=Sum("attempts")),
            Column("created", "Created", "moment", "created_at", sort="created_at"),
            Column("flags", "Flags", "flags", lambda job: [Flag(job.state, "warn")], export=False),
            Column("error", "Error", only_export=True),
            Column("once", "Key", "text", "key", sort="key", total=Count("key")),
        ]


urlpatterns = [path("test-jobs/", JobList.as_view(), name="test-jobs"), *whole]
