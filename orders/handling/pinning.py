"""Units given to an order by hand. Planning never moves them; only a person takes them back."""

from __future__ import annotations

from datetime import datetime

from inventory.dirty import mark_dirty
from inventory.models import Warehouse
from inventory.queries import warehouse_by_code
from inventory.stock import claim
from kernel.bounds import check_qty
from kernel.errors import Conflict, Invalid
from kernel.people import Actor
from kernel.transactions import entry_verb
from orders.handling.claims import drop, lock_claims, take
from orders.handling.editing import lock_open_order, refuse_held, save_order, tell
from orders.models import Allocation, AllocationState, Order, OrderLine


@entry_verb
def pin(
    ref: str,
    *,
    position: int,
    warehouse_code: str,
    qty: int,
    actor: Actor | None,
    now: datetime,
    version: int | None = None,
) -> None:
    """Fix ``qty`` units in a warehouse for one line: first those that planning gave it there, then free ones.

    The units are claimed by one conditional UPDATE of the stock level, so that however many pin at once, no unit is
    granted twice. Raises Conflict when there are too few, or the line is not that long.
    """
    order, line, warehouse = _find(ref, position, warehouse_code, qty, version)
    refuse_held(order)
    mark_dirty([line.product_id], cause="pinned", reference=order.ref)
    claims = [each for each in lock_claims(order, [line.product_id]) if each.line_id == line.pk]
    planned = [each for each in claims if each.state == AllocationState.PLANNED]
    _refuse_too_many(order, line, qty, frozen=sum(each.qty for each in claims) - sum(each.qty for each in planned))
    own = take([each for each in planned if each.warehouse_id == warehouse.pk], {line.pk: qty})
    surplus = qty - sum(each.qty for each in own) + sum(each.qty for each in claims) - line.open_qty
    elsewhere = [each for each in planned if each.warehouse_id != warehouse.pk]
    drop([*own, *take(elsewhere, {line.pk: max(0, surplus)})])
    if not claim(line.product_id, warehouse.pk, qty=qty):
        raise Conflict(
            f"Fewer than {qty} units are free in {warehouse.code}. Pin fewer, or choose another warehouse.",
            code="not_available",
        )
    _add(line, warehouse, qty)
    save_order(order)
    said = {"position": position, "warehouse": warehouse.code, "qty": qty}
    tell(order, "orders.pinned", actor=actor, now=now, payload=said)


@entry_verb
def unpin(
    ref: str,
    *,
    position: int,
    warehouse_code: str,
    qty: int,
    actor: Actor | None,
    now: datetime,
    version: int | None = None,
) -> None:
    """Give ``qty`` pinned units back to the plan; raise Conflict when fewer are pinned there."""
    order, line, warehouse = _find(ref, position, warehouse_code, qty, version)
    mark_dirty([line.product_id], cause="unpinned", reference=order.ref)
    pinned = [
        each
        for each in lock_claims(order, [line.product_id])
        if (each.line_id, each.warehouse_id, each.state) == (line.pk, warehouse.pk, AllocationState.PINNED)
    ]
    if sum(each.qty for each in pinned) < qty:
        raise Conflict(f"Fewer than {qty} units are pinned in {warehouse.code}. Unpin what is.", code="not_pinned")
    drop(take(pinned, {line.pk: qty}))
    save_order(order)
    said = {"position": position, "warehouse": warehouse.code, "qty": qty}
    tell(order, "orders.unpinned", actor=actor, now=now, payload=said)


def _find(
    ref: str, position: int, warehouse_code: str, qty: int, version: int | None
) -> tuple[Order, OrderLine, Warehouse]:
    check_qty(qty, field="qty")
    warehouse = warehouse_by_code(warehouse_code)
    order = lock_open_order(ref, version=version)
    line = order.lines.filter(position=position).first()
    if line is None:
        wrong = f"{order.ref} has no line {position}."
        raise Invalid(wrong, fields={"position": wrong})
    return order, line, warehouse


def _refuse_too_many(order: Order, line: OrderLine, qty: int, *, frozen: int) -> None:
    if qty > line.open_qty - frozen:
        raise Conflict(
            f"Line {line.position} of {order.ref} wants {line.open_qty} units and has {frozen} pinned or picked. "
            f"Pin at most {max(0, line.open_qty - frozen)}.",
            code="too_many",
        )


def _add(line: OrderLine, warehouse: Warehouse, qty: int) -> None:
    pinned, is_new = Allocation.objects.get_or_create(
        line=line,
        warehouse=warehouse,
        state=AllocationState.PINNED,
        defaults={"product_id": line.product_id, "qty": qty},
    )
    if not is_new:
        Allocation.objects.filter(line=line, warehouse=warehouse, state=AllocationState.PINNED).update(
            qty=pinned.qty + qty
        )
