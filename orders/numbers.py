"""Running numbers of documents, without gaps within a year."""

from django.db.models import F

from orders.models import NumberSeries


def take(kind: str, year: int, count: int = 1) -> int:
    """The first of `count` numbers that follow each other, for documents the running transaction writes.

    The row of the series stays locked until that transaction ends: who comes at the same moment waits and gets the
    numbers after these, and what fails gives its numbers back. So a number is taken last of what a verb locks.
    """
    series = NumberSeries.objects.filter(kind=kind, year=year)
    if not series.update(last=F("last") + count):
        # Two that begin a year at one moment: one inserts, the other waits for it and counts on.
        NumberSeries.objects.bulk_create([NumberSeries(kind=kind, year=year)], ignore_conflicts=True)
        series.update(last=F("last") + count)
    last: int = series.values_list("last", flat=True).get()
    return last - count + 1
