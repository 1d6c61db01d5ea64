"""Pages for some roles only: to everybody else they are not there."""

from collections.abc import Callable
from functools import wraps
from typing import Any, ClassVar

from django.http import Http404, HttpRequest, HttpResponseBase

from people import access


class ForAbility:
    """Mixed into a view before it: the page answers 404 to who has not the ability (a key of `access.ABILITIES`).

    Asked before anything else of the view, whatever the method.
    """

    ability: ClassVar[str]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not access.may(request.user, self.ability):  # type: ignore[arg-type]
            raise Http404
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
        return response


def for_ability(ability: str) -> Callable[[Callable[..., HttpResponseBase]], Callable[..., HttpResponseBase]]:
    """The same for a view that is a function: `@for_ability("configure")`."""

    def guard(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not access.may(request.user, ability):  # type: ignore[arg-type]
                raise Http404
            return view(request, *args, **kwargs)

        return guarded

    return guard
