"""The lines of one order, each with the units it has or waits for, and the line that decides when all leave."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from orders.models import Allocation, AllocationState, LinePlan, Order, OrderLine, Peg, Reason


@dataclass(frozen=True, slots=True)
class Supply:
    """Units that a line has or waits for; ``on`` None means they are on hand."""

    qty: int
    source: str
    on: date | None = None
    supplier: str = ""
    is_frozen: bool = False
    is_picked: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One line with what planning decided; ``plan`` is None when it is not open or not planned yet."""

    line: OrderLine
    plan: LinePlan | None
    supplies: tuple[Supply, ...]

    @property
    def on_hand_qty(self) -> int:
        return sum(supply.qty for supply in self.supplies if supply.on is None)

    @property
    def inbound_qty(self) -> int:
        return sum(supply.qty for supply in self.supplies if supply.on is not None)

    @property
    def uncovered_qty(self) -> int:
        return max(0, self.line.open_qty - self.on_hand_qty - self.inbound_qty)

    @property
    def next_supply(self) -> Supply | None:
        return min((s for s in self.supplies if s.on is not None), key=lambda s: s.on or date.max, default=None)

    @property
    def last_supply(self) -> Supply | None:
        """The delivery that completes it."""
        return max((s for s in self.supplies if s.on is not None), key=lambda s: s.on or date.max, default=None)

    @property
    def open_value(self) -> Decimal:
        return self.line.open_qty * self.line.unit_price

    @property
    def ordered_value(self) -> Decimal:
        return self.line.ordered_qty * self.line.unit_price

    @property
    def ready_qty(self) -> int:
        return min(self.on_hand_qty, self.line.open_qty)


def lines_of(order: Order) -> tuple[Line, ...]:
    """Read an order's lines by position: three queries, however many."""
    lines = list(order.lines.select_related("product", "plan").order_by("position"))
    supplies = _supplies([line.pk for line in lines])
    return tuple(
        Line(line, line.plan if hasattr(line, "plan") else None, tuple(supplies.get(line.pk, ()))) for line in lines
    )


def gate_of(lines: Sequence[Line]) -> Line | None:
    """Return the line that comes last for a reason of its own, which the lines that wait for it do not have."""
    done = (Reason.READY, Reason.FROZEN)
    waiting = [(line.plan, line) for line in lines if line.plan and line.plan.reason not in done]
    own = [pair for pair in waiting if pair[0].reason != Reason.SHIP_COMPLETE] or waiting
    last = max(own, key=lambda pair: (pair[0].eta_p50 or date.max, -pair[1].line.pk), default=None)
    return last[1] if last else None


def _supplies(line_ids: Sequence[int]) -> dict[int, list[Supply]]:
    found: dict[int, list[Supply]] = defaultdict(list)
    allocations = Allocation.objects.filter(line_id__in=line_ids).select_related("warehouse")
    for allocation in allocations.order_by("line_id", "warehouse__preference", "warehouse_id", "state"):
        supply = Supply(
            allocation.qty,
            allocation.warehouse.name,
            is_frozen=allocation.state > AllocationState.PLANNED,
            is_picked=allocation.state == AllocationState.PICKED,
        )
        found[allocation.line_id].append(supply)
    pegs = Peg.objects.filter(line_id__in=line_ids).select_related("purchase_order_line__purchase_order__supplier")
    for peg in pegs.order_by("line_id", "purchase_order_line__expected_on", "purchase_order_line_id"):
        inbound = peg.purchase_order_line
        supplier = inbound.purchase_order.supplier.name
        found[peg.line_id].append(Supply(peg.qty, inbound.purchase_order.ref, inbound.expected_on, supplier))
    return found
