"""What the clients there are became by the ends of months, from the contacts and shipments there are."""

from typing import Any

from django.db import migrations


def fill(apps: Any, schema_editor: Any) -> None:
    if not apps.get_model("leads", "Client").objects.exists():
        return
    from leads import base

    base.rebuild()


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0002_mailings"),
        ("leads", "0008_base_of_clients"),
        ("activities", "0005_due_by_index"),
        ("orders", "0001_initial"),
    ]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
