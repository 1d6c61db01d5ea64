"""Clients: one card from the first contact on, their contact persons, phones, e-mails, sources and campaigns."""

import re
from typing import ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from core.history.tracked import Tracked, TrackedQuerySet, alive_manager
from core.indexes import ScanIndex
from core.money import MoneyField
from core.phones import format_phone
from core.text import SearchField, SearchIndex
from leads.queries import ClientQuerySet, ContactPointQuerySet, ContactQuerySet
from people.models import User

_SITE = re.compile(r"https?://[\w-]+(?:\.[\w-]+)+(?::\d+)?(?:[/?#]\S*)?")


class NamedList(Tracked):
    """A short editable list (sources, segments): retired entries keep their history and are offered no more."""

    name = models.CharField(_("name"), max_length=100)
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    retired_at = models.DateTimeField(_("retired"), null=True, blank=True, editable=False)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


class Source(NamedList):
    """The channel a client came by."""

    objects = alive_manager(TrackedQuerySet["Source"])
    all_objects = TrackedQuerySet["Source"].as_manager()

    class Meta:
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        ordering = ["position", "name"]


class Campaign(NamedList):
    """What was undertaken to win clients, within a source: an exhibition, a mailing, an advertisement (C10)."""

    source = models.ForeignKey(
        Source, models.PROTECT, related_name="campaigns", verbose_name=_("source"), null=True, blank=True
    )
    starts = models.DateField(_("first day"))
    ends = models.DateField(_("last day"), null=True, blank=True)

    objects = alive_manager(TrackedQuerySet["Campaign"])
    all_objects = TrackedQuerySet["Campaign"].as_manager()

    class Meta:
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        ordering = ["position", "name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends__isnull=True) | Q(ends__gte=F("starts")),
                name="leads_campaign_starts_before_ends",
            )
        ]

    def clean(self) -> None:
        if self.starts and self.ends and self.ends < self.starts:
            raise ValidationError({"ends": gettext("The campaign ends before it begins.")})


