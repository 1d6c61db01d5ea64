"""Phones and e-mails as rows: how a list of them is brought to what somebody typed."""

from collections.abc import Sequence

from leads.models import Client, Contact, ContactPoint


def sync(client: Client, contact: Contact | None, kind: str, values: Sequence[str]) -> bool:
    """Makes the points of one kind exactly `values`, in this order; whether anything changed.

    A value that takes the place of another is a correction of that row, so that history shows «was → became». The
    caller has the operation open and refreshes the search.
    """
    rows = list(ContactPoint.objects.filter(client=client, contact=contact, kind=kind).order_by("pk"))
    if [row.value for row in rows] == list(values):
        return False
    wanted = _placed([row.value for row in rows], list(values))
    for row, value in zip(rows, wanted, strict=False):
        if value is None:
            row.soft_delete()
        elif row.value != value:
            row.value = value
            row.save()
    ContactPoint.objects.bulk_create(
        [
            ContactPoint(client=client, contact=contact, kind=kind, value=value)
            for value in wanted[len(rows) :]
            if value is not None
        ]
    )
    return True


def _placed(before: Sequence[str], after: Sequence[str]) -> list[str | None]:
    """Which value each existing row gets (None: none, it goes), then the values that need new rows.

    Kept values stay in their rows where that keeps the order asked for; else the rows are filled from the first on.
    """
    new = [value for value in after if value not in before]
    kept = [value if value in after else (new.pop(0) if new else None) for value in before]
    placed = [*kept, *new]
    if [value for value in placed if value is not None] == list(after):
        return placed
    return [*after, *[None] * max(0, len(before) - len(after))]
