"""Samples of the addresses of the room for the rights walk, a part of it at a time."""

from tests.orders import samples_plans

SAMPLES = {**samples_plans.SAMPLES}
