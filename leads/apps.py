from django.apps import AppConfig


class LeadsConfig(AppConfig):
    """Clients, contact persons, sources, duplicates."""

    name = "leads"
