"""Samples of the addresses of the room for the rights walk, a part of it at a time."""

from tests.orders import samples_catalogue, samples_orders, samples_payments, samples_plans

SAMPLES = {
    **samples_orders.SAMPLES,
    **samples_plans.SAMPLES,
    **samples_catalogue.SAMPLES,
    **samples_payments.SAMPLES,
}
