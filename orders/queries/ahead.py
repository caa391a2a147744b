"""Who comes before an order: the next better one by rank, and those who take the product that it waits for first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, F, Q, QuerySet, Sum

from inventory.models import Product
from orders.models import LinePlan, OrderPlan, Reason
from orders.queries.order_lines import Line, gate_of
from orders.queries.scoring import Score, best_scores

NEAREST_AHEAD = 3
MOST_AHEAD = 1_000  # lines that are counted: beyond it the number does not help, and counting 50,000 takes 0.2 s


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


def next_better(plan: OrderPlan) -> OrderPlan | None:
    """Return the plan that ranks just before one; None for the first, and for the first of its stage."""
    return OrderPlan.objects.filter(_before(plan)).order_by("score", "-placed_at", "-order_id").first()


def ahead_by(score: Score | None, better: OrderPlan | None) -> str:
    """Name the criterion that puts the next better order ahead, where criteria decide one after another."""
    if score is None or not score.has_criteria or better is None:
        return ""
    theirs = best_scores([better.order_id]).get(better.order_id)
    return theirs.decided_by(score) if theirs else ""


def ahead_of(lines: Sequence[Line]) -> Ahead | None:
    """Return who is ahead for the product that decides the order's date."""
    gate = gate_of(lines)
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


def _before(plan: OrderPlan) -> Q:
    """Build the condition of plans that rank before one of its stage: (score desc, placed_at, order id)."""
    tie = Q(placed_at__lt=plan.placed_at) | Q(placed_at=plan.placed_at, order_id__lt=plan.order_id)
    # The second condition adds nothing but a range that the index of ranks can be entered at.
    return Q(stage=plan.stage, score__gte=plan.score) & (Q(score__gt=plan.score) | (Q(score=plan.score) & tie))


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
