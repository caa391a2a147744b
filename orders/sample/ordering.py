"""The customers' side of a day: orders come in and are promised a day, cancellations find what they cancel."""

from __future__ import annotations

from datetime import timedelta

from inventory.models import MovementKind
from orders.models import EtaRevisionKind, HoldKind, ShipPolicy
from orders.sample.catalogue import SHOP_CODE
from orders.sample.clock import at
from orders.sample.days import add_working, weekday
from orders.sample.reading import Row, Sale
from orders.sample.world import RevisionRecord, SimLine, SimOrder, World

COMPLETE_SHARE, COMPLETE_MAX_LINES = 0.08, 20
ONE_BACKORDER_SHARE = 0.05
REQUESTED_SHARE = 0.2
SLOW_PICK_SHARE = 0.2
CAUTION_DAYS = 3  # working days added to a promise that rests on a purchase order: others may be served before
SAFE_DAYS = 4  # working days added to a promise that rests on an order we have yet to place
HOLD_SHARE = 0.12
HOLD_WEIGHTS: dict[HoldKind, int] = {
    HoldKind.CREDIT: 45,
    HoldKind.ADDRESS: 20,
    HoldKind.PAYMENT: 20,
    HoldKind.CUSTOMER: 10,
    HoldKind.FRAUD: 5,
}
HOLD_MU, HOLD_SIGMA, HOLD_CAP_DAYS = 2.0, 0.9, 45
RESTOCKED_SHARE = 0.7


def take_order(world: World, sale: Sale, customer: int, product_of: dict[str, int]) -> SimOrder:
    """Add an order and its lines to the queues."""
    day = sale.at.toordinal()
    order = SimOrder(
        invoice=sale.invoice,
        customer=customer,
        at=sale.at,
        day=day,
        policy=_ship_policy(world, len(sale.lines), customer),
        ready_day=add_working(day + 1, 0),
    )
    if world.random.random() < SLOW_PICK_SHARE:
        order.ready_day = add_working(order.ready_day, world.random.randint(1, 2))
    place = len(world.orders)
    world.orders.append(order)
    _maybe_hold(world, order)
    due = day
    for position, sold in enumerate(sale.lines, start=1):
        product = product_of[sold.sku]
        line = len(world.lines)
        world.lines.append(SimLine(place, position, product, sold.qty, sold.price_minor, open=sold.qty))
        order.lines.append(line)
        world.bought_by[customer, product].append(line)
        due = max(due, _promise_line(world, line, day))
        world.queues[product].append(line)
        world.waiting[product] += sold.qty
        world.week_demand[product] += min(sold.qty, _usual_most(world, product))
    order.open_lines = len(order.lines)
    order.promised = order.told = add_working(due + 1, 0)
    if world.random.random() < REQUESTED_SHARE:
        order.requested = add_working(day + world.random.randint(3, 30), 0)
    if order.policy != ShipPolicy.PARTIAL:
        world.together.append(place)
    note = EtaRevisionKind.PROMISED.value
    world.revisions.append(RevisionRecord(place, note, 0, order.promised, -1, "", order.at + timedelta(minutes=1)))
    return order


def _ship_policy(world: World, lines: int, customer: int) -> ShipPolicy:
    draw = world.random.random()
    if lines == 1 or lines > COMPLETE_MAX_LINES or world.customers[customer].code == SHOP_CODE:
        return ShipPolicy.PARTIAL
    if draw < COMPLETE_SHARE:
        return ShipPolicy.COMPLETE
    return ShipPolicy.ONE_BACKORDER if draw < COMPLETE_SHARE + ONE_BACKORDER_SHARE else ShipPolicy.PARTIAL


def _maybe_hold(world: World, order: SimOrder) -> None:
    if world.random.random() >= HOLD_SHARE or world.customers[order.customer].code == SHOP_CODE:
        return
    order.hold_kind = world.random.choices(list(HOLD_WEIGHTS), list(HOLD_WEIGHTS.values()))[0]
    days = min(HOLD_CAP_DAYS, max(1, round(world.random.lognormvariate(HOLD_MU, HOLD_SIGMA))))
    order.held_until = add_working(order.day + days, 0)


