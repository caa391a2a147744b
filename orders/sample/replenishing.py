"""The suppliers' side of a day: what arrives, which dates they move, and what we order next."""

from __future__ import annotations

import math

from inventory.models import MovementKind
from orders.models import EtaRevisionKind, Reason
from orders.sample.clock import at
from orders.sample.days import add_working, subtract_working, weekday
from orders.sample.suppliers import draw_delay, draw_move
from orders.sample.world import MovementRecord, RevisionRecord, SimPurchaseLine, SimPurchaseOrder, World

COVER_DAYS = 18
"""Calendar days of demand that an order brings beyond its lead time."""
SAFETY = -1.4
"""Square roots of expected demand kept as safety; negative on purpose: this wholesaler runs short."""
SMOOTHING = 0.25
SHORT_DELIVERY_SHARE = 0.04


def receive_day(world: World, day: int) -> None:
    """Book what arrives on a working day."""
    for place, qty in world.arrivals.pop(day, ()):
        line = world.purchase_lines[place]
        line.received += qty
        world.coming[line.product] -= qty
        world.stock[line.product][line.warehouse] += qty
        world.movements.append(
            MovementRecord(
                line.product,
                line.warehouse,
                MovementKind.RECEIPT,
                qty,
                reference=str(line.purchase_order),
                reason="",
                at=at(day, 8, place % 150),
                receipt_of=place,
                expected=line.expected,
            )
        )
        _name_day_for_rest(world, line)
        if line.received >= line.ordered:
            world.open_purchases[line.product].remove(place)


def _name_day_for_rest(world: World, line: SimPurchaseLine) -> None:
    if line.received < line.ordered:
        line.expected = max(line.expected, line.rest_arrives)
        order = world.purchase_orders[line.purchase_order]
        order.expected = max(order.expected, line.expected)


def redate_day(world: World, day: int) -> None:
    """Let suppliers move their dates, and tell the customers whose units were on these purchase orders."""
    for place, expected in world.redates.pop(day, ()):
        order = world.purchase_orders[place]
        order.expected = expected
        for line in order.lines:
            world.purchase_lines[line].expected = expected
        _tell_waiting(world, order, day)


def _tell_waiting(world: World, purchase: SimPurchaseOrder, day: int) -> None:
    due = add_working(purchase.expected + 1, 0)
    waiting = {
        world.lines[line].order
        for place in purchase.lines
        for line in world.purchase_lines[place].pegged
        if world.lines[line].open
    }
    for place in sorted(waiting):
        order = world.orders[place]
        if due <= order.told:
            continue
        moved_at = at(day, 10, place % 60)
        late = Reason.SUPPLIER_LATE.value
        for kind in (EtaRevisionKind.PLANNED, EtaRevisionKind.TOLD):
            world.revisions.append(RevisionRecord(place, kind.value, order.told, due, late, "", moved_at))
        order.told = due


def review_week(world: World) -> None:
    """Learn each product's demand from the week that ended (Sunday evening)."""
    for product, rate in enumerate(world.daily_rate):
        world.daily_rate[product] = rate + SMOOTHING * (world.week_demand.get(product, 0) / 7 - rate)
    world.week_demand.clear()


def order_day(world: World, day: int, on_sale: list[list[int]]) -> None:
    """Order from the suppliers whose weekday it is. ``on_sale`` lists each supplier's products that we sell by now."""
    for place, supplier in enumerate(world.suppliers):
        if supplier.review_weekday == weekday(day):
            wanted = [(product, _order_qty(world, product)) for product in on_sale[place]]
            _place_order(world, place, day, [(product, qty) for product, qty in wanted if qty])


def _order_qty(world: World, product: int) -> int:
    """Return units to order: none while the position reaches the reorder point, else up to the order-up-to level."""
    lead = math.ceil(world.suppliers[world.supplier_of[product]].lead_time_days * 7 / 5)
    rate = world.daily_rate[product]
    position = world.on_hand(product) + world.coming[product] - world.waiting[product]
    over_lead = rate * lead
    reorder_point = over_lead + SAFETY * math.sqrt(over_lead)
    if position >= reorder_point or (position >= 0 and reorder_point < 1):
        return 0
    pack = 12 if rate < 20 else 48
    return math.ceil((reorder_point + rate * COVER_DAYS - position) / pack) * pack


def _place_order(world: World, supplier: int, day: int, wanted: list[tuple[int, int]]) -> None:
    if not wanted:
        return
    first = add_working(day, world.suppliers[supplier].lead_time_days)
    last = add_working(first, draw_move(world.suppliers[supplier], world.random))
    delay = draw_delay(world.suppliers[supplier], world.random)
    arrives = add_working(last, delay) if delay >= 0 else max(day + 1, subtract_working(last, -delay))
    arrives = add_working(arrives, 0)
    place = len(world.purchase_orders)
    world.purchase_orders.append(SimPurchaseOrder(supplier, day, first, first, arrives))
    for product, qty in wanted:
        second = qty * 3 // 10 if world.has_second_warehouse[product] and qty >= 24 else 0
        for warehouse, units in enumerate((qty - second, second)):
            if units:
                _add_line(world, place, product, warehouse, units)
    _announce_move(world, place, last)


def _add_line(world: World, purchase: int, product: int, warehouse: int, qty: int) -> None:
    order, place = world.purchase_orders[purchase], len(world.purchase_lines)
    world.purchase_lines.append(SimPurchaseLine(purchase, product, warehouse, qty, order.expected))
    order.lines.append(place)
    world.open_purchases[product].append(place)
    world.coming[product] += qty
    first = qty
    if world.random.random() < SHORT_DELIVERY_SHARE and qty > 1:
        first = max(1, round(qty * world.random.uniform(0.4, 0.8)))
        # Who delivers short names a day for the rest, and keeps it.
        rest_arrives = add_working(order.arrives, world.random.randint(5, 15))
        world.purchase_lines[place].rest_arrives = rest_arrives
        world.arrivals[rest_arrives].append((place, qty - first))
    world.arrivals[order.arrives].append((place, first))


def _announce_move(world: World, place: int, last: int) -> None:
    """Have a supplier say, some days ahead, that it will not be the day it named but ``last``.

    A delay beyond that day nobody announces: the goods are simply not there.
    """
    order = world.purchase_orders[place]
    said_on = subtract_working(order.first_expected, world.random.randint(1, 6))
    said_on = add_working(max(said_on, order.ordered + 1), 0)
    if order.first_expected < last and said_on < order.arrives:
        world.redates[said_on].append((place, last))
