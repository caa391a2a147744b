"""Everything that is known about one order: what it waits for, who is ahead, what supply it is matched with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import F
from django.utils import timezone

from kernel.remembered import remembered
from orders.dialogue.standing import spared, with_least_days
from orders.models import (
    EtaRevision,
    EtaRevisionKind,
    Hold,
    Order,
    OrderPlan,
    OrderPromise,
    OrderStatus,
    ShipPolicy,
)
from orders.queries.ahead import Ahead, ahead_by, ahead_of, next_better
from orders.queries.board import open_plans
from orders.queries.order_lines import Line, gate_of, lines_of
from orders.queries.ranks import ranks_of
from orders.queries.scoring import Score, best_scores
from orders.queries.status import status_of

AXIS_DAYS = 7
LINES_SHOWN, PANEL_LINES = 40, 8
CHEAP_COUNT = 0.01  # seconds; beyond it the number of planned orders may be some seconds old


@dataclass(frozen=True, slots=True)
class EtaPoint:
    """That from a day on the order's ETA was a date."""

    at: date
    eta: date


@dataclass(frozen=True, slots=True)
class OrderDetail:
    """One order for the panel and the page. ``plan`` is None when it is closed or not planned yet."""

    order: Order
    plan: OrderPlan | None
    promise: OrderPromise | None
    holds: tuple[Hold, ...]
    lines: tuple[Line, ...]
    score: Score | None
    rank: int
    planned_orders: int
    gap_ahead: float | None
    ahead_by: str
    ahead: Ahead | None

    @property
    def is_open(self) -> bool:
        return self.order.status == OrderStatus.OPEN

    @property
    def status(self) -> str:
        if not self.is_open:
            return self.order.status
        return status_of(self.plan) if self.plan else "hold" if self.holds else "track"

    @property
    def shown_lines(self) -> list[Line]:
        """Lines that still wait; of a closed order all."""
        return [line for line in self.lines if line.line.open_qty or not self.is_open]

    @property
    def first_lines(self) -> list[Line]:
        """As many of the shown lines as a page shows at once."""
        return self.shown_lines[:LINES_SHOWN]

    @property
    def more_lines(self) -> int:
        """How many lines are shown beyond those, on a page of their own."""
        return max(0, len(self.shown_lines) - LINES_SHOWN)

    @property
    def first_done_lines(self) -> list[Line]:
        return self.done_lines[:LINES_SHOWN]

    @property
    def more_done_lines(self) -> int:
        return max(0, len(self.done_lines) - LINES_SHOWN)

    @property
    def gate(self) -> Line | None:
        """The line that decides when all leave; None where nothing is waited for."""
        return None if self.holds else gate_of(self.lines)

    @property
    def panel_lines(self) -> list[Line]:
        """The open lines of the panel: the one that decides the date, then those that lack units."""
        lines, gate = [line for line in self.lines if line.line.open_qty], self.gate
        return sorted(lines, key=lambda line: (line != gate, line.on_hand_qty >= line.line.open_qty))[:PANEL_LINES]

    @property
    def open_value(self) -> Decimal:
        return sum((line.open_value for line in self.lines), Decimal(0))

    @property
    def beyond_panel(self) -> int:
        """How many open lines the panel leaves out."""
        return max(0, sum(line.line.open_qty > 0 for line in self.lines) - PANEL_LINES)

    @property
    def done_lines(self) -> list[Line]:
        """Lines of an open order with nothing left to wait for."""
        return [line for line in self.lines if self.is_open and not line.line.open_qty]

    @property
    def open_units(self) -> int:
        return sum(line.line.open_qty for line in self.lines)

    @property
    def on_hand_units(self) -> int:
        return sum(line.on_hand_qty for line in self.lines)

    @property
    def picked_units(self) -> int:
        """Units that are off the shelf."""
        return sum(supply.qty for line in self.lines for supply in line.supplies if supply.is_picked)

    @property
    def is_split(self) -> bool:
        """All that is here is fixed for it: pinned by a split, or picked."""
        return all(supply.is_frozen for line in self.lines for supply in line.supplies if supply.on is None)

    @property
    def loose_units(self) -> int:
        """Units that are allocated and still on the shelf."""
        return self.on_hand_units - self.picked_units

    @property
    def inbound_units(self) -> int:
        return sum(line.inbound_qty for line in self.lines)

    @property
    def total_value(self) -> Decimal:
        return sum((line.ordered_value for line in self.lines), Decimal(0))

    @property
    def ready_value(self) -> Decimal:
        return sum((line.ready_qty * line.line.unit_price for line in self.lines), Decimal(0))

    @property
    def can_ship(self) -> bool:
        """Something is allocated and neither a hold nor the ship policy keeps it here."""
        if not self.is_open or self.holds or not self.on_hand_units:
            return False
        is_partial_fine = self.order.ship_policy != ShipPolicy.COMPLETE
        return is_partial_fine or self.on_hand_units >= self.open_units

    @property
    def why_no_split(self) -> str:
        """Say why there is nothing to split; "" where there is."""
        if self.holds:
            return "it is on hold"
        if not self.on_hand_units:
            return "none of it is here yet"
        return "all of it is here" if self.on_hand_units >= self.open_units else ""

    @property
    def short_lines(self) -> int:
        return sum(line.line.open_qty > line.on_hand_qty for line in self.lines)

    @property
    def axis(self) -> tuple[date, date]:
        """The days that the pegging axis spans: today to the last supply or the promise."""
        today = timezone.localdate()
        days = [supply.on for line in self.lines for supply in line.supplies if supply.on]
        if self.promise:
            days.append(self.promise.promised_on)
        return today, max([today + timedelta(days=AXIS_DAYS), *days])

    @property
    def is_untold(self) -> bool:
        """The customer still expects an earlier day than the plan says, and no rule means it so."""
        if not (self.promise and self.plan and self.plan.eta_p50) or self.promise.kept_because is not None:
            return False
        return self.plan.eta_p50 > self.promise.told_on and not self.spared

    @property
    def spared(self) -> str:
        """Why the rules of writing keep the plan's day from the customer; empty where they do not."""
        if not (self.is_open and self.promise and self.plan) or self.promise.kept_because is not None:
            return ""
        return spared(self.plan, self.promise)


