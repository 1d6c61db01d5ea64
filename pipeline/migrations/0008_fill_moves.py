from typing import Any

from django.db import migrations

from pipeline import rebuilding


def fill(*_args: Any) -> None:
    rebuilding.rebuild()


class Migration(migrations.Migration):
    """Of the moves that are there; apart from the columns, since PostgreSQL alters no table it has just written to."""

    dependencies = [
        ("pipeline", "0007_moves_add_up"),
        ("people", "0006_hours_only_dated"),
    ]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
