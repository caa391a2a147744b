"""Reads of what is on its way: purchase orders and their lines, as the pages show them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, IntegerField, Min, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from inventory.models import PurchaseOrder, PurchaseOrderLine, PurchaseOrderStatus
from kernel.errors import Invalid
from kernel.paging import KeyPage, SortKey, parse_date, parse_int, take_page

SOONEST = [SortKey("expected_on", False, parse_date), SortKey("pk", False, parse_int)]
LATEST = [SortKey("expected_on", True, parse_date), SortKey("pk", True, parse_int)]

VIEWS: dict[str, tuple[Callable[[date], Q], list[SortKey]]] = {
    "open": (lambda _today: Q(status=PurchaseOrderStatus.OPEN), SOONEST),
    "overdue": (lambda today: Q(status=PurchaseOrderStatus.OPEN, expected_on__lt=today), SOONEST),
    "received": (lambda _today: Q(status=PurchaseOrderStatus.RECEIVED), LATEST),
    "all": (lambda _today: Q(), LATEST),
}


@dataclass(frozen=True, slots=True)
class LineRow:
    """A purchase-order line and how far its day has moved from the first one named."""

    line: PurchaseOrderLine
    slip_days: int
    is_overdue: bool


def purchase_orders_page(view: str, *, text: str, today: date, after: str, before: str) -> KeyPage:
    """Return one page of purchase orders with lines, ordered and outstanding units and the first day named.

    Open ones come soonest first, others latest first. Raises Invalid for an unknown view or a damaged cursor.
    """
    if view not in VIEWS or "\0" in text or len(text) > 100:
        raise Invalid("There is no such view of the purchase orders. Start again from the open ones.")
    condition, keys = VIEWS[view]
    rows = PurchaseOrder.objects.filter(condition(today)).select_related("supplier")
    if text:
        sku = PurchaseOrder.objects.filter(lines__product__sku__iexact=text).values("pk")
        rows = rows.filter(Q(ref__istartswith=text) | Q(supplier__name__icontains=text) | Q(pk__in=sku))
    lines = PurchaseOrderLine.objects.filter(purchase_order=OuterRef("pk"))
    rows = rows.annotate(
        line_count=_total(lines, Count("pk")),
        ordered_qty=_total(lines, Sum("ordered_qty")),
        outstanding_qty=_total(lines, Sum("outstanding_qty")),
        first_expected_on=Subquery(_grouped(lines, Min("first_expected_on"))),
    )
    return take_page(rows, keys, after=after, before=before)


def purchase_order_lines(order: PurchaseOrder, *, today: date) -> list[LineRow]:
    """Return the lines of a purchase order by position."""
    rows = order.lines.select_related("product", "warehouse").order_by("position")
    return [LineRow(line, (line.expected_on - line.first_expected_on).days, _is_overdue(line, today)) for line in rows]


def _is_overdue(line: PurchaseOrderLine, today: date) -> bool:
    return line.outstanding_qty > 0 and line.expected_on < today


def _grouped(lines: QuerySet[PurchaseOrderLine], figure: Sum | Count | Min) -> QuerySet:
    return lines.order_by().values("purchase_order").annotate(figure=figure).values("figure")


def _total(lines: QuerySet[PurchaseOrderLine], figure: Sum | Count) -> Coalesce:
    return Coalesce(Subquery(_grouped(lines, figure), output_field=IntegerField()), 0)
