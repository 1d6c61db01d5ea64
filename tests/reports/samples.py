"""Samples of the reports' addresses for the rights walk. `tests/reports/test_every_report.py` walks the reports."""

from typing import Any

from people.models import Role
from reports.actions import create_mailing, save_view
from reports.models import Mailing, SavedView
from tests.cast import Cast, Member, Seller
from tests.samples import SELLERS, Sample


def year(_cast: Cast) -> dict[str, Any]:
    return {"code": "sales-year"}


NONE: dict[str, Any] = {"code": "no-such-report"}


def of_the_team(_cast: Cast) -> dict[str, Any]:
    return {"code": "team"}


def changes(_cast: Cast) -> dict[str, Any]:
    return {"code": "team", "key": "changes"}


HEADS = frozenset({Role.HEAD, Role.DIRECTOR, Role.ADMIN})

SAMPLES = {
    "reports:dashboard": Sample(shows=False, queries=("?wall=1",)),
    "reports:board": Sample(it=of_the_team, missing=NONE, roles=HEADS, shows=False),
    "reports:tile": Sample(it=changes, missing={"key": "no-such-tile"}, roles=HEADS, shows=False),
    "reports:catalog": Sample(shows=False),
    "reports:report": Sample(
        it=year, missing=NONE, roles=SELLERS, shows=False, queries=("?manager={user}", "?team={team}")
    ),
    "reports:records": Sample(
        it=year,
        missing=NONE,
        roles=SELLERS,
        shows=False,
        needs="?line=total&column=sales",
        queries=("?line=total&column=sales&manager={user}",),
    ),
}


def own_view(_cast: Cast, seller: Seller) -> SavedView:
    return save_view(by=seller.user, report="cube", name=seller.token, query="")


SAMPLES |= {
    "reports:save-view": Sample(
        it=year, missing=NONE, shows=False, post=lambda *_: {"name": "Год", "is_shared": "on"}
    ),
    "reports:delete-view": Sample(of=own_view, private=True, shows=False, post=lambda *_: {}),
}


def own_mailing(_cast: Cast, seller: Seller) -> Mailing:
    return create_mailing(
        by=seller.user, report="cube", query="", name=seller.token, recipients=[seller.user], every="week"
    )


def mailing_of(_cast: Cast, _member: Member, seller: Seller) -> dict[str, Any]:
    return {"every": "week", "weekday": "1", "day": "1", "hour": "9", "name": seller.token}


def new_mailing(_cast: Cast, member: Member, _seller: Seller) -> dict[str, Any]:
    return {"every": "week", "weekday": "1", "day": "1", "hour": "9", "recipients": [member.user.pk]}


SAMPLES |= {
    "reports:mailings": Sample(shows=False),
    "reports:mailing-new": Sample(it=year, missing=NONE, shows=False, post=new_mailing),
    "reports:mailing": Sample(of=own_mailing, post=mailing_of),
    **{
        f"reports:mailing-{verb}": Sample(of=own_mailing, shows=False, post=lambda *_: {})
        for verb in ("stop", "resume", "trial", "delete")
    },
    "reports:mailing-leave": Sample(of=own_mailing, private=True, shows=False, post=lambda *_: {}),
}
