"""Which reports the demo company sends by mail."""

from crm.demo.people import Cast
from reports.actions import create_mailing
from reports.schedule import Every


def make_mailings(cast: Cast) -> None:
    """The director's morning, to the heads as well; a head's debtors of the week as an Excel file."""
    create_mailing(
        by=cast.director, report="plan-fact", query="", name="План-факт на утро", every=Every.WORKING_DAY,
        hour=9, recipients=[cast.director, *cast.heads],
    )  # fmt: skip
    create_mailing(
        by=cast.heads[0], report="debtors", query="", every=Every.WEEK, weekday=0, hour=10,
        with_file=True, if_anything=True, recipients=[cast.heads[0]],
    )  # fmt: skip
