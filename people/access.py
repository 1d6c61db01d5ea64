"""Who may see and do what: decided here and nowhere else.

Three scopes: own (manager), the team's (head), all (director, admin). A colleague of an adjacent department sees
nothing until a request brings a deal (upper rooms add such ways in by `also_visible`).
Whoever sees a record may change it; handing it to somebody else is for heads and above.
What is not yours answers exactly as what is not there.
"""

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, ClassVar, Self, TypeVar

from django.core.exceptions import PermissionDenied
from django.db.models import Model, Q
from django.http import Http404

from core.history.tracked import Tracked, TrackedQuerySet
from core.prepared import Prepared
from people.models import Absence, Appointment, Role, User, UserQuerySet

M = TypeVar("M", bound=Tracked)

# What a role may do besides seeing its records.
ABILITIES: dict[str, frozenset[str]] = {
    "sell": frozenset(
        {Role.MANAGER, Role.HEAD, Role.DIRECTOR, Role.ADMIN}
    ),  # clients, deals, activities at all
    "assign": frozenset(
        {Role.HEAD, Role.DIRECTOR, Role.ADMIN}
    ),  # hand records to others, set tasks for others, enter absences
    "import": frozenset({Role.MANAGER, Role.HEAD, Role.DIRECTOR, Role.ADMIN}),
    "configure": frozenset({Role.ADMIN}),  # funnels, stages, lists, users, calendar
    "closings": frozenset({Role.HEAD, Role.ADMIN}),  # how working days were closed
    "journal": frozenset({Role.DIRECTOR, Role.ADMIN}),  # the operations of everybody
    "catalogue": frozenset({Role.HEAD, Role.DIRECTOR, Role.ADMIN}),  # products, prices, stock
    "costs": frozenset({Role.HEAD, Role.DIRECTOR, Role.ADMIN}),  # what goods cost us, and so the margin
    "payments": frozenset({Role.HEAD, Role.DIRECTOR, Role.ADMIN}),  # enter money and say what it is for
    "plan": frozenset({Role.HEAD, Role.DIRECTOR, Role.ADMIN}),  # sales plans; a head those of the team
    "terms": frozenset({Role.HEAD, Role.DIRECTOR, Role.ADMIN}),  # on which terms a client buys
}

_AT_ONCE = 5_000

# Further ways in, from upper rooms: model → functions of the user that give a Q of records.
_also: dict[type[Model], list[Callable[[User], Q]]] = {}
# Of models whose records belong to nobody: the ability that changes them; of the others it is "configure".
_kept_by: dict[type[Model], str] = {}
# Fields that are not for everybody who sees the record: the ability that reads them.
_secrets: dict[tuple[type[Model], str], str] = {}


def also_visible(model: type[Model], way: Callable[[User], Q]) -> None:
    """Lets `way(user)` add records of the model to what a user sees; called in `AppConfig.ready()`."""
    _also.setdefault(model, []).append(way)


def kept_by(model: type[Model], ability: str) -> None:
    """Lets who has the ability change the records of a model without owners; called in `AppConfig.ready()`."""
    _kept_by[model] = ability


def keep_secret(model: type[Model], field: str, ability: str) -> None:
    """Only who has the ability reads this field, wherever changes are told; called in `AppConfig.ready()`."""
    _secrets[model, field] = ability


def may_read(user: User, model: type[Model], field: str) -> bool:
    """Whether the user, who sees the record, may know what stands in this field of it, or stood there once."""
    ability = _secrets.get((model, field))
    return ability is None or may(user, ability)


def may(user: User, ability: str) -> bool:
    """Whether the user's role of today has the ability (a key of `ABILITIES`)."""
    return user.is_authenticated and user.role in ABILITIES[ability]


def require(user: User, ability: str) -> None:
    """PermissionDenied unless `may`."""
    if not may(user, ability):
        raise PermissionDenied(ability)


def owners_visible_to(user: User) -> list[int] | None:
    """Ids of the people whose records the user sees; None means everybody's. Asked once per request."""
    if not user.is_authenticated or not user.is_active:
        return []
    if user.role in (Role.DIRECTOR, Role.ADMIN):
        return None
    if user.role == Role.MANAGER:
        return [user.pk]
    if user.role == Role.HEAD:
        if not hasattr(user, "_team_ids"):
            members = Appointment.objects.in_force().filter(team=user.team).values_list("user_id", flat=True)
            user._team_ids = sorted({user.pk, *members})  # type: ignore[attr-defined]
        return list(user._team_ids)  # type: ignore[attr-defined]
    return []


