"""Funnels, stages, deals and their moves."""

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.history.operations import Operation
from core.history.tracked import Tracked, TrackedQuerySet, Until, alive_manager
from core.money import MoneyField
from leads.models import Client, NamedList
from people.models import User
from pipeline.queries import (
    DealQuerySet,
    FunnelQuerySet,
    LossReasonQuerySet,
    StageMoveQuerySet,
    StageQuerySet,
)

_ALIVE = Q(deleted_at__isnull=True)


class Funnel(Tracked):
    """A way of selling: an ordered row of stages."""

    name = models.CharField(_("name"), max_length=100)
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    retired_at = models.DateTimeField(_("retired"), null=True, blank=True, editable=False)

    objects = alive_manager(FunnelQuerySet)
    all_objects = FunnelQuerySet.as_manager()

    class Meta:
        verbose_name = _("funnel")
        verbose_name_plural = _("funnels")
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.name


class Stage(Tracked):
    """One step of a funnel. A retired stage keeps its history and takes no deals."""

    class Kind(models.TextChoices):
        OPEN = "open", _("open")
        WON = "won", _("won")
        LOST = "lost", _("lost")

    funnel = models.ForeignKey(Funnel, models.PROTECT, related_name="stages", verbose_name=_("funnel"))
    name = models.CharField(_("name"), max_length=60)
    kind = models.CharField(_("type"), max_length=4, choices=Kind, default=Kind.OPEN)
    colour = models.PositiveSmallIntegerField(_("colour"), default=1)
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    probability = models.PositiveSmallIntegerField(
        _("probability, %"), default=0, validators=[MinValueValidator(0), MaxValueValidator(100)]
    )
    norm_days = models.PositiveSmallIntegerField(
        _("norm, working days"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(365)],
    )
    # Keys of `pipeline.control.CONTROLS`: what must be filled before a deal may enter.
    control_points = models.JSONField(_("control points"), default=list, blank=True)
    hint = models.CharField(_("hint for the seller"), max_length=200, blank=True)
    retired_at = models.DateTimeField(_("retired"), null=True, blank=True, editable=False)

    objects = alive_manager(StageQuerySet)
    all_objects = StageQuerySet.as_manager()

    class Meta:
        verbose_name = _("stage")
        verbose_name_plural = _("stages")
        ordering = ["funnel", "position", "id"]

    def __str__(self) -> str:
        return self.name

    @property
    def colour_class(self) -> str:
        return f"stage-{self.colour:02d}"


class LossReason(NamedList):
    """Why deals are lost."""

    objects = alive_manager(LossReasonQuerySet)
    all_objects = LossReasonQuerySet.as_manager()

    class Meta:
        verbose_name = _("reason of loss")
        verbose_name_plural = _("reasons of loss")
        ordering = ["position", "name"]


class ProductGroup(Tracked):
    """What is sold, as a tree. It stands in this room because deals name a group, and keys point down."""

    name = models.CharField(_("name"), max_length=100)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("parent group")
    )
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    # What has not been sold for longer counts as illiquid stock (S10).
    illiquid_days = models.PositiveSmallIntegerField(_("illiquid after, days"), null=True, blank=True)

    objects = alive_manager(TrackedQuerySet["ProductGroup"])
    all_objects = TrackedQuerySet["ProductGroup"].as_manager()

    class Meta:
        verbose_name = _("product group")
        verbose_name_plural = _("product groups")
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name


