"""One order in two halves: units that leave now are fixed for it, the rest waits for its own date.

Locks: the order, the pools, the stock levels.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from inventory.dirty import mark_dirty
from kernel.bounds import check_qty
from kernel.errors import Conflict, Invalid
from kernel.people import Actor
from kernel.transactions import entry_verb
from orders.handling.claims import change_state, lock_claims, take
from orders.handling.editing import lock_open_order, product_ids_of, refuse_held, save_order, tell
from orders.handling.shipping import check_policy
from orders.handling.terms import check_fills
from orders.models import Allocation, AllocationState, Order, OrderLine, ShipPolicy


@dataclass(frozen=True, slots=True)
class SplitLine:
    """``qty`` units of the order's line at ``position``."""

    position: int
    qty: int


@entry_verb
def split(
    ref: str,
    *,
    lines: Sequence[SplitLine],
    is_agreed: bool = False,
    actor: Actor | None,
    now: datetime,
    version: int | None = None,
) -> list[SplitLine]:
    """Fix what leaves now: of each line named so many units, those pinned or picked already among them.

    Returns the units newly pinned, which ``rejoin`` gives back. An order that ships complete ships in parts from now
    on, if the customer agreed. Raises Conflict when the order is on hold, has fewer units on hand, or its terms call
    the first half too little.
    """
    order = lock_open_order(ref, version=version)
    refuse_held(order)
    open_ = {line.position: line for line in order.lines.filter(open_qty__gt=0)}
    products = [line.product_id for line in open_.values()]
    mark_dirty(products, cause="split", reference=order.ref)
    claims = lock_claims(order, products)
    leaving = _leaving(order, open_, claims, lines)
    fresh = {line_id: qty - _frozen(claims).get(line_id, 0) for line_id, qty in leaving.items()}
    fresh = {line_id: qty for line_id, qty in fresh.items() if qty}
    if not fresh:
        raise Conflict(f"These units of {order.ref} are set to leave already.", code="no_change")
    policy = _release_from_policy(order, is_agreed=is_agreed)
    check_policy(order, open_.values(), leaving)
    check_fills(order, open_.values(), leaving)
    loose = [claim for claim in claims if claim.state == AllocationState.PLANNED]
    change_state(take(loose, fresh), AllocationState.PINNED)
    save_order(order, "ship_policy")
    position = {line.pk: line.position for line in open_.values()}
    pinned = [SplitLine(position[line_id], qty) for line_id, qty in fresh.items()]
    said = {"units": sum(fresh.values()), "left": sum(leaving.values()), "ship_policy": policy}
    tell(order, "orders.split", actor=actor, now=now, payload=said)
    return pinned


@entry_verb
def rejoin(
    ref: str,
    *,
    lines: Sequence[SplitLine] | None = None,
    ship_policy: str = "",
    actor: Actor | None,
    now: datetime,
    version: int | None = None,
) -> Order:
    """Give pinned units back to the plan, all or those named, and the order its former ship policy where one is named.

    Raises Conflict when fewer are pinned: what was picked or shipped since stays.
    """
    if ship_policy and ship_policy not in ShipPolicy.values:
        raise Invalid("Choose how it ships.", fields={"ship_policy": f"One of: {', '.join(ShipPolicy.values)}."})
    order = lock_open_order(ref, version=version)
    products = list(product_ids_of(order))
    mark_dirty(products, cause="rejoined", reference=order.ref)
    pinned = [claim for claim in lock_claims(order, products) if claim.state == AllocationState.PINNED]
    wanted = _units(pinned) if lines is None else _named(order, lines)
    missing = sum(wanted.values()) - sum(each.qty for each in take(pinned, wanted))
    if missing or not wanted:
        raise Conflict(f"{order.ref} is not split any more: those units are picked or have left.", code="not_split")
    change_state(take(pinned, wanted), AllocationState.PLANNED)
    order.ship_policy = ship_policy or order.ship_policy
    save_order(order, "ship_policy")
    tell(order, "orders.rejoined", actor=actor, now=now, payload={"units": sum(wanted.values())})
    return order


def _leaving(
    order: Order, open_: Mapping[int, OrderLine], claims: Sequence[Allocation], lines: Sequence[SplitLine]
) -> dict[int, int]:
    """Return units that leave now by line id, frozen ones of other lines with them; refuse what cannot."""
    there, frozen = _units(claims), _frozen(claims)
    leaving = dict(frozen)
    for index, named in enumerate(lines):
        line = open_.get(named.position)
        if line is None:
            wrong = f"{order.ref} has no open line {named.position}."
            raise Invalid(wrong, fields={f"lines.{index}.position": wrong})
        least, most = frozen.get(line.pk, 0), there.get(line.pk, 0)
        if named.qty:
            check_qty(named.qty, field=f"lines.{index}.qty")
        if not least <= named.qty <= most:
            fixed = f" {least} are pinned or picked and leave with it." if least else ""
            raise Conflict(
                f"Line {named.position} of {order.ref} has {most} units on hand for it, not {named.qty}.{fixed}",
                code="not_allocated",
            )
        leaving[line.pk] = named.qty
    leaving = {line_id: qty for line_id, qty in leaving.items() if qty}
    if not leaving:
        raise Invalid("Choose what leaves now.", fields={"lines": "Choose at least one unit."})
    if sum(leaving.values()) == sum(line.open_qty for line in open_.values()):
        raise Conflict(f"That is all of {order.ref}. Ship it instead of splitting it.", code="nothing_stays")
    return leaving


def _release_from_policy(order: Order, *, is_agreed: bool) -> str:
    """Let an order that ships complete ship in parts; return the policy that it had."""
    policy = order.ship_policy
    if policy == ShipPolicy.COMPLETE:
        if not is_agreed:
            raise Conflict(
                f"{order.ref} ships complete. Ask the customer, then say that they agreed to two deliveries.",
                code="consent",
            )
        order.ship_policy = ShipPolicy.PARTIAL
    return policy


def _units(claims: Iterable[Allocation]) -> dict[int, int]:
    units: dict[int, int] = defaultdict(int)
    for claim in claims:
        units[claim.line_id] += claim.qty
    return dict(units)


def _frozen(claims: Iterable[Allocation]) -> dict[int, int]:
    return _units(claim for claim in claims if claim.state != AllocationState.PLANNED)


def _named(order: Order, lines: Sequence[SplitLine]) -> dict[int, int]:
    line_id = dict(order.lines.values_list("position", "pk"))
    unknown = [line.position for line in lines if line.position not in line_id]
    if unknown:
        raise Invalid(f"{order.ref} has no line {unknown[0]}.", fields={"lines": f"There is no line {unknown[0]}."})
    return {line_id[line.position]: line.qty for line in lines}
