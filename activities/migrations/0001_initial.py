import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import core.text


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("core", "0002_initial"),
        ("leads", "0001_initial"),
        ("pipeline", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ActivityKind",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(editable=False, verbose_name="created")),
                ("changed_at", models.DateTimeField(editable=False, verbose_name="changed")),
                ("deleted_at", models.DateTimeField(editable=False, null=True, verbose_name="deleted")),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="order")),
                (
                    "retired_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="retired"),
                ),
                (
                    "group",
                    models.CharField(
                        choices=[
                            ("conversation", "conversation"),
                            ("meeting", "meeting"),
                            ("letter", "letter"),
                            ("other", "other"),
                        ],
                        default="other",
                        max_length=12,
                        verbose_name="counted as",
                    ),
                ),
                ("unit", models.CharField(blank=True, max_length=20, verbose_name="unit of the quantity")),
            ],
            options={
                "verbose_name": "kind of activity",
                "verbose_name_plural": "kinds of activities",
                "ordering": ["position", "name"],
            },
        ),
        migrations.CreateModel(
            name="Activity",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(editable=False, verbose_name="created")),
                ("changed_at", models.DateTimeField(editable=False, verbose_name="changed")),
                ("deleted_at", models.DateTimeField(editable=False, null=True, verbose_name="deleted")),
                (
                    "status",
                    models.CharField(
                        choices=[("planned", "planned"), ("done", "done"), ("cancelled", "cancelled")],
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                (
                    "direction",
                    models.CharField(
                        choices=[("out", "outgoing"), ("in", "incoming")],
                        default="out",
                        max_length=3,
                        verbose_name="direction",
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("reached", "talked"),
                            ("no_answer", "no answer"),
                            ("postponed", "postponed"),
                            ("refused", "refused"),
                        ],
                        max_length=10,
                        verbose_name="outcome",
                    ),
                ),
                ("subject", models.CharField(blank=True, max_length=300, verbose_name="what is to be done")),
                ("text", models.TextField(blank=True, verbose_name="what was said")),
                (
                    "quantity",
                    models.DecimalField(
                        blank=True, decimal_places=2, max_digits=12, null=True, verbose_name="quantity"
                    ),
                ),
                ("due_on", models.DateField(blank=True, null=True, verbose_name="due")),
                ("due_at", models.DateTimeField(blank=True, null=True, verbose_name="due at")),
                ("happened_at", models.DateTimeField(blank=True, null=True, verbose_name="happened")),
                ("entered_at", models.DateTimeField(editable=False, null=True, verbose_name="entered")),
                (
                    "accepted_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="result accepted"),
                ),
                (
                    "times_moved",
                    models.PositiveSmallIntegerField(default=0, editable=False, verbose_name="times moved"),
                ),
                ("search", core.text.SearchField()),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="activities",
                        to="leads.client",
                        verbose_name="client",
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="activities",
                        to="leads.contact",
                        verbose_name="contact person",
                    ),
                ),
                (
                    "deal",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="activities",
                        to="pipeline.deal",
                        verbose_name="deal",
                    ),
                ),
                (
                    "follows",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="next_steps",
                        to="activities.activity",
                        verbose_name="follows",
                    ),
                ),
                (
                    "manager",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="activities",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="manager",
                    ),
                ),
                (
                    "set_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="set by",
                    ),
                ),
                (
                    "stage",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="pipeline.stage",
                        verbose_name="stage",
                    ),
                ),
                (
                    "kind",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="activities",
                        to="activities.activitykind",
                        verbose_name="kind",
                    ),
                ),
            ],
            options={
                "verbose_name": "activity",
                "verbose_name_plural": "activities",
            },
        ),
        migrations.CreateModel(
            name="ActivityKindVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("record_id", models.BigIntegerField()),
                ("valid_from", models.DateTimeField()),
                ("valid_to", models.DateTimeField(null=True)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(editable=False, verbose_name="created")),
                ("changed_at", models.DateTimeField(editable=False, verbose_name="changed")),
                ("deleted_at", models.DateTimeField(editable=False, null=True, verbose_name="deleted")),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="order")),
                (
                    "retired_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="retired"),
                ),
                (
                    "group",
                    models.CharField(
                        choices=[
                            ("conversation", "conversation"),
                            ("meeting", "meeting"),
                            ("letter", "letter"),
                            ("other", "other"),
                        ],
                        default="other",
                        max_length=12,
                        verbose_name="counted as",
                    ),
                ),
                ("unit", models.CharField(blank=True, max_length=20, verbose_name="unit of the quantity")),
                (
                    "operation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.operation"
                    ),
                ),
            ],
            options={
                "db_table": "activities_activitykind_version",
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="ActivityVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("record_id", models.BigIntegerField()),
                ("valid_from", models.DateTimeField()),
                ("valid_to", models.DateTimeField(null=True)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(editable=False, verbose_name="created")),
                ("changed_at", models.DateTimeField(editable=False, verbose_name="changed")),
                ("deleted_at", models.DateTimeField(editable=False, null=True, verbose_name="deleted")),
                (
                    "status",
                    models.CharField(
                        choices=[("planned", "planned"), ("done", "done"), ("cancelled", "cancelled")],
                        max_length=10,
                        verbose_name="status",
                    ),
                ),
                (
                    "direction",
                    models.CharField(
                        choices=[("out", "outgoing"), ("in", "incoming")],
                        default="out",
                        max_length=3,
                        verbose_name="direction",
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("reached", "talked"),
                            ("no_answer", "no answer"),
                            ("postponed", "postponed"),
                            ("refused", "refused"),
                        ],
                        max_length=10,
                        verbose_name="outcome",
                    ),
                ),
                ("subject", models.CharField(blank=True, max_length=300, verbose_name="what is to be done")),
                ("text", models.TextField(blank=True, verbose_name="what was said")),
                (
                    "quantity",
                    models.DecimalField(
                        blank=True, decimal_places=2, max_digits=12, null=True, verbose_name="quantity"
                    ),
                ),
                ("due_on", models.DateField(blank=True, null=True, verbose_name="due")),
                ("due_at", models.DateTimeField(blank=True, null=True, verbose_name="due at")),
                ("happened_at", models.DateTimeField(blank=True, null=True, verbose_name="happened")),
                ("entered_at", models.DateTimeField(editable=False, null=True, verbose_name="entered")),
                (
                    "accepted_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="result accepted"),
                ),
                (
                    "times_moved",
                    models.PositiveSmallIntegerField(default=0, editable=False, verbose_name="times moved"),
                ),
                (
                    "client",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="leads.client",
                        verbose_name="client",
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="leads.contact",
                        verbose_name="contact person",
                    ),
                ),
                (
                    "deal",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pipeline.deal",
                        verbose_name="deal",
                    ),
                ),
                (
                    "follows",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="activities.activity",
                        verbose_name="follows",
                    ),
                ),
                (
                    "kind",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="activities.activitykind",
                        verbose_name="kind",
                    ),
                ),
                (
                    "manager",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="manager",
                    ),
                ),
                (
                    "operation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.operation"
                    ),
                ),
                (
                    "set_by",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="set by",
                    ),
                ),
                (
                    "stage",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pipeline.stage",
                        verbose_name="stage",
                    ),
                ),
            ],
            options={
                "db_table": "activities_activity_version",
                "default_permissions": (),
            },
        ),
        migrations.AddIndex(
            model_name="activity",
            index=models.Index(fields=["client", "-happened_at"], name="activities__client__55b1cb_idx"),
        ),
        migrations.AddIndex(
            model_name="activity",
            index=models.Index(fields=["deal", "-happened_at"], name="activities__deal_id_032b67_idx"),
        ),
        migrations.AddIndex(
            model_name="activity",
            index=models.Index(fields=["manager", "-happened_at"], name="activities__manager_c438c0_idx"),
        ),
        migrations.AddIndex(
            model_name="activity",
            index=models.Index(fields=["-happened_at"], name="activities__happene_8b6535_idx"),
        ),
        migrations.AddIndex(
            model_name="activity",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True), ("status", "planned")),
                fields=["manager", "due_on", "due_at"],
                name="activities_planned_by_manager",
            ),
        ),
        migrations.AddIndex(
            model_name="activity",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True), ("status", "planned")),
                fields=["due_on", "due_at"],
                name="activities_planned_by_due",
            ),
        ),
        migrations.AddIndex(
            model_name="activity",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True), ("status", "planned")),
                fields=["client", "due_on"],
                name="activities_planned_by_client",
            ),
        ),
        migrations.AddIndex(
            model_name="activity",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True), ("status", "planned")),
                fields=["deal", "due_on"],
                name="activities_planned_by_deal",
            ),
        ),
        migrations.AddIndex(
            model_name="activity",
            index=core.text.SearchIndex(
                fields=["search"], name="activities_search", opclasses=["gin_trgm_ops"]
            ),
        ),
        migrations.AddConstraint(
            model_name="activity",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "planned"), _negated=True), ("due_on__isnull", False), _connector="OR"
                ),
                name="activities_planned_has_a_date",
            ),
        ),
        migrations.AddConstraint(
            model_name="activity",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "done"), _negated=True),
                    models.Q(("entered_at__isnull", False), ("happened_at__isnull", False)),
                    _connector="OR",
                ),
                name="activities_done_has_its_moments",
            ),
        ),
        migrations.AddIndex(
            model_name="activitykindversion",
            index=models.Index(fields=["record_id", "valid_from"], name="activities__record__b9b99f_idx"),
        ),
        migrations.AddConstraint(
            model_name="activitykindversion",
            constraint=models.UniqueConstraint(
                condition=models.Q(("valid_to__isnull", True)),
                fields=("record_id",),
                name="activities_activitykind_one_open_version",
            ),
        ),
        migrations.AddIndex(
            model_name="activityversion",
            index=models.Index(fields=["record_id", "valid_from"], name="activities__record__98bee2_idx"),
        ),
        migrations.AddIndex(
            model_name="activityversion",
            index=models.Index(fields=["manager", "happened_at"], name="activities__manager_a51f41_idx"),
        ),
        migrations.AddIndex(
            model_name="activityversion",
            index=models.Index(fields=["manager", "due_on"], name="activities__manager_8619ed_idx"),
        ),
        migrations.AddConstraint(
            model_name="activityversion",
            constraint=models.UniqueConstraint(
                condition=models.Q(("valid_to__isnull", True)),
                fields=("record_id",),
                name="activities_activity_one_open_version",
            ),
        ),
    ]
