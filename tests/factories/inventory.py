from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from inventory.models import (
    MovementKind,
    Product,
    PurchaseOrder,
    PurchaseOrderLine,
    Receipt,
    StockLevel,
    StockMovement,
    Supplier,
    Warehouse,
)
from tests.factories import NOW, TODAY, number


def make_product(sku: str | None = None, **fields: Any) -> Product:
    sku = sku or f"SKU-{number()}"
    return Product.objects.create(sku=sku, **{"name": f"Product {sku}", "unit_price": "2.50", **fields})


def make_warehouse(code: str | None = None, **fields: Any) -> Warehouse:
    """Return the warehouse called ``code``, made on first use; without a code, a new one."""
    code = code or f"W{number()}"
    return Warehouse.objects.get_or_create(code=code, defaults={"name": f"Warehouse {code}", **fields})[0]


def make_stock(
    product: Product, warehouse: Warehouse | None = None, on_hand: int = 0, protected: int = 0
) -> StockLevel:
    """Put opening stock on hand, with its movement; warehouse MAIN unless another is given."""
    warehouse = warehouse or make_warehouse("MAIN")
    if on_hand:
        StockMovement.objects.create(
            product=product, warehouse=warehouse, kind=MovementKind.OPENING, qty=on_hand, at=NOW
        )
    return StockLevel.objects.create(product=product, warehouse=warehouse, on_hand=on_hand, protected=protected)


def make_supplier(code: str | None = None, **fields: Any) -> Supplier:
    code = code or f"SUP-{number()}"
    return Supplier.objects.create(code=code, **{"name": f"Supplier {code}", **fields})


def make_purchase_order(
    lines: Sequence[tuple[Product, int]],
    *,
    supplier: Supplier | None = None,
    warehouse: Warehouse | None = None,
    expected_on: date | None = None,
    **fields: Any,
) -> PurchaseOrder:
    """Order ``(product, qty)`` from a supplier into MAIN, expected in ten days unless said otherwise."""
    warehouse = warehouse or make_warehouse("MAIN")
    expected_on = expected_on or TODAY + timedelta(days=10)
    order = PurchaseOrder.objects.create(
        supplier=supplier or make_supplier(),
        expected_on=expected_on,
        **{"ref": f"PO-T{number()}", "ordered_on": TODAY - timedelta(days=10), **fields},
    )
    for position, (product, qty) in enumerate(lines, start=1):
        PurchaseOrderLine.objects.create(
            purchase_order=order,
            position=position,
            product=product,
            warehouse=warehouse,
            ordered_qty=qty,
            expected_on=expected_on,
            first_expected_on=expected_on,
        )
    return order


def receive(line: PurchaseOrderLine, expected_on: date, late: int, *, receipts: int = 1) -> None:
    """Keep that single units of a line came so many days after they were expected; the line still asks for all."""
    for _ in range(receipts):
        movement = StockMovement.objects.create(
            product=line.product, warehouse=line.warehouse, kind=MovementKind.RECEIPT, qty=1
        )
        Receipt.objects.create(
            purchase_order_line=line,
            movement=movement,
            qty=1,
            expected_on=expected_on,
            received_on=expected_on + timedelta(days=late),
        )
