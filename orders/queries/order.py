"""Everything that is known about one order: what it waits for, who is ahead, what supply it is matched with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Count, F, Q, QuerySet, Sum
from django.utils import timezone

from inventory.models import Product
from kernel.remembered import remembered
from orders.dialogue.standing import spared, with_least_days
from orders.models import (
    Allocation,
    AllocationState,
    EtaRevision,
    EtaRevisionKind,
    Hold,
    LinePlan,
    Order,
    OrderLine,
    OrderPlan,
    OrderPromise,
    OrderStatus,
    Peg,
    Reason,
    ShipPolicy,
)
from orders.queries.board import open_plans
from orders.queries.ranks import ranks_of
from orders.queries.scoring import Score, best_scores
from orders.queries.status import status_of

NEAREST_AHEAD = 3
MOST_AHEAD = 1_000  # lines that are counted: beyond it the number does not help, and counting 50,000 takes 0.2 s
AXIS_DAYS = 7
LINES_SHOWN, PANEL_LINES = 40, 8
CHEAP_COUNT = 0.01  # seconds; beyond it the number of planned orders may be some seconds old


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


@dataclass(frozen=True, slots=True)
class Rival:
    """A line of another order that takes from the same product first."""

    ref: str
    customer: str
    score: float
    allocated_qty: int
    open_qty: int


@dataclass(frozen=True, slots=True)
class Ahead:
    """Who is ahead of this order for the product that it waits for; ``has_more`` beyond what was counted."""

    product: Product
    orders: int
    units: int
    nearest: tuple[Rival, ...]
    has_more: bool = False


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
        return None if self.holds else _gate(self.lines)

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
    lines = _lines(order)
    score = best_scores([order.pk]).get(order.pk)
    next_better = _next_better(plan) if plan else None
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
        gap_ahead=next_better.score - plan.score if plan and next_better else None,
        ahead_by=_ahead_by(score, next_better),
        ahead=None if holds else _ahead(lines),
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


def _lines(order: Order) -> tuple[Line, ...]:
    lines = list(order.lines.select_related("product", "plan").order_by("position"))
    supplies = _supplies([line.pk for line in lines])
    return tuple(
        Line(line, line.plan if hasattr(line, "plan") else None, tuple(supplies.get(line.pk, ()))) for line in lines
    )


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


def _before(plan: OrderPlan) -> Q:
    """Build the condition of plans that rank before one of its stage: (score desc, placed_at, order id)."""
    tie = Q(placed_at__lt=plan.placed_at) | Q(placed_at=plan.placed_at, order_id__lt=plan.order_id)
    # The second condition adds nothing but a range that the index of ranks can be entered at.
    return Q(stage=plan.stage, score__gte=plan.score) & (Q(score__gt=plan.score) | (Q(score=plan.score) & tie))


def _next_better(plan: OrderPlan) -> OrderPlan | None:
    """Return the plan that ranks just before one; None for the first, and for the first of its stage."""
    return OrderPlan.objects.filter(_before(plan)).order_by("score", "-placed_at", "-order_id").first()


def _ahead_by(score: Score | None, next_better: OrderPlan | None) -> str:
    """Name the criterion that puts the next better order ahead, where criteria decide one after another."""
    if score is None or not score.has_criteria or next_better is None:
        return ""
    theirs = best_scores([next_better.order_id]).get(next_better.order_id)
    return theirs.decided_by(score) if theirs else ""


def _gate(lines: Sequence[Line]) -> Line | None:
    """Return the line that comes last for a reason of its own, which the lines that wait for it do not have."""
    done = (Reason.READY, Reason.FROZEN)
    waiting = [(line.plan, line) for line in lines if line.plan and line.plan.reason not in done]
    own = [pair for pair in waiting if pair[0].reason != Reason.SHIP_COMPLETE] or waiting
    last = max(own, key=lambda pair: (pair[0].eta_p50 or date.max, -pair[1].line.pk), default=None)
    return last[1] if last else None


def _ahead(lines: Sequence[Line]) -> Ahead | None:
    """Return who is ahead for the product that decides the order's date."""
    gate = _gate(lines)
    if gate is None or gate.plan is None:
        return None
    plan = gate.plan
    rivals = _rivals(plan)
    counted = rivals.order_by().annotate(open_units=F("line__open_qty"))[:MOST_AHEAD]
    totals = counted.aggregate(lines=Count("pk"), orders=Count("order_id", distinct=True), units=Sum("open_units"))
    nearest = rivals.order_by("-stage", "score", "-order__placed_at", "-line_id").select_related(
        "order__customer", "line"
    )
    return Ahead(
        product=gate.line.product,
        orders=totals["orders"],
        units=totals["units"] or 0,
        nearest=tuple(_rival(row) for row in nearest[:NEAREST_AHEAD]),
        has_more=totals["lines"] == MOST_AHEAD,
    )


def _rivals(plan: LinePlan) -> QuerySet[LinePlan, LinePlan]:
    order = plan.line.order
    tie = Q(order__placed_at__lt=order.placed_at) | Q(order__placed_at=order.placed_at, order_id__lt=order.pk)
    return (
        LinePlan.objects.filter(product_id=plan.product_id)
        .exclude(order_id=plan.order_id)
        .exclude(reason=Reason.ON_HOLD)
        .filter(
            Q(stage__lt=plan.stage) | (Q(stage=plan.stage) & (Q(score__gt=plan.score) | (Q(score=plan.score) & tie)))
        )
    )


def _rival(row: LinePlan) -> Rival:
    return Rival(row.order.ref, row.order.customer.name, row.score, row.allocated_qty, row.line.open_qty)
