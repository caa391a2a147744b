"""Changed inputs: a scenario's changes made to the live arrays, which stay as they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from orders.planning.types import NO_DAY, ON_HAND, Bools, Ints
from orders.replanning.inputs import Inputs
from orders.simulation.changed import Changed
from orders.simulation.growing import append
from orders.simulation.hands import unbounded_hands, with_capacity
from orders.simulation.names import Names
from orders.simulation.ordering_in import add_order
from orders.simulation.scenarios import (
    CapacityChange,
    Change,
    DelayChange,
    DemandChange,
    OrderChange,
    PolicyChange,
    PurchaseChange,
    StockChange,
)

_WORKING_DAYS, _DAYS = 5, 7


def apply(state: Changed, change: Change, names: Names, *, today: int) -> Changed:
    """Return the inputs with one more change; policies change the rules and not the inputs. O(lines)."""
    match change:
        case StockChange():
            return replace(state, inputs=_with_stock(state.inputs, change, names))
        case DelayChange():
            return replace(state, inputs=_with_delay(state.inputs, change, names))
        case PurchaseChange():
            return replace(state, inputs=_with_purchase(state.inputs, change, names))
        case DemandChange():
            return _with_demand(state, change, names)
        case OrderChange():
            added = add_order(state.inputs, state.price_minor, state.standing, change, names, today=today)
            return Changed(added.inputs, added.price_minor, added.standing, state.hands, (*state.orders, added.order))
        case CapacityChange():
            warehouse, _ = names.warehouses[change.warehouse]
            return replace(state, hands=with_capacity(state.hands or unbounded_hands(), warehouse, change.units))
        case PolicyChange():
            return state


def _with_stock(inputs: Inputs, change: StockChange, names: Names) -> Inputs:
    supply = inputs.supply
    product = names.products[change.sku].id if change.sku else None
    warehouse, preference = names.warehouses[change.warehouse] if change.warehouse else (None, 0)
    chosen: Bools = supply.source_id == ON_HAND
    if product is not None:
        chosen &= supply.product_id == product
    if warehouse is not None:
        chosen &= supply.warehouse_id == warehouse
    there = int(supply.qty[chosen].sum())
    left = change.set if change.set is not None else max(there + (change.add or 0), 0)
    if chosen.any() or not left:  # left is more than nothing for one product in one warehouse only, so for one row
        inputs = replace(inputs, supply=replace(supply, qty=np.where(chosen, left, supply.qty)))
        return inputs if left else _without_kept_units(inputs, product)
    row = {"product_id": product, "warehouse_id": warehouse, "qty": left, "preference": preference}
    return replace(inputs, supply=append(supply, row, 1))


def _without_kept_units(inputs: Inputs, product: int | None) -> Inputs:
    """Nothing is kept back of stock that is gone. Only the wording of a reason hangs on it."""
    products = inputs.products
    gone = np.ones(len(products.product_id), dtype=np.bool_) if product is None else products.product_id == product
    return replace(inputs, products=replace(products, protected_qty=np.where(gone, 0, products.protected_qty)))


def _with_delay(inputs: Inputs, change: DelayChange, names: Names) -> Inputs:
    """Move what is to come, and what the supplier would bring if it were ordered today."""
    supply, products = inputs.supply, inputs.products
    codes = names.suppliers[change.supplier] if change.supplier else names.purchase_orders[change.purchase_order]
    moved = np.isin(supply.source_id, codes) & (supply.source_id != ON_HAND) & (supply.expected_on != NO_DAY)
    expected_on = np.where(moved, np.maximum(supply.expected_on + change.days, 1), supply.expected_on)
    inputs = replace(inputs, supply=replace(supply, expected_on=expected_on))
    if not change.supplier:
        return inputs
    preferred = np.isin(products.product_id, names.lead_times.get(change.supplier, []))
    working = round(change.days * _WORKING_DAYS / _DAYS)

    def moved_by(lead_time: Ints) -> Ints:
        return np.where(preferred & (lead_time > 0), np.maximum(lead_time + working, 1), lead_time)

    p50, p90 = moved_by(products.lead_time_p50), moved_by(products.lead_time_p90)
    return replace(inputs, products=replace(products, lead_time_p50=p50, lead_time_p90=p90))


def _with_purchase(inputs: Inputs, change: PurchaseChange, names: Names) -> Inputs:
    day = change.expected_on.toordinal()
    row = {
        "product_id": names.products[change.sku].id,
        "warehouse_id": names.warehouses[change.warehouse][0],
        "source_id": int(inputs.supply.source_id.max(initial=0)) + 1,
        "qty": change.qty,
        "expected_on": day,
        "first_expected_on": day,
    }
    return replace(inputs, supply=append(inputs.supply, row, 1))


def _with_demand(state: Changed, change: DemandChange, names: Names) -> Changed:
    """Let open lines, and what is forecast, grow by a percentage; a line keeps its frozen units, and at least one."""
    inputs, backlog = state.inputs, state.inputs.backlog
    factor = 1 + change.percent / 100
    products = _products_of(change, names)
    chosen = np.ones(len(backlog.line_id), dtype=np.bool_)
    if products is not None:
        chosen = np.isin(backlog.product_id, products)
    frozen = np.zeros(len(backlog.line_id), dtype=np.int64)
    np.add.at(frozen, np.searchsorted(backlog.line_id, inputs.frozen.line_id), inputs.frozen.qty)
    grown = np.maximum(np.ceil(np.round(backlog.open_qty * factor, 6)).astype(np.int64), np.maximum(frozen, 1))
    qty = np.where(chosen, grown, backlog.open_qty)
    attributes = _with_quantities(inputs, qty, state.price_minor)
    inputs = replace(inputs, backlog=replace(backlog, open_qty=qty), attributes=attributes)
    if inputs.demand is not None:
        known = inputs.demand.product_id
        grows = np.ones(len(known), dtype=np.bool_) if products is None else np.isin(known, products)
        by = np.where(grows, factor, 1.0)[:, None]
        demand = replace(inputs.demand, means=inputs.demand.means * by, highs=inputs.demand.highs * by)
        inputs = replace(inputs, demand=demand)
    return replace(state, inputs=inputs)


def _products_of(change: DemandChange, names: Names) -> list[int] | None:
    if change.sku:
        return [names.products[change.sku].id]
    return names.categories[change.category] if change.category else None


def _with_quantities(inputs: Inputs, qty: Ints, price_minor: Ints) -> Mapping[str, Any]:
    """Return the columns with those that quantities are part of worked out anew."""
    _, place = np.unique(inputs.backlog.order_id, return_inverse=True)
    value = qty * price_minor / 100.0
    more = (qty - inputs.backlog.open_qty) * price_minor / 100.0
    by_name = {
        "line.open_qty": lambda _: qty.astype(np.float64),
        "line.open_value": lambda _: value,
        "order.open_value": lambda column: column + np.bincount(place, weights=more)[place],
        "order.total_value": lambda column: column + np.bincount(place, weights=more)[place],
    }
    return {
        name: replace(column, values=by_name[name](column.values)) if name in by_name else column
        for name, column in inputs.attributes.items()
    }
