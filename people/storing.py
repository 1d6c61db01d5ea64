"""What the verbs of the people room have in common: whose right, whose operation, how a record is checked and saved.

`by` is None for the system alone.
"""

from collections.abc import Collection
from contextlib import AbstractContextManager
from typing import Any, TypeVar

from core.history.operations import Operation, operation
from core.history.tracked import Tracked
from people import access
from people.models import User

R = TypeVar("R", bound=Tracked)


def require_configure(by: User | None) -> None:
    """PermissionDenied unless `by` may "configure"; the system may."""
    if by is not None:
        access.require(by, "configure")


def operation_of(by: User | None) -> AbstractContextManager[Operation]:
    """The operation of a person, or of the system."""
    return operation(by=by, kind=Operation.Kind.FORM if by else Operation.Kind.SYSTEM)


def save_fields(record: Tracked, **values: Any) -> None:
    """Sets these fields and writes them alone, unchecked."""
    for name, value in values.items():
        setattr(record, name, value)
    record.save(update_fields=list(values))


def store(record: R, *, by: User | None, may_change: Collection[str] | None = None, **fields: Any) -> R:
    """As `write`, for what the administrator alone writes."""
    require_configure(by)
    return write(record, by=by, may_change=may_change, **fields)


def write(record: R, *, by: User | None, may_change: Collection[str] | None = None, **fields: Any) -> R:
    """Checks and saves the record with the fields in one operation; only those of `may_change`, where it is given."""
    for name, value in fields.items():
        if may_change is not None and name not in may_change:
            raise TypeError(f"{name} is none of the fields this verb changes.")
        setattr(record, name, value.strip() if isinstance(value, str) else value)
    record.full_clean(exclude=["created_at", "changed_at", "password"])
    with operation_of(by):
        record.save()
    return record
