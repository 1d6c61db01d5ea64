from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    """What is for no order yet is found without looking at every payment."""

    dependencies = [("orders", "0001_initial")]

    operations = [
        migrations.AddIndex(
            model_name="payment",
            index=models.Index(
                fields=["client"],
                condition=Q(allocated__lt=F("amount"), deleted_at__isnull=True),
                name="orders_payment_unmatched",
            ),
        ),
    ]
