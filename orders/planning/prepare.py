"""Input made ready: sorted by line id, joined to products and frozen units, supply as buckets."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from orders.planning.calendar import SiteDays, WorkingDays
from orders.planning.ids import find_places
from orders.planning.supply import Buckets, order_buckets
from orders.planning.types import (
    NO_DAY,
    Attributes,
    Backlog,
    Bools,
    Context,
    Frozen,
    Ints,
    Products,
    Shipped,
    Supply,
)


@dataclass(frozen=True, slots=True)
class Limits:
    """What terms and policy keep lines from, parallel to the backlog. docs/planning.md, section Terms.

    ``least_qty`` is what a line must get at a time at least, ``order_least`` what its order must, in units counted with
    their line's ``weight``; frozen units are taken off both. ``max_sources`` is how many warehouses may send the order
    at a time (0 = any), ``group`` the entry in ``preferred`` of the warehouses to ask first (−1 = none). ``wanted_by``
    is the day by which a line that is wanted later must have its units, NO_DAY where it is not. ``special`` marks lines
    of partial orders that any of this touches.
    """

    least_qty: Ints
    order_least: Ints
    weight: Ints
    max_sources: Ints
    wanted_by: Ints
    group: Ints
    preferred: tuple[tuple[int, ...], ...]
    special: Bools


@dataclass(frozen=True, slots=True)
class Prepared:
    """What the steps read. Arrays without a home of their own are parallel to ``backlog``, line ids ascending.

    ``product`` is each line's position in ``products``; ``need_qty`` is what frozen units leave open, ``frozen_leave``
    the day from which all of these can leave (NO_DAY where there are none); ``held`` lines take nothing. ``limits`` is
    None where neither terms nor policy set any, ``shipped`` where no quota counts over days or nothing left.
    """

    backlog: Backlog
    attributes: Attributes
    products: Products
    buckets: Buckets
    product: Ints
    frozen_qty: Ints
    frozen_leave: Ints
    need_qty: Ints
    held: Bools
    context: Context
    working_days: WorkingDays
    limits: Limits | None = None
    shipped: Shipped | None = None


def prepare(
    backlog: Backlog, supply: Supply, frozen: Frozen, products: Products, attributes: Attributes, context: Context
) -> Prepared:
    """Return the input in the one order that planning works in. Raises ValueError where it breaks its contract."""
    backlog, attributes = _by_line_id(backlog, attributes)
    working_days = WorkingDays(context.calendar)
    frozen_qty, frozen_leave = _frozen_per_line(frozen, backlog.line_id, SiteDays(context))
    return Prepared(
        backlog=backlog,
        attributes=attributes,
        products=products,
        buckets=order_buckets(supply, products.product_id, context, working_days),
        product=_places(products, backlog.product_id),
        frozen_qty=frozen_qty,
        frozen_leave=frozen_leave,
        need_qty=np.maximum(backlog.open_qty - frozen_qty, 0),
        held=backlog.on_hold,
        context=context,
        working_days=working_days,
    )


def _by_line_id(backlog: Backlog, attributes: Attributes) -> tuple[Backlog, Attributes]:
    """Return the input sorted by line id, so that nothing after depends on the order it came in."""
    lines = len(backlog.line_id)
    lengths = {field.name: len(getattr(backlog, field.name)) for field in fields(backlog)}
    lengths |= {name: len(attribute.values) for name, attribute in attributes.items()}
    for name, length in lengths.items():
        if length != lines:
            raise ValueError(f"{name}: {length} values for {lines} lines")
    steps = np.diff(backlog.line_id)
    if (steps > 0).all():
        return backlog, attributes
    order = np.argsort(backlog.line_id, kind="stable")
    if (np.diff(backlog.line_id[order]) == 0).any():
        raise ValueError("line_id: a line is in the backlog twice")
    sorted_backlog = Backlog(**{field.name: getattr(backlog, field.name)[order] for field in fields(backlog)})
    return sorted_backlog, {name: replace(column, values=column.values[order]) for name, column in attributes.items()}


def _places(products: Products, product_id: Ints) -> Ints:
    """Return each line's position in ``products``, whose ids must ascend and include them all."""
    if (np.diff(products.product_id) <= 0).any():
        raise ValueError("products.product_id: must ascend without repeats")
    place = find_places(products.product_id, product_id)
    known = place < len(products.product_id)
    known[known] = products.product_id[place[known]] == product_id[known]
    if not known.all():
        raise ValueError(f"products: product {product_id[~known][0]} of the backlog is missing")
    return place


def _frozen_per_line(frozen: Frozen, line_id: Ints, sites: SiteDays) -> tuple[Ints, Ints]:
    """Return frozen units per line, and the day from which they can leave.

    Frozen allocations of lines that are not in the backlog do not count.
    """
    total, leave = np.zeros(len(line_id), dtype=np.int64), np.full(len(line_id), NO_DAY, dtype=np.int64)
    place = np.searchsorted(line_id, frozen.line_id)
    known = place < len(line_id)
    known[known] = line_id[place[known]] == frozen.line_id[known]
    np.add.at(total, place[known], frozen.qty[known])
    np.maximum.at(leave, place[known], sites.leave_today(frozen.warehouse_id[known]))
    return total, leave
