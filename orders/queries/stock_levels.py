"""Stock by product and warehouse, beside what is coming and who waits."""

from __future__ import annotations

from django.db.models import Case, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce, Greatest

from inventory.models import Product, PurchaseOrderLine
from orders.models import Allocation, OrderLine, OrderStatus


def stock_by_warehouse() -> QuerySet[Product]:
    """Return each product once per warehouse that has it, and once without a warehouse when it is waited for in vain.

    Rows carry ``warehouse_code`` ("" for none), ``on_hand``, ``reserved``, ``protected``, ``available``, ``inbound``
    (to this warehouse; without one, to any) and ``waiting_qty``: the product's open units without an allocation, in
    all warehouses, since who waits has no warehouse.
    """
    open_lines = OrderLine.objects.filter(product=OuterRef("pk"), open_qty__gt=0, order__status=OrderStatus.OPEN)
    allocated = Allocation.objects.filter(product=OuterRef("pk"))
    coming = PurchaseOrderLine.objects.filter(product=OuterRef("pk"), outstanding_qty__gt=0)
    coming_here = coming.filter(warehouse=OuterRef("stock_levels__warehouse"))
    rows = Product.objects.annotate(
        level_id=F("stock_levels__id"),
        warehouse_code=Coalesce(F("stock_levels__warehouse__code"), Value("")),
        on_hand=Coalesce(F("stock_levels__on_hand"), 0),
        reserved=Coalesce(F("stock_levels__reserved"), 0),
        protected=Coalesce(F("stock_levels__protected"), 0),
        inbound=Case(
            When(level_id__isnull=True, then=_total(coming, "outstanding_qty")),
            default=_total(coming_here, "outstanding_qty"),
        ),
        waiting_qty=_total(open_lines, "open_qty") - _total(allocated, "qty"),
    )
    rows = rows.annotate(available=Greatest(F("on_hand") - F("reserved") - F("protected"), 0))
    return rows.filter(Q(level_id__isnull=False) | Exists(open_lines))


def _total(rows: QuerySet[OrderLine] | QuerySet[PurchaseOrderLine] | QuerySet[Allocation], qty: str) -> Coalesce:
    total = rows.order_by().values("product").annotate(total=Sum(qty)).values("total")
    return Coalesce(Subquery(total, output_field=IntegerField()), 0)
