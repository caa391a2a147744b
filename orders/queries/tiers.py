"""Which orders of a large backlog are of some tiers, as strings of bits that PostgreSQL looks into on its walk.

An order keeps its customer for ever, so whose it is can be remembered; which tier a customer has is asked each time.
What is not known, such as an order that came since, is looked up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db.models import BinaryField, BooleanField, Case, F, Func, IntegerField, Value, When
from django.db.models.lookups import Exact
from numpy.typing import NDArray

from kernel.remembered import remembered
from orders.models import Order, OrderStatus
from orders.planning.types import Ints
from orders.queries.keys import read_keys

MOST_BITS = 4_000_000  # half a megabyte in a statement: beyond, keys are too far apart for this
_FAR = 2**62
_WHOSE = "SELECT string_agg(int8send(id) || int8send(customer_id), ''::bytea) FROM orders_order WHERE status = 'open'"
_OF_TIERS = "SELECT string_agg(int8send(id), ''::bytea) FROM orders_customer WHERE tier = ANY(%s)"


@dataclass(frozen=True, slots=True)
class Owners:
    """Whose each order is: ``place`` is that of its customer among ``customers`` (ascending keys) plus one, 0 for an
    order that is not known; by the order's key from ``first`` on. Empty where keys are too far apart."""

    first: int
    place: NDArray[np.integer[Any]]
    customers: Ints

    def bits(self, customer_ids: Ints) -> tuple[bytes, bytes]:
        """Return a bit an order, twice: set where it may be of one of these customers, and where it is known.

        O(orders).
        """
        may_be = np.concatenate([[True], np.isin(self.customers, customer_ids)])[self.place]
        return _packed(may_be), _packed(self.place > 0)

    def bit(self, bits: bytes, otherwise: int) -> Case:
        """Return the bit of a row of OrderPlan, ``otherwise`` for a key that has none (PostgreSQL refuses to look)."""
        place = F("order_id") - self.first
        bit = Func(Value(bits, BinaryField()), place, function="get_bit", output_field=IntegerField())
        is_there = When(order_id__gte=self.first, order_id__lt=self.first + len(self.place), then=bit)
        return Case(is_there, default=Value(otherwise), output_field=IntegerField())


def is_of(tiers: Sequence[str]) -> Case | None:
    """Return a condition on rows of OrderPlan: whether the order is of one of these tiers. None where bits do not help.

    One query, and another where whose the orders are is not remembered.
    """
    owners = remembered("orders:owners", load_owners, cheap=0.0)  # true however old it is
    if not len(owners.place):
        return None
    may_be, is_known = owners.bits(read_keys(_OF_TIERS, [list(tiers)]))
    return Case(
        When(Exact(owners.bit(may_be, 1), 0), then=False),
        When(Exact(owners.bit(is_known, 0), 1), then=True),
        default=is_gathered(tiers),
        output_field=BooleanField(),
    )


def is_gathered(tiers: Sequence[str]) -> Case:
    """Return the same condition, for which all orders of these tiers are gathered once, from an index alone."""
    orders = Order.objects.filter(status=OrderStatus.OPEN, customer__tier__in=tiers)
    return Case(When(pk__in=orders.values("pk"), then=True), default=False)


def load_owners() -> Owners:
    """Read whose each open order is: 0.1 s, and 4 bytes a key, for 300,000."""
    pairs = read_keys(_WHOSE).reshape(-1, 2)
    order_ids, (customers, places) = pairs[:, 0], np.unique(pairs[:, 1], return_inverse=True)
    first, last = int(order_ids.min(initial=_FAR)), int(order_ids.max(initial=0))
    if not 0 <= last - first < MOST_BITS:
        return Owners(0, order_ids[:0], customers[:0])
    place = np.zeros(last - first + 1, dtype=np.int32)
    place[order_ids - first] = places + 1
    return Owners(first, place, customers)


def _packed(values: NDArray[np.bool_]) -> bytes:
    return np.packbits(values, bitorder="little").tobytes()
