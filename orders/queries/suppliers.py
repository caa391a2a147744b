"""Suppliers: the list by kept figures, and one supplier's purchase orders with who waits for each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, IntegerField, Min, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from inventory.models import PurchaseOrder, PurchaseOrderLine, PurchaseOrderStatus, Supplier
from kernel.errors import Invalid
from kernel.paging import KeyPage, SortKey, parse_int, parse_text, take_page
from orders.models import OrderPlan, Peg, SupplierBacklog

LAST = SortKey("pk", False, parse_int)
LONGEST_TEXT = 100
OPEN_SHOWN, WAITING_SHOWN = 50, 50
VIEWS = {
    "open": ("Expected", Q()),
    "silent": ("Silent", Q(silent_since__isnull=False)),
    "awaited": ("Waited for", Q(waiting_orders__gt=0)),
    "all": ("All", Q()),
}
SORTS = {
    "value": ("Value waiting", SortKey("waiting_value_minor", True, parse_int)),
    "orders": ("Orders waiting", SortKey("waiting_orders", True, parse_int)),
    "late": ("Late", SortKey("late_purchases", True, parse_int)),
    "open": ("Purchase orders", SortKey("open_purchases", True, parse_int)),
}
BY_NAME = (SortKey("name", False, parse_text), LAST)


@dataclass(frozen=True, slots=True)
class SupplierRow:
    """A supplier and its figures; ``backlog`` is None for one from which nothing is expected."""

    supplier: Supplier
    backlog: SupplierBacklog | None


@dataclass(frozen=True, slots=True)
class Asked:
    """What the list is asked for, checked; sort "" is the value that waits."""

    view: str
    text: str
    sort: str


@dataclass(frozen=True, slots=True)
class Purchase:
    """An open purchase order, and how many orders wait for it."""

    order: PurchaseOrder
    waiting_orders: int
    is_late: bool


@dataclass(frozen=True, slots=True)
class Waiter:
    """An order that waits for units of the supplier; ``late_units`` are on purchase orders past their day."""

    plan: OrderPlan
    units: int
    late_units: int


def read_asked(*, view: str, text: str, sort: str) -> Asked:
    """Return what is asked; raise Invalid for an address that we did not make."""
    asked = Asked(view or "open", text, sort)
    if asked.view not in VIEWS or asked.sort not in ("", *SORTS) or "\0" in text or len(text) > LONGEST_TEXT:
        raise Invalid("There is no such view of the suppliers. Start again from those we expect something of.")
    return asked


def suppliers_page(asked: Asked, *, after: str, before: str) -> tuple[KeyPage, list[SupplierRow]]:
    """Return one page of suppliers in one query: those we expect something of by ``sort``, all of them by name."""
    if asked.view == "all":
        found = _named(Supplier.objects.select_related("backlog"), asked.text, "")
        page = take_page(found, BY_NAME, after=after, before=before)
        return page, [SupplierRow(each, getattr(each, "backlog", None)) for each in page.rows]
    rows = SupplierBacklog.objects.filter(VIEWS[asked.view][1]).select_related("supplier")
    key = SORTS[asked.sort or own_sort(asked.view)][1]
    page = take_page(_named(rows, asked.text, "supplier__"), (key, LAST), after=after, before=before)
    return page, [SupplierRow(each.supplier, each) for each in page.rows]


def own_sort(view: str) -> str:
    """Return what a view is sorted by where nothing else is asked."""
    return "late" if view == "silent" else "value"


def view_counts() -> dict[str, int]:
    """Return how many suppliers are in each view but "all": one query over the kept rows."""
    sets = {key: condition for key, (_, condition) in VIEWS.items() if key != "all"}
    return SupplierBacklog.objects.aggregate(**{key: Count("pk", filter=sets[key] or None) for key in sets})


def open_purchases(supplier: Supplier, *, today: date) -> list[Purchase]:
    """Return the supplier's open purchase orders, the most overdue first, with who waits; one query."""
    lines = PurchaseOrderLine.objects.filter(purchase_order=OuterRef("pk"))
    pegs = Peg.objects.filter(purchase_order_line__purchase_order=OuterRef("pk"))
    by_order = pegs.order_by().values("purchase_order_line__purchase_order")
    rows = (
        PurchaseOrder.objects.filter(supplier=supplier, status=PurchaseOrderStatus.OPEN)
        .annotate(
            outstanding_qty=_grouped(lines, Sum("outstanding_qty")),
            first_expected_on=Subquery(_figure(lines, Min("first_expected_on"))),
            waiting=Coalesce(
                Subquery(
                    by_order.annotate(n=Count("line__order_id", distinct=True)).values("n"),
                    output_field=IntegerField(),
                ),
                0,
            ),
        )
        .order_by("expected_on", "pk")
    )
    return [Purchase(row, row.waiting, row.expected_on < today) for row in rows[:OPEN_SHOWN]]


def waiters(supplier: Supplier, *, today: date) -> list[Waiter]:
    """Return the best-ranked orders that wait for the supplier: two queries."""
    pegs = Peg.objects.filter(
        purchase_order_line__purchase_order__supplier=supplier,
        purchase_order_line__purchase_order__status=PurchaseOrderStatus.OPEN,
    )
    plans = list(
        OrderPlan.objects.filter(pk__in=pegs.order_by().values("line__order_id"))
        .select_related("order__customer")
        .order_by("stage", F("score").desc(), "placed_at", "order_id")[:WAITING_SHOWN]
    )
    late = Q(purchase_order_line__expected_on__lt=today)
    units = {
        row["line__order_id"]: row
        for row in pegs.filter(line__order_id__in=[plan.pk for plan in plans])
        .order_by()
        .values("line__order_id")
        .annotate(units=Sum("qty"), late_units=Coalesce(Sum("qty", filter=late), 0))
    }
    return [Waiter(plan, units[plan.pk]["units"], units[plan.pk]["late_units"]) for plan in plans if plan.pk in units]


def _named(rows: QuerySet, text: str, supplier: str) -> QuerySet:
    if not text:
        return rows
    return rows.filter(Q(**{f"{supplier}name__icontains": text}) | Q(**{f"{supplier}code__istartswith": text}))


def _figure(lines: QuerySet[PurchaseOrderLine], figure: Sum | Min) -> QuerySet:
    return lines.order_by().values("purchase_order").annotate(figure=figure).values("figure")


def _grouped(lines: QuerySet[PurchaseOrderLine], figure: Sum) -> Coalesce:
    return Coalesce(Subquery(_figure(lines, figure), output_field=IntegerField()), 0)