class Deal(Tracked):
    """One intended sale to a client. Its number is its id.

    `stage`, `state`, `stage_since` and `closed_at` change by `pipeline.actions.move_deal` only;
    `last_contact_at` and `next_step_…` by the verbs of activities.
    """

    State = Stage.Kind

    # No index of a key's own: the ones below begin with them, or nobody looks for them alone.
    client = models.ForeignKey(
        Client, models.PROTECT, related_name="deals", verbose_name=_("client"), db_index=False
    )
    name = models.CharField(_("what is sold"), max_length=200, blank=True)
    stage = models.ForeignKey(
        Stage, models.PROTECT, related_name="deals", verbose_name=_("stage"), db_index=False
    )
    # The stage's kind, here for indexes; a stage with deals keeps its kind.
    state = models.CharField(
        _("state"), max_length=4, choices=Stage.Kind, default=Stage.Kind.OPEN, editable=False
    )
    stage_since = models.DateTimeField(_("in the stage since"), editable=False)
    closed_at = models.DateTimeField(_("closed"), null=True, editable=False)
    manager = models.ForeignKey(
        User, models.PROTECT, related_name="deals", verbose_name=_("manager"), db_index=False
    )
    amount = MoneyField(_("amount"), null=True, blank=True)
    expected_on = models.DateField(_("expected to close"), null=True, blank=True)
    product_group = models.ForeignKey(
        ProductGroup,
        models.PROTECT,
        db_index=False,
        null=True,
        blank=True,
        related_name="deals",
        verbose_name=_("product group"),
    )
    loss_reason = models.ForeignKey(
        LossReason,
        models.PROTECT,
        db_index=False,
        null=True,
        blank=True,
        related_name="deals",
        verbose_name=_("reason of loss"),
    )
    loss_note = models.CharField(_("more about the loss"), max_length=300, blank=True)
    return_on = models.DateField(_("return to it on"), null=True, blank=True)
    waiting_until = models.DateField(_("waiting until"), null=True, blank=True)
    note = models.TextField(_("note"), blank=True)

    last_contact_at = models.DateTimeField(_("last contact"), null=True, editable=False)
    next_step_on = models.DateField(_("next step"), null=True, editable=False)
    next_step_at = models.DateTimeField(_("time of the next step"), null=True, editable=False)

    # Of its moves (`pipeline.passage`): ids of the open and won stages of its funnel that it ever entered, in ascending
    # order; the stage that a lost deal was lost from, None for one lost at once.
    passed = models.TextField(default="", editable=False)
    lost_from = models.ForeignKey(
        Stage, models.PROTECT, null=True, editable=False, related_name="+", db_index=False
    )

    untracked_fields = ("passed", "lost_from")
    derived_fields = ("state", "stage_since", "closed_at", "last_contact_at", "next_step_on", "next_step_at")
    version_indexes: ClassVar[tuple[tuple[str, ...] | models.Index, ...]] = (
        ("manager", "valid_from"),
        ("stage", "valid_from"),
        # What was open in somebody's hands at a moment: counted by the index alone.
        models.Index(
            "manager",
            Until("valid_to"),
            "next_step_on",
            "waiting_until",
            "state",
            "deleted_at",
            "valid_from",
            "valid_to",
            "record_id",
            condition=Q(state="open"),
            name="pipeline_open_until",
        ),
        models.Index(fields=["closed_at"], condition=Q(closed_at__isnull=False), name="pipeline_closed_then"),
    )

    objects = alive_manager(DealQuerySet)
    all_objects = DealQuerySet.as_manager()

    class Meta:
        verbose_name = _("deal")
        verbose_name_plural = _("deals")
        indexes = [
            models.Index(fields=["manager", "state", "next_step_on"]),
            # The list, by the latest change, with the total of what is open.
            models.Index(fields=["changed_at", "id"], condition=_ALIVE, name="pipeline_deal_latest"),
            models.Index(
                fields=["state", "changed_at", "id"], condition=_ALIVE, name="pipeline_deal_state_latest"
            ),
            # Totals of the list and of people's lines on the home pages, those without a next step, stuck and
            # forgotten ones among them.
            models.Index(
                fields=[
                    *("state", "manager", "amount", "deleted_at", "next_step_on", "waiting_until"),
                    *("stage", "stage_since", "last_contact_at", "created_at"),
                ],
                name="pipeline_deal_total",
            ),
            # The board: counts and sums of its columns, the first cards of each. Sums are read from the index alone;
            # SQLite does so only where the index holds `deleted_at` itself and not as its condition.
            # With the client, so that the list of clients narrowed by a status reads it alone, too.
            models.Index(
                fields=["stage", "manager", "amount", "deleted_at", "client"], name="pipeline_deal_sums"
            ),
            models.Index(
                fields=["stage", "closed_at", "manager", "amount", "deleted_at"], name="pipeline_deal_closed"
            ),
            # What is expected to be won in a period, weighted by its stage.
            models.Index(
                fields=["expected_on", "stage", "product_group", "manager", "amount"],
                condition=_ALIVE & Q(state="open"),
                name="pipeline_deal_expected",
            ),
            # How far the deals made in a period came.
            models.Index(
                fields=["stage", "passed", "manager", "amount", "created_at", "deleted_at"],
                name="pipeline_deal_passed",
            ),
            # What was won and lost in a period, by its client, why and where it was lost.
            models.Index(
                fields=[
                    *("state", "closed_at", "client", "manager", "amount"),
                    *("loss_reason", "lost_from", "deleted_at"),
                ],
                condition=Q(closed_at__isnull=False),
                name="pipeline_deal_ended",
            ),
            # A client's deals; those made in a period by what their clients are.
            models.Index(
                fields=["client", "state", "created_at", "manager", "deleted_at"],
                name="pipeline_deal_of_client",
            ),
            # The few that are not there any more: moves are counted without them.
            models.Index(
                fields=["deleted_at"], condition=Q(deleted_at__isnull=False), name="pipeline_deal_deleted"
            ),
            models.Index(fields=["stage", "stage_since", "id"], condition=_ALIVE, name="pipeline_deal_cards"),
            models.Index(
                fields=["manager", "stage", "stage_since", "id"],
                condition=_ALIVE,
                name="pipeline_deal_own_cards",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__isnull=True) | Q(amount__gte=0), name="pipeline_deal_amount_not_negative"
            )
        ]

    def __str__(self) -> str:
        return self.name or str(self.client)

    def get_absolute_url(self) -> str:
        return reverse("pipeline:deal", args=[self.pk])

    @property
    def number(self) -> int:
        return self.pk


