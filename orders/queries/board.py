"""What the triage board shows. The number of queries does not depend on the number of orders."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any

from django.db.models import Count, F, Max, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from kernel import paging
from kernel.paging import KeyPage, SortKey
from kernel.remembered import remembered
from orders.models import DayRank, Hold, HoldKind, OrderLine, OrderPlan, OrderStatus
from orders.models.plan import FAR, UNKNOWN_SLIP
from orders.queries.next_steps import Step, next_steps
from orders.queries.ranks import ranks_of
from orders.queries.scoring import Score, best_scores
from orders.queries.status import conditions, is_held, status_case

FILL_RATE_DAYS = 28
MOST_COUNTED = 10_000  # matches of a filter; beyond it the number does not help anybody choose
LAST = SortKey("order_id", False, paging.parse_int)
SORTS: dict[str, tuple[SortKey, ...]] = {
    "rank": (
        SortKey("stage", False, paging.parse_int),
        SortKey("score", True, paging.parse_float),
        SortKey("placed_at", False, paging.parse_moment),
        LAST,
    ),
    "order": (SortKey("ref", False, paging.parse_text), LAST),
    "customer": (SortKey("customer_name", False, paging.parse_text), LAST),
    "short": (SortKey("short_units", False, paging.parse_int), LAST),
    "value": (SortKey("open_value_minor", False, paging.parse_int), LAST),
    "age": (SortKey("order_placed_at", True, paging.parse_moment), LAST),
    "eta": (SortKey("eta_key", False, paging.parse_date), LAST),
    "slip": (SortKey("slip_key", False, paging.parse_int), LAST),
}


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One order on the board. ``plan`` carries the annotations ``status``, ``ref`` and ``customer_name``.

    ``decided_by`` names what puts it before the next, where criteria decide one after another. ``climbed`` counts the
    ranks it went up since the day began (down: negative), None for one that was not ranked then. ``step`` is what to do
    about it, where that was asked for.
    """

    plan: OrderPlan
    rank: int
    score: Score | None
    hold: str
    decided_by: str = ""
    climbed: int | None = None
    step: Step | None = None


@dataclass(frozen=True, slots=True)
class BoardTotals:
    """The strip over the board and the counts on its tabs, over all open orders."""

    open_orders: int
    open_value_minor: int
    late_orders: int
    risk_value_minor: int
    top_score: float
    counts: dict[str, int]


def open_plans(today: date) -> QuerySet[OrderPlan, OrderPlan]:
    """Return the plans of open orders with the sort columns, and ``held`` and ``status`` for conditions.

    Neither of these two is read along: for a page of 50 PostgreSQL would first gather the holds of all orders.
    """
    return (
        OrderPlan.objects.filter(order__status=OrderStatus.OPEN)
        .alias(held=is_held())
        .alias(status=status_case(today))
        .annotate(
            ref=F("order__ref"),
            customer_name=F("order__customer__name"),
            order_placed_at=F("order__placed_at"),  # whose index this sort walks
            eta_key=Coalesce("eta_p50", Value(FAR)),
            slip_key=Coalesce("slip_days", Value(UNKNOWN_SLIP)),
        )
    )


def sort_keys(sort: str) -> tuple[SortKey, ...] | None:
    """Return the keys of ``sort`` ("value", "-value"), or None when there is no such.

    The tiebreak turns with the rest: the other way round is the same index walked backwards.
    """
    keys = SORTS.get(sort.removeprefix("-"))
    if keys is None or not sort.startswith("-"):
        return keys
    return tuple(key.reversed() for key in keys)


def board_page(plans: QuerySet[OrderPlan, OrderPlan], sort: Sequence[SortKey], *, after: str, before: str) -> KeyPage:
    """Return one page of the board by key (one query); ``rows_of`` makes its rows (six)."""
    whole = open_plans(timezone.localdate()).select_related("order__customer", "order__owner")
    return paging.take_page(plans, sort, after=after, before=before, whole=whole)


