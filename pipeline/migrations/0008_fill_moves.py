from typing import Any

from django.db import migrations


def fill(apps: Any, _schema_editor: Any) -> None:
    if apps.get_model("pipeline", "StageMove").objects.exists():
        from pipeline import rebuilding

        rebuilding.rebuild()


class Migration(migrations.Migration):
    """Of the moves that are there, if any are: a new company's tables may have other columns by the time this runs. Apart
    from the columns, since PostgreSQL alters no table it has just written to."""

    dependencies = [
        ("pipeline", "0007_moves_add_up"),
        ("people", "0006_hours_only_dated"),
    ]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
