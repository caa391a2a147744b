"""Stock by product and warehouse, beside what is coming and who waits."""

from __future__ import annotations

from django.db.models import F, IntegerField, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce, Greatest

from inventory.models import PurchaseOrderLine, StockLevel
from orders.models import Allocation, OrderLine, OrderStatus


def stock_levels() -> QuerySet[StockLevel]:
    """Return levels with ``available_qty``, ``inbound`` (to this warehouse) and ``waiting_qty``.

    ``waiting_qty`` is the product's open units without an allocation, in all warehouses: who waits has no warehouse.
    """
    inbound = PurchaseOrderLine.objects.filter(
        product=OuterRef("product"), warehouse=OuterRef("warehouse"), outstanding_qty__gt=0
    )
    open_lines = OrderLine.objects.filter(product=OuterRef("product"), open_qty__gt=0, order__status=OrderStatus.OPEN)
    allocated = Allocation.objects.filter(product=OuterRef("product"))
    return StockLevel.objects.select_related("product", "warehouse").annotate(
        available_qty=Greatest(F("on_hand") - F("reserved") - F("protected"), 0),
        inbound=_total(inbound, "outstanding_qty", "product"),
        waiting_qty=_total(open_lines, "open_qty", "product") - _total(allocated, "qty", "product"),
    )


def _total(
    rows: QuerySet[OrderLine] | QuerySet[PurchaseOrderLine] | QuerySet[Allocation], qty: str, by: str
) -> Coalesce:
    total = rows.order_by().values(by).annotate(total=Sum(qty)).values("total")
    return Coalesce(Subquery(total, output_field=IntegerField()), 0)
