"""The one cut-off of the company and the zones of teams become hours that have held since always; and back.

A migration of its own: PostgreSQL alters no table in the transaction that has written keys to it.
"""

import datetime as dt

from django.db import migrations

from core import periods

ALWAYS = dt.date(2000, 1, 1)


def to_rows(apps, schema_editor):
    Company, Team, WorkingHours, Version, Operation = (
        apps.get_model(label)
        for label in (
            "people.Company",
            "people.Team",
            "people.WorkingHours",
            "people.WorkingHoursVersion",
            "core.Operation",
        )
    )
    company = Company.objects.filter(deleted_at=None).first()
    if company is None:
        return  # a new database: the starting data makes the row
    cutoff = max(company.cutoff, dt.time(0, 1))
    starts = dt.time(9) if cutoff > dt.time(9) else dt.time(0)
    now = periods.now()
    teams = Team.objects.filter(deleted_at=None).exclude(zone="")
    made = [
        WorkingHours(
            team=team, since=ALWAYS, starts=starts, cutoff=cutoff, zone=zone, created_at=now, changed_at=now
        )
        for team, zone in [(None, ""), *((team, team.zone) for team in teams)]
    ]
    operation = Operation.objects.create(
        at=now, kind="system", counts={"people.workinghours": [len(made), 0]}
    )
    for row in made:
        row.save()
        Version.objects.create(
            record_id=row.pk,
            operation=operation,
            valid_from=now,
            version=row.version,
            created_at=now,
            changed_at=now,
            since=row.since,
            team=row.team,
            starts=row.starts,
            cutoff=row.cutoff,
            zone=row.zone,
        )


def to_columns(apps, schema_editor):
    """From the rows in force today; later and earlier ones are lost. The version that is open says the same."""
    Company, Team, WorkingHours, Operation = (
        apps.get_model(label)
        for label in ("people.Company", "people.Team", "people.WorkingHours", "core.Operation")
    )
    rows = WorkingHours.objects.filter(deleted_at=None, since__lte=periods.today()).order_by("since")
    in_force = {row.team_id: row for row in rows}
    for team_id, row in in_force.items():
        model, version, pk, values = (
            (Team, "TeamVersion", team_id, {"zone": row.zone})
            if team_id
            else (Company, "CompanyVersion", 1, {"cutoff": row.cutoff})
        )
        model.objects.filter(pk=pk).update(**values)
        apps.get_model("people", version).objects.filter(record_id=pk, valid_to=None).update(**values)
    # The journal names tables, and this one goes away.
    for operation in Operation.objects.filter(counts__has_key="people.workinghours"):
        del operation.counts["people.workinghours"]
        operation.save()


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0004_working_hours"),
    ]

    operations = [migrations.RunPython(to_rows, to_columns)]
