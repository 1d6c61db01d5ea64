"""The records behind a cell, as lists of the list machine: one for each kind of record that reports count."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from core import periods
from core.tables.columns import Column
from core.tables.view import List
from orders.models import OrderLine, Shipment, ShipmentLine
from reports.asking import AskingForm
from reports.report import Found, Report
from reports.sheet import Sheet

# Keys of the address beside those of the report's form.
LINE, COLUMN = "line", "column"
_MOST_DIGITS = 18


class Records(List):
    """The base of these lists. What the address asks of the report says which rows they are."""

    template_name: ClassVar[str] = "reports/records.html"
    model: ClassVar[type[Model]]
    by_model: ClassVar[dict[type[Model], type[Records]]] = {}
    # What the list joins, so that fifty rows cost one query.
    joins: ClassVar[Sequence[str]] = ()
    phone = "rows"

    report: Report
    form: AskingForm
    found: Found

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "model" in cls.__dict__:
            Records.by_model[cls.model] = cls

    def rows(self, request: HttpRequest) -> QuerySet[Any]:
        return self.found.rows.select_related(*self.joins)

    def keeps(self, request: HttpRequest) -> Iterable[str]:
        return {LINE, COLUMN, *self.form.fields}

    @cached_property
    def cell(self) -> tuple[str, str, str]:
        """The names of the cell's line and column, and its number in words."""
        sheet = Sheet(self.report, self.form)
        line, column = self.request.GET.get(LINE, ""), self.request.GET.get(COLUMN, "")
        heads = {head.key: head for head in sheet.columns}
        lines = {each.key: each for each in sheet.lines}
        label = str(lines[line].label).strip() if line in lines else str(_("Total"))
        values = lines[line].values if line in lines else sheet.total
        head = heads[column]
        return label, str(head.label), head.type.as_words(values.get(column))

    def context(self, request: HttpRequest) -> dict[str, Any]:
        label, column, value = self.cell
        back = reverse("reports:report", args=[self.report.code]) + self.report.asked.query()
        return {
            "report": self.report,
            "back": back,
            "cell_label": label,
            "cell_column": column,
            "cell_value": value,
        }


def show(request: HttpRequest, code: str) -> HttpResponseBase:
    """The page of the records behind a cell. Http404 for a report that is not the reader's, a line or column it has
    not."""
    user: Any = request.user
    report_class = Report.registry.get(code)
    if report_class is None or not report_class.is_for(user):
        raise Http404
    form = report_class.form(user, request.GET, periods.now())
    report = report_class(form.asked)
    column = request.GET.get(COLUMN, "")
    if column not in {each.key for each in report.columns()}:
        raise Http404
    line = request.GET.get(LINE, "")
    if line.isdigit() and len(line) > _MOST_DIGITS:
        raise Http404  # no id is so great, and SQLite cannot look for it
    try:
        found = report.records(line, column)
    except (KeyError, ValueError, OverflowError) as error:
        raise Http404 from error
    if found is None:
        raise Http404
    view = Records.by_model[found.rows.model](report=report, form=form, found=found)
    view.setup(request)
    return view.dispatch(request)


def _of_goods(document: str) -> list[Column]:
    """The columns of a line of goods after its day and its document."""
    return [
        Column(
            "client", _("Client"), value=f"{document}.client.name", link=f"{document}.client.get_absolute_url"
        ),
        Column(
            "product",
            _("Product"),
            value="product.name",
            link="product.get_absolute_url",
            sort="product__name",
        ),
        Column("manager", _("Manager"), "person", value=f"{document}.manager.short_name"),
        Column("quantity", _("Quantity"), "quantity", sort="quantity"),
        Column("net", _("Without VAT, ₽"), "sum", sort="net"),
        Column("amount", _("With VAT, ₽"), "sum", sort="amount", wide_only=True),
    ]


class SoldLines(Records):
    """Lines of shipments, returns and corrections."""

    title = _("Shipped")
    model = ShipmentLine
    joins = ("shipment__client", "shipment__manager", "product", "shipment__order")
    default_sort = "-day"

    def row_link(self, record: Any) -> str | None:
        return str(record.shipment.get_absolute_url())

    def columns(self, request: HttpRequest) -> Sequence[Column]:
        return [
            Column("day", _("Day"), "date", value="shipment.day", sort="shipment__day", on_phone="end"),
            Column(
                "shipment",
                _("Document"),
                value=lambda line: f"{line.shipment.get_kind_display()} {line.shipment}",
            ),
            *_of_goods("shipment"),
        ]


class ShipmentsOf(Records):
    """Documents of shipment."""

    title = _("Shipments")
    model = Shipment
    joins = ("client", "manager", "order")
    default_sort = "-day"

    def columns(self, request: HttpRequest) -> Sequence[Column]:
        return [
            Column("day", _("Day"), "date", sort="day", on_phone="end"),
            Column("document", _("Document"), value=lambda each: f"{each.get_kind_display()} {each}"),
            Column("client", _("Client"), value="client.name", link="client.get_absolute_url"),
            Column("manager", _("Manager"), "person", value="manager.short_name"),
            Column("net", _("Without VAT, ₽"), "sum", sort="net"),
            Column("amount", _("With VAT, ₽"), "sum", sort="amount"),
        ]


class OrderedLines(Records):
    """Lines of orders."""

    title = _("Ordered")
    model = OrderLine
    joins = ("order__client", "order__manager", "product")
    default_sort = "-day"

    def row_link(self, record: Any) -> str | None:
        return str(record.order.get_absolute_url())

    def columns(self, request: HttpRequest) -> Sequence[Column]:
        return [
            Column(
                "day", _("Day"), "date", value="order.ordered_on", sort="order__ordered_on", on_phone="end"
            ),
            Column("order", _("Order"), value="order"),
            *_of_goods("order"),
        ]
