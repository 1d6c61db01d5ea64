"""Whom the program lets in."""

from typing import Any

from django.conf import settings
from django.contrib.auth.backends import ModelBackend


class DoorKeeper(ModelBackend):
    """Active people by their password. In production nobody of a demo company: their password is known to everybody.

    Asked at sign-in and again with every request, so that a session from before does not get around it.
    """

    def user_can_authenticate(self, user: Any) -> bool:
        return super().user_can_authenticate(user) and not (settings.PRODUCTION and user.is_demo)
