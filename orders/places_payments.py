"""Payments and what is due in the places of the frame and of the rooms below."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.history import operations, rollback
from core.imports import importer
from core.outbox import every_minute
from core.places import card_panels, rail
from leads import feed
from leads.views.cards import history_records
from orders import forecasts, open_dues, payments_on_clients, payments_rolled_back
from orders.bank.importing import Payments
from orders.models import Payment
from people import access
from people.models import Role, User

SELLING = (Role.MANAGER, Role.HEAD, Role.DIRECTOR, Role.ADMIN)


def _of_nobody(user: User) -> Q:
    """Payments of which nobody knows whose they are, for who may say so."""
    return Q(client__isnull=True) if access.may(user, "payments") else Q(pk__in=())


def fill() -> None:
    """Called once, when the program is ready."""
    access.also_visible(Payment, _of_nobody)
    importer.register(Payments())
    rail.add(_("Payments"), "orders:payments", "wallet2", roles=SELLING, order=60)
    card_panels.add("leads.Client.side", "payments", payments_on_clients.money_panel, order=30)
    card_panels.add("orders.Order.payments", "new", payments_on_clients.new_payment_link)
    feed.providers.append(payments_on_clients.payments_in_feed)
    history_records.append(payments_on_clients.payments_in_history)
    rollback.objections.append(payments_rolled_back.objection)
    operations.ending.append(open_dues.after_operation)
    every_minute.append(forecasts.every_minute)