def _usual_most(world: World, product: int) -> int:
    """Cap what one line says about demand: a one-off of thousands is no trend."""
    return round(world.daily_rate[product] * 14) + 24


def _promise_line(world: World, line: int, day: int) -> int:
    """Return the day the line's units are there, as known on the day it came in, and peg it to what brings them."""
    product, qty = world.lines[line].product, world.lines[line].open
    lacking = world.waiting[product] + qty - world.on_hand(product)
    if lacking <= 0:
        return day
    for place in world.open_purchases[product]:
        purchase = world.purchase_lines[place]
        lacking -= purchase.ordered - purchase.received
        if lacking <= 0:
            purchase.pegged.append(line)
            return add_working(max(day + 1, purchase.expected), CAUTION_DAYS)
    supplier = world.suppliers[world.supplier_of[product]]
    next_review = day + 1 + (supplier.review_weekday - weekday(day + 1)) % 7
    return add_working(next_review, supplier.lead_time_days + SAFE_DAYS)


def cancel(world: World, row: Row, customer: int | None, product: int | None) -> str:
    """Cancel open units of the customer's newest lines of the product, then take back shipped ones.

    Return what the row came to be, for the counts.
    """
    left, fate = -row.qty, "cancellation without an order in the file"
    places = [] if customer is None or product is None else world.bought_by[customer, product]
    earlier = [place for place in reversed(places) if world.orders[world.lines[place].order].at <= row.at]
    for place in earlier:
        taken = min(left, world.lines[place].open)
        if taken:
            left, fate = left - taken, "units cancelled before shipping"
            _cancel_units(world, place, taken, row)
    for place in earlier:
        line = world.lines[place]
        taken = min(left, line.shipped - line.returned)
        if taken:
            left -= taken
            fate = fate if fate.startswith("units cancelled") else "units returned after shipping"
            _take_back(world, line, taken, row)
    return fate


def _cancel_units(world: World, place: int, qty: int, row: Row) -> None:
    line = world.lines[place]
    order = world.orders[line.order]
    line.open -= qty
    line.cancelled += qty
    world.waiting[line.product] -= qty
    world.week_demand[line.product] = max(0, world.week_demand[line.product] - qty)
    if line.open == 0:
        order.open_lines -= 1
        world.close_if_done(order, row.at)


def _take_back(world: World, line: SimLine, qty: int, row: Row) -> None:
    line.returned += qty
    if world.random.random() < RESTOCKED_SHARE:
        reason = f"Returned by the customer, {row.invoice}"
        world.move(line.product, 0, MovementKind.ADJUSTMENT, qty, row.at, reference=row.invoice, reason=reason)


def correct_stock(world: World, row: Row, product: int) -> None:
    """Book a write-off (never more than is there) or a find."""
    text = row.description.capitalize()[:120]
    if row.qty > 0:
        reason = f"Found: {text}" if text else "Found"
        world.move(product, 0, MovementKind.ADJUSTMENT, row.qty, row.at, reason=reason)
        return
    reason, left = f"Written off: {text}" if text else "Written off", -row.qty
    for warehouse, there in enumerate(list(world.stock[product])):
        taken = min(left, there)
        if taken:
            left -= taken
            world.move(product, warehouse, MovementKind.ADJUSTMENT, -taken, row.at, reason=reason)


def open_for_business(world: World, product: int, day: int, qty: int) -> None:
    """Put the first stock of a product on the shelves, the day before its first sale."""
    second = qty * 3 // 10 if world.has_second_warehouse[product] else 0
    for warehouse, units in enumerate((qty - second, second)):
        if units:
            world.move(product, warehouse, MovementKind.OPENING, units, at(day - 1, 7), reason="First stock")
