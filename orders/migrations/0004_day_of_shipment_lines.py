from django.db import migrations, models

FILL = "UPDATE orders_shipmentline SET day = (SELECT day FROM orders_shipment WHERE orders_shipment.id = shipment_id)"


class Migration(migrations.Migration):
    """Lines say the day of their shipment; the index over it has a migration of its own, since PostgreSQL alters no
    table it has just written to."""

    dependencies = [("orders", "0003_open_dues")]

    operations = [
        migrations.AddField("shipmentline", "day", models.DateField(null=True)),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
