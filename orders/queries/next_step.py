"""The one thing that would help an order most now, for the panel and the page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from orders.models import HoldKind, Reason, ShipPolicy
from orders.queries.next_steps import Step
from orders.queries.order import OrderDetail
from orders.queries.order_lines import Line


@dataclass(frozen=True, slots=True)
class NextStep:
    """A step, and the line, purchase order and day that it is about where it is about one."""

    step: Step
    line: Line | None = None
    source: str = ""
    on: date | None = None


def next_step(detail: OrderDetail, *, has_substitutes: bool, today: date) -> NextStep | None:
    """Return what to do about an open order, the most urgent first; None where waiting is all there is to do."""
    if not detail.is_open:
        return None
    if detail.holds:
        is_address = any(hold.kind == HoldKind.ADDRESS for hold in detail.holds)
        return NextStep(Step.FIX_ADDRESS if is_address else Step.RELEASE)
    if detail.is_untold:
        return NextStep(Step.TELL)
    if detail.on_hand_units:
        is_all = detail.on_hand_units >= detail.open_units
        if is_all:
            return NextStep(Step.SHIP)
        if detail.can_ship:
            return NextStep(Step.SHIP_PART if detail.is_split else Step.SPLIT)
        if detail.order.ship_policy == ShipPolicy.COMPLETE and is_late(detail):
            return NextStep(Step.SPLIT)
    if has_substitutes:
        return NextStep(Step.SUBSTITUTE)
    return _about_supply(detail, today)


def is_late(detail: OrderDetail) -> bool:
    """Tell whether the plan misses what was promised."""
    return bool(detail.plan and detail.plan.slip_days and detail.plan.slip_days > 0)


def _about_supply(detail: OrderDetail, today: date) -> NextStep | None:
    """Return the line that decides the date and whose supply somebody could see to."""
    waiting = [line for line in detail.lines if line.line.open_qty > line.on_hand_qty]
    lacking = next((line for line in waiting if line.uncovered_qty and _is_short(line)), None)
    if lacking is not None:
        return NextStep(Step.BUY, line=lacking)
    for line in waiting:
        supply = line.next_supply
        if supply and supply.on and (supply.on < today or _is_overdue(line)):
            return NextStep(Step.CHASE, line=line, source=supply.source, on=supply.on)
    return None


def _is_short(line: Line) -> bool:
    return line.plan is not None and line.plan.reason == Reason.STOCK_SHORT


def _is_overdue(line: Line) -> bool:
    return line.plan is not None and line.plan.reason == Reason.SUPPLIER_LATE
