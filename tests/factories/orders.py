from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.auth.models import Group
from django.db.models import F

from backlog.accounts.models import User
from inventory.models import Product, StockLevel, Warehouse
from orders.models import (
    Allocation,
    AllocationState,
    Customer,
    EtaRevision,
    EtaRevisionKind,
    Hold,
    Order,
    OrderLine,
    OrderPlan,
    OrderPromise,
    Reason,
)
from tests.factories import NOW, number
from tests.factories.inventory import make_warehouse


def make_customer(code: str | None = None, **fields: Any) -> Customer:
    code = code or f"C{number()}"
    return Customer.objects.create(
        code=code, **{"name": f"Customer {code}", "email": f"{code.lower()}@example.com", **fields}
    )


def make_order(
    lines: Sequence[tuple[Product, int]], *, customer: Customer | None = None, held: str = "", **fields: Any
) -> Order:
    """Take in ``(product, qty)`` lines as an open order, an hour old; ``held`` places a hold of that kind."""
    order = Order.objects.create(
        customer=customer or make_customer(),
        **{"ref": f"SO-T{number()}", "channel": "test", "placed_at": NOW - timedelta(hours=1), **fields},
    )
    for position, (product, qty) in enumerate(lines, start=1):
        OrderLine.objects.create(
            order=order, position=position, product=product, ordered_qty=qty, unit_price=product.unit_price
        )
    if held:
        Hold.objects.create(order=order, kind=held, placed_at=NOW)
    return order


def make_line(order: Order, position: int = 1) -> OrderLine:
    """Return a line of the order as the database has it now."""
    return OrderLine.objects.select_related("product").get(order=order, position=position)


def allocate(
    line: OrderLine, qty: int, *, warehouse: Warehouse | None = None, state: int = AllocationState.PLANNED
) -> Allocation:
    """Give a line units on hand, as planning would: the allocation and the reserved count."""
    warehouse = warehouse or make_warehouse("MAIN")
    StockLevel.objects.filter(product_id=line.product_id, warehouse=warehouse).update(reserved=F("reserved") + qty)
    return Allocation.objects.create(line=line, warehouse=warehouse, state=state, product_id=line.product_id, qty=qty)


def make_told(order: Order, day: date, *, at: datetime = NOW) -> EtaRevision:
    """Note that the customer was told a day, as sending a message would; the order must have a promise."""
    promise = OrderPromise.objects.get(order=order)
    told = EtaRevision.objects.create(order=order, kind=EtaRevisionKind.TOLD, old_on=promise.told_on, new_on=day, at=at)
    promise.told_on, promise.told_at = day, at
    promise.save(update_fields=["told_on", "told_at"])
    return told


def make_order_plan(order: Order, *, score: float = 0.0, **fields: Any) -> OrderPlan:
    """Rank an order by hand, for tests that need a plan but not planning."""
    numbers = ("open_lines", "short_lines", "open_units", "short_units", "open_value_minor", "ready_value_minor")
    return OrderPlan.objects.create(
        order=order,
        score=score,
        **{"placed_at": order.placed_at, "reason": Reason.READY, **dict.fromkeys(numbers, 0), **fields},
    )


def make_user(role: str = "ops", email: str | None = None, password: str | None = None) -> User:
    """Make a colleague with the permissions of ``role`` (agent, ops, admin); without a password nobody signs in."""
    user = User.objects.create_user(email or f"{role}{number()}@example.com", password, name=role.title())
    user.groups.add(Group.objects.get(name=role))
    return user
