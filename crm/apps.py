from django.apps import AppConfig


class CrmConfig(AppConfig):
    """The roof: knows every room, so it may say which of them the frame's search and quick log lead to."""

    name = "crm"

    def ready(self) -> None:
        from core.places import top_bar
        from people.models import Role

        sellers = frozenset({Role.MANAGER.value, Role.HEAD.value, Role.DIRECTOR.value, Role.ADMIN.value})
        top_bar.search, top_bar.search_roles = "leads:search", sellers
        top_bar.quick_log, top_bar.quick_log_roles = "activities:log", sellers