class CampaignCost(Tracked):
    """What a campaign cost in one month; `month` is its first day."""

    part_of = "campaign"
    campaign = models.ForeignKey(
        Campaign, models.PROTECT, related_name="costs", verbose_name=_("campaign"), db_index=False
    )
    month = models.DateField(_("month"))
    amount = MoneyField(_("spent"))

    objects = alive_manager(TrackedQuerySet["CampaignCost"])
    all_objects = TrackedQuerySet["CampaignCost"].as_manager()

    class Meta:
        verbose_name = _("cost of a campaign")
        verbose_name_plural = _("costs of campaigns")
        ordering = ["month"]
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "month"],
                condition=Q(deleted_at__isnull=True),
                name="leads_campaign_cost_once",
            ),
            models.CheckConstraint(condition=Q(amount__gte=0), name="leads_campaign_cost_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id}, {self.month:%m.%Y}: {self.amount}"


class Segment(NamedList):
    """A group of clients that are worked with alike."""

    # Somebody speaks with each of them at least so often; empty: the norms of the stages hold.
    contact_days = models.PositiveSmallIntegerField(
        _("a contact every, days"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(365)],
    )

    objects = alive_manager(TrackedQuerySet["Segment"])
    all_objects = TrackedQuerySet["Segment"].as_manager()

    class Meta:
        verbose_name = _("segment")
        verbose_name_plural = _("segments")
        ordering = ["position", "name"]


class Client(Tracked):
    """A lead or a client: one record for its whole life. Its number is its id, never used again.

    `last_contact_at`, `next_step_on` and `next_step_at` are written by the verbs of the room that knows them.
    """

    class Kind(models.TextChoices):
        COMPANY = "company", pgettext_lazy("client", "company")
        PERSON = "person", pgettext_lazy("client", "person")

    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.COMPANY)
    inn = models.CharField(_("INN"), max_length=12, blank=True)
    region = models.CharField(_("region"), max_length=100, blank=True)
    city = models.CharField(_("city"), max_length=100, blank=True)
    source = models.ForeignKey(
        Source,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="clients",
        verbose_name=_("source"),
        db_index=False,
    )
    campaign = models.ForeignKey(
        Campaign,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="clients",
        verbose_name=_("campaign"),
        db_index=False,
    )
    segment = models.ForeignKey(
        Segment, models.PROTECT, null=True, blank=True, related_name="clients", verbose_name=_("segment")
    )
    site = models.CharField(_("site"), max_length=200, blank=True)
    note = models.TextField(_("note"), blank=True)
    old_number = models.CharField(_("number in the former table"), max_length=40, blank=True)
    manager = models.ForeignKey(User, models.PROTECT, related_name="clients", verbose_name=_("manager"))
    duplicate_reason = models.CharField(_("why it is no duplicate"), max_length=200, blank=True)
    # The card this one was merged into; it is deleted then, and all it had stands there.
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        db_index=False,
        related_name="merged",
        verbose_name=_("merged into"),
    )

    last_contact_at = models.DateTimeField(_("last contact"), null=True, editable=False)
    next_step_on = models.DateField(_("next step"), null=True, editable=False)
    next_step_at = models.DateTimeField(_("time of the next step"), null=True, editable=False)

    # Derived: the name without legal form and quotes, for nearly equal names; all that a client is found by.
    name_key = SearchField()
    search = SearchField()
    untracked_fields = ("name_key", "search")
    derived_fields = ("last_contact_at", "next_step_on", "next_step_at")
    goes_on_in = "merged_into"
    version_indexes: ClassVar[tuple[tuple[str, ...] | models.Index, ...]] = (
        ("manager", "valid_from"),
        ("created_at",),
        models.Index(
            fields=["merged_into"], condition=Q(merged_into__isnull=False), name="leads_merged_then"
        ),
    )

    objects = alive_manager(ClientQuerySet)
    all_objects = ClientQuerySet.as_manager()

    class Meta:
        verbose_name = _("client")
        verbose_name_plural = _("clients")
        indexes = [
            # With the id, as lists order rows: those of one import have one moment and would have to be sorted.
            models.Index(fields=["manager", "-changed_at", "-id"]),
            models.Index(fields=["-changed_at", "-id"]),
            models.Index(fields=["name_key"]),
            # What sources and campaigns bring: their clients in the order of keys, by which deals and sales are found.
            models.Index(
                fields=["source", "id", "created_at", "manager", "deleted_at"], name="leads_client_of_source"
            ),
            models.Index(
                fields=["campaign", "id", "created_at", "manager", "deleted_at"],
                name="leads_client_of_campaign",
            ),
            models.Index(fields=["inn"], condition=~Q(inn=""), name="leads_client_inn"),
            models.Index(fields=["manager", "next_step_on"]),
            models.Index(
                fields=["merged_into"], condition=Q(merged_into__isnull=False), name="leads_client_merged"
            ),
            # The regions there are, of everybody and of one person: a choice of every report.
            models.Index(
                fields=["region", "manager"], condition=Q(deleted_at__isnull=True), name="leads_client_region"
            ),
            # Whom a person has, when each was made and last spoken with: reports ask it of everybody.
            models.Index(
                fields=["deleted_at", "manager", "last_contact_at", "created_at", "segment", "id"],
                name="leads_client_spoken",
            ),
            SearchIndex("search", name="leads_client_search"),
            SearchIndex("name_key", name="leads_client_name_key"),
            ScanIndex(fields=["deleted_at", "-changed_at", "-id", "search"], name="leads_client_scan"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def number(self) -> int:
        return self.pk

    def get_absolute_url(self) -> str:
        return reverse("leads:card", args=[self.pk])

    @property
    def site_url(self) -> str:
        """The site as a link; empty where what was typed cannot be one."""
        address = self.site if self.site.startswith(("http://", "https://")) else f"https://{self.site}"
        return address if _SITE.fullmatch(address) else ""


class Contact(Tracked):
    """A person at a client."""

    part_of = "client"
    client = models.ForeignKey(Client, models.PROTECT, related_name="contacts", verbose_name=_("client"))
    name = models.CharField(pgettext_lazy("of a person", "name"), max_length=150)
    position = models.CharField(_("position"), max_length=150, blank=True)
    is_decision_maker = models.BooleanField(_("makes the decision"), default=False)
    note = models.CharField(_("note"), max_length=300, blank=True)

    objects = alive_manager(ContactQuerySet)
    all_objects = ContactQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact person")
        verbose_name_plural = _("contact persons")
        ordering = ["-is_decision_maker", "id"]

    def __str__(self) -> str:
        return self.name


class BaseChange(models.Model):
    """What a client became for us by the end of a month, and what it was before (`leads.base`); "" before there was a
    card. `place` counts the changes of a client. Kept by whoever writes what they follow from."""

    client = models.ForeignKey(Client, models.PROTECT, related_name="+", db_index=False)
    place = models.PositiveSmallIntegerField()
    month = models.DateField()
    was = models.CharField(max_length=8, blank=True)
    became = models.CharField(max_length=8)

    class Meta:
        verbose_name = _("change of the client base")
        verbose_name_plural = _("changes of the client base")
        constraints = [
            models.UniqueConstraint(fields=["client", "place"], name="leads_base_change_once"),
        ]
        indexes = [
            models.Index(fields=["month", "was", "became", "client"], name="leads_base_by_month"),
            models.Index(fields=["client", "month", "was", "became"], name="leads_base_of_client"),
        ]

    def __str__(self) -> str:
        return f"{self.month:%m.%Y}: {self.was} → {self.became}"


class ContactPoint(Tracked):
    """A phone (digits of E.164 without "+") or an e-mail (lower case) of a client or of one of its contact persons."""

    part_of = "client"

    class Kind(models.TextChoices):
        PHONE = "phone", _("phone")
        EMAIL = "email", _("e-mail")

    client = models.ForeignKey(
        Client, models.PROTECT, related_name="contact_points", verbose_name=_("client")
    )
    contact = models.ForeignKey(
        Contact,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="contact_points",
        verbose_name=_("contact person"),
    )
    kind = models.CharField(_("kind"), max_length=5, choices=Kind)
    value = models.CharField(_("value"), max_length=254)

    objects = alive_manager(ContactPointQuerySet)
    all_objects = ContactPointQuerySet.as_manager()

    class Meta:
        verbose_name = _("phone or e-mail")
        verbose_name_plural = _("phones and e-mails")
        ordering = ["id"]
        indexes = [models.Index(fields=["kind", "value"])]

    def __str__(self) -> str:
        return self.words

    @property
    def words(self) -> str:
        """«+7 912 345-67-89», or the e-mail as it is."""
        return format_phone(self.value) if self.kind == self.Kind.PHONE else self.value
