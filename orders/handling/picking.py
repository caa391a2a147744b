"""Units taken off the shelf for an order, and put back. Planning never moves picked units.

Locks: the order, the pools, the stock levels. Every pick is kept, since a warehouse's hands are counted by it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from inventory.dirty import mark_dirty
from kernel.bounds import check_qty
from kernel.errors import Conflict, Invalid
from kernel.people import Actor, key_of
from kernel.transactions import entry_verb, require_transaction
from orders.handling.claims import Taken, change_state, lock_claims, take
from orders.handling.editing import lock_open_order, refuse_held, save_order, tell
from orders.models import Allocation, AllocationState, Order, OrderLine, PickRecord


@dataclass(frozen=True, slots=True)
class PickLine:
    """``qty`` units of the order's line at ``position``."""

    position: int
    qty: int


@entry_verb
def pick(
    ref: str,
    *,
    lines: Sequence[PickLine] | None = None,
    actor: Actor | None,
    now: datetime,
    version: int | None = None,
) -> Order:
    """Mark allocated units as picked, pinned ones first; without ``lines``, all that is allocated.

    Raises Conflict when the order is on hold or has fewer units allocated and not picked yet.
    """
    order = lock_open_order(ref, version=version)
    refuse_held(order)
    open_, claims = _claims(order, "picked")
    loose = [claim for claim in claims if claim.state != AllocationState.PICKED]
    wanted = _wanted(order, open_, loose, lines, doing="pick", lacking="allocated and not picked yet")
    taken = take(loose, wanted)
    change_state(taken, AllocationState.PICKED)
    record_picks(taken, 1, actor, now)
    _finish(order, "orders.picked", wanted, actor, now)
    return order


@entry_verb
def unpick(
    ref: str,
    *,
    lines: Sequence[PickLine] | None = None,
    actor: Actor | None,
    now: datetime,
    version: int | None = None,
) -> Order:
    """Put picked units back, which the plan may then move again; without ``lines``, all that is picked."""
    order = lock_open_order(ref, version=version)
    open_, claims = _claims(order, "put back")
    picked = [claim for claim in claims if claim.state == AllocationState.PICKED]
    wanted = _wanted(order, open_, picked, lines, doing="put back", lacking="picked")
    taken = take(picked, wanted)
    change_state(taken, AllocationState.PLANNED)
    record_picks(taken, -1, actor, now)
    _finish(order, "orders.unpicked", wanted, actor, now)
    return order


def record_picks(taken: Iterable[Taken], sign: int, actor: Actor | None, now: datetime) -> None:
    """Keep that units were picked (1) or put back (−1). Takes part in a verb."""
    require_transaction()
    units: dict[tuple[int, int], int] = defaultdict(int)
    for each in taken:
        units[each.line_id, each.warehouse_id] += each.qty
    PickRecord.objects.bulk_create(
        PickRecord(line_id=line_id, warehouse_id=warehouse_id, qty=sign * qty, actor_id=key_of(actor), at=now)
        for (line_id, warehouse_id), qty in sorted(units.items())
    )


def _claims(order: Order, cause: str) -> tuple[dict[int, OrderLine], list[Allocation]]:
    """Mark the order's products dirty, lock its claims and return its open lines by position, and the claims."""
    open_ = {line.position: line for line in order.lines.filter(open_qty__gt=0)}
    products = [line.product_id for line in open_.values()]
    mark_dirty(products, cause=cause, reference=order.ref)
    return open_, lock_claims(order, products)


def _wanted(
    order: Order,
    open_: Mapping[int, OrderLine],
    claims: Iterable[Allocation],
    lines: Sequence[PickLine] | None,
    *,
    doing: str,
    lacking: str,
) -> dict[int, int]:
    """Return units by line id; raise Conflict where a line has fewer, Invalid where it is not there."""
    there: dict[int, int] = defaultdict(int)
    for claim in claims:
        there[claim.line_id] += claim.qty
    if not there:
        raise Conflict(f"{order.ref} has no units {lacking}. There is nothing to {doing}.", code="nothing_there")
    if lines is None:
        return dict(there)
    wanted: dict[int, int] = {}
    for index, named in enumerate(lines):
        check_qty(named.qty, field=f"lines.{index}.qty")
        line = open_.get(named.position)
        if line is None or line.pk in wanted:
            wrong = f"{order.ref} has no open line {named.position}." if line is None else "Name each line once."
            raise Invalid(wrong, fields={f"lines.{index}.position": wrong})
        if named.qty > there[line.pk]:
            raise Conflict(
                f"Line {named.position} of {order.ref} has {there[line.pk]} units {lacking}, not {named.qty}.",
                code="too_many",
            )
        wanted[line.pk] = named.qty
    if not wanted:
        raise Invalid("Name at least one line.", fields={"lines": "Name at least one line."})
    return wanted


def _finish(order: Order, kind: str, wanted: Mapping[int, int], actor: Actor | None, now: datetime) -> None:
    save_order(order)
    tell(order, kind, actor=actor, now=now, payload={"units": sum(wanted.values())})