class StageMove(models.Model):
    """A deal entered a stage: written by `pipeline.passage`, never changed but for `left_at`. `day` and `month` are the
    company's local ones."""

    # No index of a key's own where one below begins with it.
    deal = models.ForeignKey(Deal, models.PROTECT, related_name="moves", db_index=False)
    from_stage = models.ForeignKey(Stage, models.PROTECT, null=True, related_name="+", db_index=False)
    to_stage = models.ForeignKey(Stage, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    day = models.DateField()
    month = models.DateField()
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    manager = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    amount = MoneyField(null=True)
    operation = models.ForeignKey(Operation, models.PROTECT, related_name="+")
    # Working days of the stay that this move ended; None for the first one.
    stood_days = models.IntegerField(null=True)
    # When the stay that it began ended; None while it lasts.
    left_at = models.DateTimeField(null=True)

    objects = StageMoveQuerySet.as_manager()

    class Meta:
        verbose_name = _("stage move")
        verbose_name_plural = _("stage moves")
        indexes = [
            models.Index(fields=["deal", "at"]),
            models.Index(fields=["manager", "at"]),
            models.Index(fields=["to_stage", "at"]),
            # What moved in a period: SQLite adds up as it reads, without sorting, where the index is in the order of
            # the groups.
            models.Index(
                fields=["day", "from_stage", "to_stage", "deal", "manager", "amount"],
                name="pipeline_move_flow",
            ),
            # How long stays were that have ended, and since when those last that have not.
            models.Index(
                fields=["from_stage", "stood_days", "day", "deal", "manager"],
                condition=Q(from_stage__isnull=False),
                name="pipeline_move_stood",
            ),
            models.Index(
                fields=["to_stage", "day", "left_at", "deal", "manager"], name="pipeline_move_lasting"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.deal_id}: {self.from_stage_id} → {self.to_stage_id}"
