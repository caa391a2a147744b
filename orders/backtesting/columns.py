"""What rules may read of a line, on a day of the replay (catalogue: planning.attributes)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

import numpy as np

from orders.learning.history import History
from orders.planning.attributes import CATALOGUE, Source
from orders.planning.day import DAY_COLUMNS, day_columns
from orders.planning.types import NO_DAY, Attribute, Attributes, Bools, Calendar, Context, Floats, Ints

_MINOR_UNITS = 100.0
PER_ORDER = ("customer.zone", "customer.code", "order.channel")
PER_PRODUCT = ("product.sku", "product.category")


@dataclass(frozen=True, slots=True)
class Moment:
    """The open lines of a day: rows of the history's lines, what each lacks, and the day.

    ``calendar`` is the company's, where rules may ask about the day.
    """

    history: History
    line: Ints
    left_qty: Ints
    today: int
    calendar: Calendar | None = None

    @property
    def order(self) -> Ints:
        return self.history.lines.order[self.line]

    @property
    def product(self) -> Ints:
        return self.history.lines.product[self.line]

    @property
    def value_minor(self) -> Ints:
        return self.left_qty * self.history.lines.price_minor[self.line]


def columns(names: Collection[str], moment: Moment, texts: Mapping[str, Attribute]) -> Attributes:
    """Return the named columns, parallel to ``moment.line``.

    ``texts`` are parallel to the history's orders (``PER_ORDER``) or products (``PER_PRODUCT``). Raises KeyError for
    what a replay does not know.
    """
    found = {name: _column(name, moment, texts) for name in sorted(set(names) - DAY_COLUMNS)}
    if moment.calendar is None:
        return found
    return {**found, **day_columns(names, Context(moment.today, moment.calendar), len(moment.line))}


def nothing_of(names: Collection[str], moment: Moment) -> Attributes:
    """Return as unknown those of the named columns that neither the past nor an estimate gives: ratings, what was told.

    They are numbers.
    """
    unknown = Attribute(np.full(len(moment.line), np.nan))
    return {name: unknown for name in sorted(names) if CATALOGUE[name].source is Source.ORDER_BOOK}


def _column(name: str, moment: Moment, texts: Mapping[str, Attribute]) -> Attribute:
    if name in PER_ORDER:
        return Attribute(texts[name].values[moment.order], texts[name].categories)
    if name in PER_PRODUCT:
        return Attribute(texts[name].values[moment.product], texts[name].categories)
    if name == "customer.tier":
        return Attribute(moment.history.orders.tier[moment.order], CATALOGUE[name].choices)
    if name == "order.ship_policy":
        return Attribute(moment.history.orders.ship_policy[moment.order].astype(np.int64), CATALOGUE[name].choices)
    return Attribute(_NUMBERS[name](moment).astype(np.float64))


def _days_past(moment: Moment, days: Ints) -> Floats:
    own = days[moment.order]
    return np.where(own == NO_DAY, np.nan, moment.today - own)


def _per_order(moment: Moment, values: Ints, order: Ints) -> Floats:
    sums = np.zeros(len(moment.history.orders.order_id), dtype=np.int64)
    np.add.at(sums, order, values)
    return sums[moment.order] / _MINOR_UNITS


def _total_value(moment: Moment) -> Floats:
    lines = moment.history.lines
    return _per_order(moment, (lines.qty + lines.cancelled_qty) * lines.price_minor, lines.order)


_NUMBERS: dict[str, Callable[[Moment], Floats | Ints | Bools]] = {
    "order.open_value": lambda moment: _per_order(moment, moment.value_minor, moment.order),
    "order.total_value": _total_value,
    "order.age_days": lambda moment: _days_past(moment, moment.history.orders.placed_on),
    "order.days_late": lambda moment: _days_past(moment, moment.history.orders.promised_on),
    "order.days_to_requested": lambda moment: -_days_past(moment, moment.history.orders.requested_on),
    "order.expedited": lambda moment: moment.history.orders.is_expedited[moment.order],
    "line.open_qty": lambda moment: moment.left_qty,
    "line.open_value": lambda moment: moment.value_minor / _MINOR_UNITS,
    "line.position": lambda moment: moment.history.lines.position[moment.line],
    "product.unit_price": lambda moment: moment.history.products.price_minor[moment.product] / _MINOR_UNITS,
    "product.critical": lambda moment: moment.history.products.is_critical[moment.product],
}

KNOWN = frozenset({*PER_ORDER, *PER_PRODUCT, "customer.tier", "order.ship_policy", *_NUMBERS, *DAY_COLUMNS})
