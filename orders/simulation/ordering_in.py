"""An order that would come in now, added to the live arrays. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np

from orders.planning.attributes import CATALOGUE, Kind
from orders.planning.day import facts_of_day
from orders.planning.types import NO_DAY, Attribute, Floats, Ints
from orders.replanning.inputs import SHIP_POLICIES, Inputs
from orders.replanning.sites import context_of
from orders.simulation.changed import NewOrder
from orders.simulation.growing import append
from orders.simulation.names import Names
from orders.simulation.scenarios import OrderChange
from orders.simulation.standing import Standing

_MICROSECONDS_A_DAY = 86_400_000_000
_EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class Added:
    """The inputs with the order, its prices, what its customer expects, and what it is called in there."""

    inputs: Inputs
    price_minor: Ints
    standing: Standing
    order: NewOrder


def add_order(
    inputs: Inputs, price_minor: Ints, standing: Standing, change: OrderChange, names: Names, *, today: int
) -> Added:
    """Append an order placed at the end of today: of equal rank with others, it comes last."""
    backlog = inputs.backlog
    products = [names.products[line.sku] for line in change.lines]
    qty = np.array([line.qty for line in change.lines], dtype=np.int64)
    price = np.array([product.price_minor for product in products], dtype=np.int64)
    first = int(backlog.line_id.max(initial=0)) + 1
    newest = max(int(backlog.order_id.max(initial=0)), int(standing.order_id.max(initial=0)))
    order = NewOrder(newest + 1, tuple(range(first, first + len(qty))))
    known = {
        "line_id": np.array(order.line_ids),
        "order_id": order.order_id,
        "product_id": np.array([product.id for product in products]),
        "open_qty": qty,
        "placed_at": (today + 1 - _EPOCH) * _MICROSECONDS_A_DAY - 1,
        "ship_policy": SHIP_POLICIES.index(change.ship_policy),
    }
    said = {**_attributes(change, names, qty, price, today), **facts_of_day(context_of(inputs.sites, today=today))}
    attributes = {name: _append_column(name, column, said, len(qty)) for name, column in inputs.attributes.items()}
    longer = replace(inputs, backlog=append(backlog, known, len(qty)), attributes=attributes)
    if inputs.learned is not None:
        tier = CATALOGUE["customer.tier"].choices.index(said["customer.tier"])
        facts = append(inputs.learned.facts, {"placed_on": today, "price_minor": price, "tier": tier}, len(qty))
        longer = replace(longer, learned=replace(inputs.learned, facts=facts))
    expected = {"order_id": order.order_id, "placed_on": today, "requested_on": _day(change.requested_on)}
    return Added(longer, np.concatenate((price_minor, price)), append(standing, expected, 1), order)


def _attributes(change: OrderChange, names: Names, qty: Ints, price: Ints, today: int) -> dict[str, Any]:
    """Return what rules may read of the order's lines; what is not here is unknown."""
    products = [names.products[line.sku] for line in change.lines]
    tier, zone = names.customers[change.customer] if change.customer else (change.tier, "")
    value = qty * price / 100.0
    requested = _day(change.requested_on)
    return {
        "customer.tier": tier,
        "customer.zone": zone,
        "customer.code": change.customer,
        "order.channel": change.channel,
        "order.ship_policy": change.ship_policy,
        "order.open_value": float(value.sum()),
        "order.total_value": float(value.sum()),
        "order.age_days": 0.0,
        "order.days_to_requested": float(requested - today) if requested != NO_DAY else np.nan,
        "order.expedited": float(change.expedited),
        "plan.times_slipped": 0.0,
        "plan.days_slipped": 0.0,
        "line.open_qty": qty.astype(np.float64),
        "line.open_value": value,
        "line.position": np.arange(1, len(qty) + 1, dtype=np.float64),
        "product.sku": [line.sku for line in change.lines],
        "product.category": [product.category for product in products],
        "product.unit_price": price / 100.0,
        "product.critical": np.array([float(product.is_critical) for product in products]),
    }


def _append_column(name: str, column: Attribute, said: Mapping[str, Any], rows: int) -> Attribute:
    if CATALOGUE[name].kind is not Kind.TEXT:
        new = np.full(rows, np.nan)
        new[:] = said.get(name, np.nan)
        longer: Floats = np.concatenate((column.values.astype(np.float64), new))
        return Attribute(longer, column.categories)
    texts = said.get(name, "")
    texts = [texts] * rows if isinstance(texts, str) else texts
    categories = (*column.categories, *sorted({text for text in texts if text} - set(column.categories)))
    codes = {text: code for code, text in enumerate(categories)}
    new_codes = np.array([codes.get(text, -1) for text in texts], dtype=np.int64)
    all_codes: Ints = np.concatenate((column.values.astype(np.int64), new_codes))
    return Attribute(all_codes, categories)


def _day(day: date | None) -> int:
    return day.toordinal() if day else NO_DAY