def rows_of(plans: Iterable[OrderPlan], *, has_steps: bool = False) -> list[BoardRow]:
    """Return the rows of ``open_plans``, and give each plan its status; with the next steps at five more queries."""
    found = list(plans)
    ids = [plan.order_id for plan in found]
    statuses = statuses_of(ids)
    for plan in found:
        vars(plan)["status"] = statuses.get(plan.order_id, "track")
    ranks, scores, holds = ranks_of(ids), best_scores(ids), hold_names(ids)
    began = dict(DayRank.objects.filter(order_id__in=ids).values_list("order_id", "rank"))
    steps = next_steps(found, today=timezone.localdate()) if has_steps else {}
    at_rank = {rank: scores[order_id] for order_id, rank in ranks.items() if order_id in scores}
    return [
        BoardRow(
            plan,
            rank=(rank := ranks.get(plan.order_id, 0)),
            score=(score := scores.get(plan.order_id)),
            hold=holds.get(plan.order_id, ""),
            decided_by=score.decided_by(at_rank.get(rank + 1)) if score and score.has_criteria else "",
            climbed=began[plan.order_id] - rank if plan.order_id in began and rank else None,
            step=steps.get(plan.order_id),
        )
        for plan in found
    ]


def statuses_of(order_ids: Sequence[int]) -> dict[int, str]:
    """Return the status of each order (``orders.queries.status``)."""
    rows = (
        OrderPlan.objects.filter(pk__in=order_ids)
        .annotate(held=is_held())
        .annotate(status=status_case(timezone.localdate()))
    )
    return dict(rows.values_list("pk", "status"))


def hold_names(order_ids: Sequence[int]) -> dict[int, str]:
    """Return what holds each order ("Credit hold"), the oldest where there are several."""
    holds = Hold.objects.filter(order_id__in=order_ids, released_at__isnull=True).order_by("-pk")
    return {order_id: f"{HoldKind(kind).label} hold" for order_id, kind in holds.values_list("order_id", "kind")}


def board_totals(today: date, mine: int | None = None) -> BoardTotals:
    """Return the figures of the strip and the tabs; ``mine`` is the key of who looks. Two queries.

    That over all orders is remembered: of a large backlog the figures are as they were some seconds ago.
    """
    totals = remembered(("orders:board_totals", today), partial(totals_of_all, today))
    own = OrderPlan.objects.filter(order__status=OrderStatus.OPEN, order__owner_id=mine or 0).count()
    return replace(totals, counts={**totals.counts, "mine": own})


def count_matching(plans: QuerySet[OrderPlan, OrderPlan], filters: str) -> int:
    """Count the orders that ``filters`` choose, up to one more than ``MOST_COUNTED``."""
    return remembered(("orders:matching", filters), plans[: MOST_COUNTED + 1].count)


def totals_of_all(today: date) -> BoardTotals:
    """Work out the figures over all open orders in one aggregate query: 0.7 s for 300,000."""
    sets = {key: condition for key, condition in conditions(today).items() if key != "mine"}
    counts: dict[str, Any] = {f"n_{key}": Count("order_id", filter=condition) for key, condition in sets.items()}
    row = open_plans(today).aggregate(
        open_value=Coalesce(Sum("open_value_minor"), 0),
        risk_value=Coalesce(Sum("open_value_minor", filter=sets["behind"]), 0),
        top=Coalesce(Max("score", filter=Q(order__is_expedited=False)), 0.0),
        **counts,
    )
    return BoardTotals(
        open_orders=row["n_all"],
        open_value_minor=row["open_value"],
        late_orders=row["n_late"],
        risk_value_minor=row["risk_value"],
        top_score=row["top"],
        counts={key: row[f"n_{key}"] for key in sets},
    )


def line_fill_rate(today: date) -> float | None:
    """Return the share of the last four weeks' order lines that are shipped or have all their stock; None without any.

    Cancelled lines do not count.
    """
    since = timezone.make_aware(datetime.combine(today - timedelta(days=FILL_RATE_DAYS), time.min))
    lines = OrderLine.objects.filter(order__placed_at__gte=since).exclude(cancelled_qty__gte=F("ordered_qty"))
    row = lines.aggregate(
        total=Count("pk"), filled=Count("pk", filter=Q(open_qty=0) | Q(plan__allocated_qty__gte=F("open_qty")))
    )
    return row["filled"] / row["total"] if row["total"] else None
