"""What the triage board shows. The number of queries does not depend on the number of orders."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache, partial
from typing import Any

from django.db.models import BooleanField, Count, ExpressionWrapper, F, Max, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from kernel import paging
from kernel.paging import KeyPage, SortKey
from kernel.remembered import recalled, remembered
from orders.models import BacklogDay, DayRank, Hold, HoldKind, OrderLine, OrderPlan, OrderStatus
from orders.models.plan import FAR, UNKNOWN_SLIP
from orders.queries.next_steps import Step, next_steps
from orders.queries.ranks import ranks_of
from orders.queries.scoring import Score, best_scores
from orders.queries.status import conditions, is_held, status_case

FILL_RATE_DAYS = 28
MOST_COUNTED = 10_000  # matches of a filter; beyond it the number does not help anybody choose
CHEAP_COUNT = 0.03  # seconds; each key of a filter box counts anew
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
    hold_kinds: Sequence[HoldKind] = ()
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

    A list that is walked in its order does not read these two along: PostgreSQL would first gather the holds of all
    orders. For the page of 50 that was found it looks them up (``as_shown``).
    """
    return _open_plans(today).all()


@lru_cache(maxsize=2)
def _open_plans(today: date) -> QuerySet[OrderPlan, OrderPlan]:
    """Build the query once a day: its conditions cost 2 ms, and a page asks for it twice."""
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


def as_shown(plans: QuerySet[OrderPlan, OrderPlan]) -> QuerySet[OrderPlan, OrderPlan]:
    """Read along what rows show of ``open_plans``: status, customer and owner."""
    return plans.annotate(status=F("status")).select_related("order__customer", "order__owner")


def board_page(plans: QuerySet[OrderPlan, OrderPlan], sort: Sequence[SortKey], *, after: str, before: str) -> KeyPage:
    """Return one page of the board by key (one query); ``rows_of`` makes its rows (four)."""
    return paging.take_page(plans, sort, after=after, before=before, whole=as_shown(open_plans(timezone.localdate())))


def rows_of(plans: Iterable[OrderPlan], *, has_steps: bool = False) -> list[BoardRow]:
    """Return the rows of plans ``as_shown``; with the next steps at four more queries."""
    found = list(plans)
    ids = [plan.order_id for plan in found]
    ranks, scores, holds = ranks_of(ids), best_scores(ids), hold_kinds(ids)
    began = dict(DayRank.objects.filter(order_id__in=ids).values_list("order_id", "rank"))
    steps = next_steps(found, holds, today=timezone.localdate()) if has_steps else {}
    at_rank = {rank: scores[order_id] for order_id, rank in ranks.items() if order_id in scores}
    return [
        BoardRow(
            plan,
            rank=(rank := ranks.get(plan.order_id, 0)),
            score=(score := scores.get(plan.order_id)),
            hold=hold_name(holds.get(plan.order_id, ())),
            hold_kinds=holds.get(plan.order_id, ()),
            decided_by=score.decided_by(at_rank.get(rank + 1)) if score and score.has_criteria else "",
            climbed=began[plan.order_id] - rank if plan.order_id in began and rank else None,
            step=steps.get(plan.order_id),
        )
        for plan in found
    ]


def hold_kinds(order_ids: Sequence[int]) -> dict[int, list[HoldKind]]:
    """Return what holds each order, the oldest first; nothing of the others."""
    found: dict[int, list[HoldKind]] = {}
    holds = Hold.objects.filter(order_id__in=order_ids, released_at__isnull=True).order_by("pk")
    for order_id, kind in holds.values_list("order_id", "kind"):
        found.setdefault(order_id, []).append(HoldKind(kind))
    return found


def hold_name(kinds: Sequence[HoldKind]) -> str:
    """Name the oldest of an order's holds ("Credit hold"); "" for none."""
    return f"{kinds[0].label} hold" if kinds else ""


def board_totals(today: date, mine: int | None = None) -> BoardTotals:
    """Return the figures of the strip and the tabs; ``mine`` is the key of who looks. Two queries.

    That over all orders is remembered: of a large backlog the figures are as they were some seconds ago, and of one
    that takes too long at first those of the newest day that workers kept, without the counts that they do not keep.
    """
    totals = remembered(("orders:board_totals", today), partial(totals_of_all, today), meanwhile=kept_totals)
    own = OrderPlan.objects.filter(order__status=OrderStatus.OPEN, order__owner_id=mine or 0).count()
    return replace(totals, counts={**totals.counts, "mine": own})


def known_count(view: str, today: date) -> int | None:
    """Return how many orders a view had when the figures over all orders were worked out last; None where nobody knows.

    They are kept of a large backlog alone, so None also means that counting takes little time.
    """
    totals: BoardTotals | None = recalled(("orders:board_totals", today))
    return totals.counts.get(view) if totals else None


def kept_totals() -> BoardTotals | None:
    """Return what is kept of the newest day, at most half an hour old while workers run; None without any."""
    day = _newest_day()
    if day is None or day.late_orders is None:
        return None
    counts = {"all": day.open_orders, "late": day.late_orders}
    return BoardTotals(day.open_orders, day.open_value_minor, day.late_orders, day.risk_value_minor or 0, 0.0, counts)


def kept_fill_rate() -> float | None:
    day = _newest_day()
    return day.fill_rate if day else None


def _newest_day() -> BacklogDay | None:
    return BacklogDay.objects.order_by("day").last()


def count_matching(plans: QuerySet[OrderPlan, OrderPlan], filters: str) -> int:
    """Count the orders that ``filters`` choose, up to one more than ``MOST_COUNTED``."""
    few = plans.order_by().values("pk")[: MOST_COUNTED + 1]
    return remembered(("orders:matching", filters), few.count, cheap=CHEAP_COUNT)


def totals_of_all(today: date) -> BoardTotals:
    """Work out the figures over all open orders in one aggregate query: 0.5 s for 300,000."""
    sets = {key: condition for key, condition in conditions(today).items() if key != "mine"}
    counts: dict[str, Any] = {f"n_{key}": Count("order_id", filter=condition) for key, condition in sets.items()}
    # Here the held orders are gathered once; looked up for each order and figure they took two thirds of the time.
    held = Q(order_id__in=Hold.objects.filter(released_at__isnull=True).values("order_id"))
    plans = OrderPlan.objects.filter(order__status=OrderStatus.OPEN)
    row = plans.alias(held=ExpressionWrapper(held, output_field=BooleanField())).aggregate(
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
    # Orders' plans know how many of their lines lack units: a third of the time of asking all lines' plans.
    row = lines.aggregate(total=Count("pk"), new=Count("pk", filter=Q(open_qty__gt=0, order__plan=None)))
    short = OrderPlan.objects.filter(placed_at__gte=since).aggregate(short=Sum("short_lines"))["short"] or 0
    return (row["total"] - row["new"] - short) / row["total"] if row["total"] else None
