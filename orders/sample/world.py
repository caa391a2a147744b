"""What the replay keeps: lines and orders by place in a list, stock per product and warehouse, and a log of events.

Places, not database keys, everywhere: a line, an order, a product is its index. Days are date ordinals of the file.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from random import Random

from orders.models import HoldKind, ShipPolicy
from orders.sample.catalogue import SampleCustomer, SampleProduct
from orders.sample.suppliers import SampleSupplier

WAREHOUSES = (("LDS", "Leeds"), ("BRS", "Bristol"))


@dataclass(slots=True)
class SimLine:
    order: int
    position: int
    product: int
    ordered: int
    price_minor: int
    open: int
    shipped: int = 0
    cancelled: int = 0
    returned: int = 0


@dataclass(slots=True)
class SimOrder:
    """``ready_day`` is the first day the warehouse gets to it; ``promised`` and ``told`` are days the customer got."""

    invoice: str
    customer: int
    at: datetime
    day: int
    policy: ShipPolicy
    ready_day: int
    lines: list[int] = field(default_factory=list)
    open_lines: int = 0
    first_shipped: int = 0
    closed_at: datetime | None = None
    requested: int | None = None
    promised: int = 0
    told: int = 0
    held_until: int = 0
    hold_kind: HoldKind | None = None


@dataclass(slots=True)
class SimPurchaseOrder:
    supplier: int
    ordered: int
    first_expected: int
    expected: int
    arrives: int
    lines: list[int] = field(default_factory=list)


@dataclass(slots=True)
class SimPurchaseLine:
    """``expected`` is the day last named, ``rest_arrives`` when what a short delivery lacks comes.

    ``pegged`` are the order lines whose promise counts on it.
    """

    purchase_order: int
    product: int
    warehouse: int
    ordered: int
    expected: int
    rest_arrives: int = 0
    received: int = 0
    pegged: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class MovementRecord:
    """``kind`` is a MovementKind; ``reference`` as the page shows it.

    ``receipt_of`` is the purchase line, −1 for none, and ``expected`` the day last named for it before it came.
    """

    product: int
    warehouse: int
    kind: str
    qty: int
    reference: str
    reason: str
    at: datetime
    receipt_of: int = -1
    expected: int = 0


@dataclass(frozen=True, slots=True)
class ShipmentRecord:
    order: int
    at: datetime
    lines: list[tuple[int, int, int]]
    """(line, warehouse, units)"""


@dataclass(frozen=True, slots=True)
class RevisionRecord:
    order: int
    kind: str
    old: int
    new: int
    reason: int
    note: str
    at: datetime


@dataclass(slots=True)
class World:
    """The state of the replay, changed in place by the day's steps."""

    random: Random
    products: list[SampleProduct]
    customers: list[SampleCustomer]
    suppliers: list[SampleSupplier]
    supplier_of: list[int]
    has_second_warehouse: list[bool]
    stock: list[list[int]]
    waiting: list[int]
    coming: list[int]
    daily_rate: list[float]
    lines: list[SimLine] = field(default_factory=list)
    orders: list[SimOrder] = field(default_factory=list)
    purchase_orders: list[SimPurchaseOrder] = field(default_factory=list)
    purchase_lines: list[SimPurchaseLine] = field(default_factory=list)
    movements: list[MovementRecord] = field(default_factory=list)
    shipments: list[ShipmentRecord] = field(default_factory=list)
    revisions: list[RevisionRecord] = field(default_factory=list)
    queues: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    together: list[int] = field(default_factory=list)
    open_purchases: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    bought_by: dict[tuple[int, int], list[int]] = field(default_factory=lambda: defaultdict(list))
    arrivals: dict[int, list[tuple[int, int]]] = field(default_factory=lambda: defaultdict(list))
    redates: dict[int, list[tuple[int, int]]] = field(default_factory=lambda: defaultdict(list))
    week_demand: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    cancellation_fates: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def on_hand(self, product: int) -> int:
        return sum(self.stock[product])

    def move(
        self, product: int, warehouse: int, kind: str, qty: int, at: datetime, *, reference: str = "", reason: str = ""
    ) -> None:
        """Change stock and log the movement."""
        self.stock[product][warehouse] += qty
        self.movements.append(MovementRecord(product, warehouse, kind, qty, reference, reason, at))

    def close_if_done(self, order: SimOrder, at: datetime) -> None:
        if order.open_lines == 0:
            order.closed_at = at
