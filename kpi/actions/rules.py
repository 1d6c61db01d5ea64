"""The verb of the rules of the game: a manager confirms having read them."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from core.history.operations import operation
from kpi.models import RulesRead
from kpi.rulebook import rulebook_of
from people.models import Role, User


def confirm_rules(*, by: User, digest: str) -> RulesRead:
    """The manager has read the rules in the version `digest`; once for each version, the first time counts.

    ValidationError where another version has come into force since the page was opened.
    """
    book = rulebook_of(by)
    if book is None or by.role != Role.MANAGER:
        raise PermissionDenied("rules")
    if digest != book.digest:
        raise ValidationError(_("The rules have changed meanwhile: read them once more."))
    with operation(by=by) as op:
        read, _made = RulesRead.objects.get_or_create(user=by, digest=digest, defaults={"at": op.at})
    return read