class VisibleQuerySet(TrackedQuerySet[M]):
    """Records that belong to a person: `owner_path` says by which lookup."""

    owner_path: ClassVar[str] = "manager"

    def visible_to(self, user: User) -> Self:
        """Only what the user may see; to be applied before grouping, counting, searching or exporting."""
        owners = owners_visible_to(user)
        if owners is None:
            return self
        condition = Q(**{f"{self.owner_path}__in": owners})
        for way in _also.get(self.model, []):
            condition |= way(user)
        return self.filter(condition)


def sellers_visible_to(user: User) -> Any:
    """The people the user may choose as responsible: whose records are visible and who sell today."""
    owners = owners_visible_to(user)
    sellers = User.objects.sellers()
    return sellers if owners is None else sellers.filter(pk__in=owners)


def people_visible_to(user: User) -> UserQuerySet:
    """Those who may sign in and whose records the user sees."""
    owners = owners_visible_to(user)
    people: UserQuerySet = User.objects.active()
    return people if owners is None else people.filter(pk__in=owners)


def absences_visible_to(user: User) -> TrackedQuerySet[Absence]:
    """The absences of the people whose records the user sees; pages for them ask the ability "assign" besides."""
    owners = owners_visible_to(user)
    absences: TrackedQuerySet[Absence] = Absence.objects.all()
    return absences if owners is None else absences.filter(user__in=owners)


def get_visible_or_404(rows: type[M] | VisibleQuerySet[M], user: User, **lookup: Any) -> M:
    """The one visible record; Http404 for a foreign one exactly as for none."""
    queryset = rows if isinstance(rows, TrackedQuerySet) else rows.objects.all()
    try:
        record: M = queryset.visible_to(user).get(**lookup)
    except (queryset.model.DoesNotExist, ValueError, OverflowError) as error:
        raise Http404 from error
    return record


def may_change(user: User, record: Tracked) -> bool:
    """Whether the user may change this record as it stands in the database."""
    return bool(changeable(user, type(record), [record.pk]))


def require_change(user: User, *records: Tracked) -> None:
    """PermissionDenied unless the user may change every one of the records."""
    for record in records:
        if not may_change(user, record):
            raise PermissionDenied(f"{record._meta.label} {record.pk}")


def require_owner(user: User, owner: User) -> None:
    """PermissionDenied unless the user may make `owner` responsible for a record."""
    owners = owners_visible_to(user)
    if owners is not None and owner.pk not in owners:
        raise PermissionDenied(f"owner {owner.pk}")


def changeable(user: User, model: type[Tracked], ids: Iterable[int]) -> set[int]:
    """Which of the rows the user may change: visible ones; rows without an owner are for the ability that keeps them
    (`kept_by`), else the admin's alone.

    Deleted rows count too, so that a rollback can ask about them.
    """
    wanted = list(ids)
    if not isinstance(model.all_objects.all(), VisibleQuerySet):
        return set(wanted) if may(user, _kept_by.get(model, "configure")) else set()
    if not may(user, "sell"):
        return set()
    owners = owners_visible_to(user)
    # The owners are compared here: asked together with thousands of ids, SQLite seeks each id for each owner's row.
    found = {pk for pk, owner in _owners_of(model).of(wanted) if owners is None or owner in owners}
    if _also.get(model):
        others = [pk for pk in wanted if pk not in found]
        for start in range(0, len(others), _AT_ONCE):  # a database takes only so many parameters
            rows = model.all_objects.filter(pk__in=others[start : start + _AT_ONCE])
            found.update(rows.visible_to(user).values_list("pk", flat=True))  # type: ignore[attr-defined]
    return found


@cache
def _owners_of(model: type[Tracked]) -> Prepared:
    """The owners of rows, deleted ones included: every verb asks for them."""
    path: str = model.all_objects.all().owner_path  # type: ignore[attr-defined]
    return Prepared(lambda: model.all_objects.values_list("pk", path))


def readable(user: User, model: type[Tracked], ids: Iterable[int]) -> set[int]:
    """Which of the rows the user may read about in the journal: all, one's own and one's team's, or oneself."""
    if may(user, "journal"):
        return set(ids)
    if model is User:
        return {user.pk} & set(ids)
    return changeable(user, model, ids)
