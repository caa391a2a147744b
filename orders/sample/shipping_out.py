"""The warehouse's side of a day: what is there goes out, first come first served, as the ship policies allow."""

from __future__ import annotations

from datetime import datetime

from inventory.models import MovementKind
from orders.models import ShipPolicy
from orders.sample.clock import at
from orders.sample.world import ShipmentRecord, SimOrder, World

PATIENCE_DAYS = 25

Parcels = dict[int, list[tuple[int, int, int]]]
"""Order → (line, warehouse, units) that leave today."""


def ship_day(world: World, day: int) -> None:
    """Ship what can leave on a working day. O(waiting lines)."""
    parcels: Parcels = {}
    _lose_patience(world, day)
    _ship_together(world, day, parcels)
    for product, queue in world.queues.items():
        if queue and world.on_hand(product):
            _serve_queue(world, product, day, parcels)
    for order, lines in parcels.items():
        _book(world, order, lines, day)
    for product, queue in world.queues.items():
        if queue:
            world.queues[product] = [line for line in queue if world.lines[line].open]


def _lose_patience(world: World, day: int) -> None:
    """Let customers who waited too long for the whole take what is there; the order then says so."""
    for place in world.together:
        order = world.orders[place]
        if day - order.day > PATIENCE_DAYS:
            order.policy = ShipPolicy.PARTIAL
    world.together = [
        place
        for place in world.together
        if world.orders[place].open_lines and world.orders[place].policy != ShipPolicy.PARTIAL
    ]


def ships_together(order: SimOrder, day: int) -> bool:
    """Return whether all that is open must leave at once: ship complete, or the one backorder that is allowed."""
    if order.policy == ShipPolicy.COMPLETE:
        return True
    return order.policy == ShipPolicy.ONE_BACKORDER and 0 < order.first_shipped < day


def _may_ship(order: SimOrder, day: int) -> bool:
    return order.ready_day <= day and order.held_until <= day


def _ship_together(world: World, day: int, parcels: Parcels) -> None:
    for place in world.together:
        order = world.orders[place]
        if not ships_together(order, day) or not _may_ship(order, day):
            continue
        needs: dict[int, int] = {}
        for line in order.lines:
            needs[world.lines[line].product] = needs.get(world.lines[line].product, 0) + world.lines[line].open
        if all(world.on_hand(product) >= qty for product, qty in needs.items()):
            for line in order.lines:
                _take(world, line, parcels)


def _serve_queue(world: World, product: int, day: int, parcels: Parcels) -> None:
    for line in world.queues[product]:
        order = world.orders[world.lines[line].order]
        if _may_ship(order, day) and not ships_together(order, day):
            _take(world, line, parcels)
            if not world.on_hand(product):
                return


def _take(world: World, place: int, parcels: Parcels) -> None:
    """Move what there is of the line from the shelves into its order's parcel."""
    line = world.lines[place]
    stock = world.stock[line.product]
    for warehouse, there in enumerate(stock):
        taken = min(line.open, there)
        if taken:
            stock[warehouse] -= taken
            line.open -= taken
            line.shipped += taken
            parcels.setdefault(line.order, []).append((place, warehouse, taken))


def _book(world: World, place: int, lines: list[tuple[int, int, int]], day: int) -> None:
    order = world.orders[place]
    shipped_at = _leaves_at(place, day)
    world.shipments.append(ShipmentRecord(place, shipped_at, lines))
    order.first_shipped = order.first_shipped or day
    for line, warehouse, qty in lines:
        product = world.lines[line].product
        world.waiting[product] -= qty
        # The shelves were emptied by _take: put the units back for the ledger to take them.
        world.stock[product][warehouse] += qty
        world.move(product, warehouse, MovementKind.SHIPMENT, -qty, shipped_at, reference=str(place))
    order.open_lines = sum(1 for line in order.lines if world.lines[line].open)
    world.close_if_done(order, shipped_at)


def _leaves_at(place: int, day: int) -> datetime:
    """Spread the day's parcels over the afternoon."""
    return at(day, 13, place * 7 % 240)
