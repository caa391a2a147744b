"""Products as the backlog sees them: what is there, what is coming, and who waits for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, F, IntegerField, Min, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce, Greatest

from inventory.models import Product, PurchaseOrderLine, StockLevel, StockMovement
from kernel.paging import SortKey, parse_int, parse_text
from orders.models import LinePlan, Peg
from orders.queries.ranks import ranks_of

WAITING_SHOWN = 50
MOVEMENTS_SHOWN = 20
BY_SKU = [SortKey("sku", False, parse_text), SortKey("pk", False, parse_int)]
SHORTEST_FIRST = [SortKey("waiting_qty", True, parse_int), SortKey("pk", False, parse_int)]


@dataclass(frozen=True, slots=True)
class StockSum:
    """Units of one product over all warehouses."""

    on_hand: int
    reserved: int
    protected: int
    available: int


@dataclass(frozen=True, slots=True)
class Inbound:
    """What is still to come of one purchase-order line, and how much of it orders have a claim on."""

    line: PurchaseOrderLine
    pegged_qty: int
    slip_days: int
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """One line that waits for the product. ``uncovered_qty`` is on hand nowhere and on no purchase order."""

    plan: LinePlan
    rank: int

    @property
    def uncovered_qty(self) -> int:
        return max(0, self.plan.line.open_qty - self.plan.allocated_qty - self.plan.pegged_qty)


@dataclass(frozen=True, slots=True)
class WaitingSum:
    lines: int
    orders: int
    open_qty: int
    short_qty: int


def products(*, text: str, is_short_only: bool) -> QuerySet[Product]:
    """Return active products with what is on hand, available, inbound and waited for (units without stock).

    The figures are correlated subqueries: they cost what the rows of a page cost, except where they sort.
    """
    rows = Product.objects.filter(is_active=True)
    if text:
        rows = rows.filter(Q(sku__istartswith=text) | Q(name__icontains=text))
    if is_short_only:
        rows = rows.filter(Exists(_short_plans().filter(product=OuterRef("pk"))))
    levels = StockLevel.objects.filter(product=OuterRef("pk"))
    free = Greatest(F("on_hand") - F("reserved") - F("protected"), 0)
    coming = PurchaseOrderLine.objects.filter(product=OuterRef("pk"), outstanding_qty__gt=0)
    short = _short_plans().filter(product=OuterRef("pk"))
    return rows.annotate(
        on_hand=_total(levels, Sum("on_hand")),
        reserved=_total(levels, Sum("reserved")),
        available=_total(levels, Sum(free)),
        inbound_qty=_total(coming, Sum("outstanding_qty")),
        inbound_on=Subquery(coming.order_by().values("product").annotate(day=Min("expected_on")).values("day")),
        waiting_qty=_total(short, Sum(F("line__open_qty") - F("allocated_qty"))),
        waiting_orders=_total(short, Count("order_id", distinct=True)),
    )


def stock_sum(levels: Sequence[StockLevel]) -> StockSum:
    """Add up a product's stock; available never counts one warehouse's shortage against another's stock."""
    return StockSum(
        sum(level.on_hand for level in levels),
        sum(level.reserved for level in levels),
        sum(level.protected for level in levels),
        sum(level.available for level in levels),
    )


def inbound_of(product: Product, *, today: date) -> list[Inbound]:
    """Return what is on its way, the earliest first."""
    lines = PurchaseOrderLine.objects.filter(product=product, outstanding_qty__gt=0)
    lines = lines.select_related("purchase_order__supplier", "warehouse").order_by("expected_on", "pk")
    found = list(lines)
    claims = Peg.objects.filter(purchase_order_line__in=found).order_by().values("purchase_order_line")
    pegged = dict(claims.annotate(qty=Sum("qty")).values_list("purchase_order_line", "qty"))
    return [
        Inbound(
            line,
            pegged.get(line.pk, 0),
            (line.expected_on - line.first_expected_on).days,
            line.expected_on < today,
        )
        for line in found
    ]


def waiting_for(product: Product) -> tuple[list[Waiting], WaitingSum]:
    """Return the first 50 lines that want the product in the order in which they get it, and the sum over all."""
    plans = LinePlan.objects.filter(product=product, line__open_qty__gt=0)
    row = plans.aggregate(
        lines=Count("pk"),
        orders=Count("order_id", distinct=True),
        open_qty=Coalesce(Sum("line__open_qty"), 0),
        allocated=Coalesce(Sum("allocated_qty"), 0),
    )
    in_order = plans.select_related("line", "order__customer").order_by(
        F("score").desc(), "order__placed_at", "order_id", "line_id"
    )
    shown = list(in_order[:WAITING_SHOWN])
    ranks = ranks_of([plan.order_id for plan in shown])
    total = WaitingSum(row["lines"], row["orders"], row["open_qty"], row["open_qty"] - row["allocated"])
    return [Waiting(plan, ranks.get(plan.order_id, 0)) for plan in shown], total


def latest_movements(product: Product) -> list[StockMovement]:
    rows = StockMovement.objects.filter(product=product).select_related("warehouse", "actor").order_by("-pk")
    return list(rows[:MOVEMENTS_SHOWN])


def _short_plans() -> QuerySet[LinePlan]:
    return LinePlan.objects.filter(allocated_qty__lt=F("line__open_qty"))


def _total(rows: QuerySet, figure: Sum | Count) -> Coalesce:
    by_product = rows.order_by().values("product").annotate(figure=figure).values("figure")
    return Coalesce(Subquery(by_product, output_field=IntegerField()), 0)
