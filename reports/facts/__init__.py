"""The facts that reports count: each kind of record once, with the columns it is grouped and narrowed by.

A number of a report is an aggregate over `Fact.records(asked)`; the records behind it are these very records, so that
the two cannot disagree.
"""

from reports.facts.base import Fact, Measure, Rolled
from reports.facts.payments import PAID
from reports.facts.sales import ORDERED, SHIPMENTS, SOLD

__all__ = ["ORDERED", "PAID", "SHIPMENTS", "SOLD", "Fact", "Measure", "Rolled"]
