"""The discipline of the day: what is counted, what is expected, what a closed day said, what it is worth."""

from kpi.models.closed import Closing, Counted, Figure, Heartbeat, PersonDay, Rule
from kpi.models.delay import Delay
from kpi.models.later import Correction, Decision, Objection
from kpi.models.pay import Bonus, Payroll, PayrollLine, Rate, RulesRead
from kpi.models.settings import Indicator, Norm

__all__ = [
    "Bonus",
    "Closing",
    "Correction",
    "Counted",
    "Decision",
    "Delay",
    "Figure",
    "Heartbeat",
    "Indicator",
    "Norm",
    "Objection",
    "Payroll",
    "PayrollLine",
    "PersonDay",
    "Rate",
    "Rule",
    "RulesRead",
]