def order_detail(order: Order) -> OrderDetail:
    """Read one order (about ten queries, however many lines)."""
    plan = open_plans(timezone.localdate()).annotate(status=F("status")).filter(pk=order.pk).first()
    lines = lines_of(order)
    score = best_scores([order.pk]).get(order.pk)
    better = next_better(plan) if plan else None
    holds = tuple(order.holds.filter(released_at__isnull=True).select_related("placed_by").order_by("pk"))
    return OrderDetail(
        order=order,
        plan=plan,
        promise=with_least_days(OrderPromise.objects.filter(pk=order.pk)).first(),
        holds=holds,
        lines=lines,
        score=score,
        rank=ranks_of([order.pk]).get(order.pk, 0),
        planned_orders=remembered("orders:planned", OrderPlan.objects.count, cheap=CHEAP_COUNT),
        gap_ahead=better.score - plan.score if plan and better else None,
        ahead_by=ahead_by(score, better),
        ahead=None if holds else ahead_of(lines),
    )


def eta_points(revisions: Sequence[EtaRevision], plan: OrderPlan | None) -> list[EtaPoint]:
    """Return the ETA over time, oldest first: the last of each local day, and what the plan says today."""
    by_day: dict[date, date] = {}
    for revision in revisions:
        if revision.kind not in (EtaRevisionKind.TOLD, EtaRevisionKind.WEIGHED) and revision.new_on:
            by_day[timezone.localtime(revision.at).date()] = revision.new_on
    if plan is not None and plan.eta_p50:
        by_day[timezone.localdate()] = plan.eta_p50
    return [EtaPoint(at, eta) for at, eta in sorted(by_day.items())]
