"""The figures of ``bench_planning``, in the order they are taken."""

from __future__ import annotations

import resource
from collections.abc import Callable
from dataclasses import replace
from statistics import median, quantiles
from time import perf_counter
from typing import Any

from django.db import connection
from django.utils import timezone

from inventory.models import DirtyMark, Product, Warehouse
from inventory.receiving import receive_stock
from orders.benchmark.baselines import bare_update, one_at_a_time_in_sql
from orders.benchmark.orm import one_at_a_time_with_orm
from orders.benchmark.processor import Spent, spending
from orders.benchmark.seed import HOT_PRODUCT, Shape, forget_plan, seed
from orders.benchmark.workers import PRODUCTS, one_and_two_workers
from orders.models import PlanRun
from orders.replan import replan
from orders.replanning.queue import plan_due_marks
from orders.replanning.side_by_side import second_connection
from orders.rules import policies

Figures = dict[str, Any]

ONE_AT_A_TIME_LINES = 3_000
EVENTS = 100
HOT_EVENTS = 20
FIRST_RUNS = 9  # each of tables that are empty again
BARE_UPDATES = 3
RERUNS = 9  # each after another 1 % of the lines changed
_PLANNING = ("score_s", "allocate_s", "promise_s")
_STEPS = ("load_s", "score_s", "allocate_s", "promise_s", "diff_s", "write_s", "total_s")


def measure(shape: Shape, tell: Callable[[str], None], *, first_only: bool = False) -> Figures:
    """Seed the current (empty) database and return every figure; ``tell`` hears what is going on.

    ``first_only`` ends after the first full run and the bare UPDATE, which is how to repeat them at a large size. Plans
    as a worker does, which keeps its second connection.
    """
    with second_connection():
        return _figures(shape, tell, first_only=first_only)


def _figures(shape: Shape, tell: Callable[[str], None], *, first_only: bool) -> Figures:
    tell(f"seeding {shape.lines} synthetic lines")
    seed(shape)
    policies.published()  # a company has its rules before it has a backlog
    tell("first full run, and a bare UPDATE of the same rows")
    first, first_spent = _first_run(FIRST_RUNS)
    bare, bare_rows = bare_update(BARE_UPDATES)
    figures = _of_first_run(shape, first, first_spent) | _of_bare_update(first, first_spent, bare, bare_rows)
    if not first_only:
        tell("full run on unchanged input")
        figures |= _unchanged()
        tell(f"events on {EVENTS} products, and on the hot one")
        figures |= _events()
        tell("full run after 1 % of the lines changed")
        figures |= _rerun(bare)
        tell(f"one worker and two on {PRODUCTS} products")
        figures |= _two_workers()
        tell("one order at a time, in plain SQL and with the ORM")
        figures |= _one_at_a_time(first)
    return figures | {"peak_rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)}


def _first_run(times: int) -> tuple[PlanRun, Spent]:
    """Plan a backlog that has no plan; return the run that took the median of so many, and what it cost."""
    taken = []
    for number in range(times):
        if number:
            forget_plan()
        with spending() as spent:
            run = _full_run()
        taken.append((run, spent))
    return sorted(taken, key=lambda each: each[0].timings["total_s"])[times // 2]


def _of_first_run(shape: Shape, first: PlanRun, spent: Spent) -> Figures:
    return {
        "profile": shape.profile,
        "data": "synthetic",
        "lines": first.counts["lines"],
        "products": shape.products,
        "warehouses": shape.warehouses,
        **{step: round(first.timings.get(step, 0.0), 4) for step in _STEPS},
        "planning_s": round(sum(first.timings[step] for step in _PLANNING), 4),
        "rows_written": first.counts["rows_written"],
        "processor_s": _rounded(spent.processor_s),
    }


def _of_bare_update(first: PlanRun, first_spent: Spent, bare: Spent, rows: int) -> Figures:
    return {
        "bare_update_s": round(bare.seconds, 4),
        "bare_update_rows": rows,
        "bare_update_processor_s": _rounded(bare.processor_s),
        "ratio_to_bare_update": round(first.timings["total_s"] / bare.seconds, 3),
        "processor_ratio": _ratio(first_spent, bare),
    }


def _unchanged() -> Figures:
    run = _full_run()
    return {"unchanged_s": run.timings["total_s"], "unchanged_rows_written": run.counts["rows_written"]}


def _events() -> Figures:
    ordinary = [_event(product) for product in _ordinary_products(EVENTS)]
    hot = [_event(HOT_PRODUCT) for _ in range(HOT_EVENTS)]
    if DirtyMark.objects.exists():
        raise RuntimeError("an event was not planned, so its time says nothing")
    return {
        "events": len(ordinary),
        "event_p50_ms": round(median(ordinary), 1),
        "event_p95_ms": round(_p95(ordinary), 1),
        "hot_event_p50_ms": round(median(hot), 1),
        "hot_event_p95_ms": round(_p95(hot), 1),
    }


def _rerun(bare: Spent) -> Figures:
    runs, all_spent = [], Spent(processor_s=0.0)
    for number in range(RERUNS):
        _change_lines(number)
        with spending() as spent:
            runs.append(_full_run())
        all_spent.add(spent)
    seconds = median(run.timings["total_s"] for run in runs)
    each_s = None if all_spent.processor_s is None else all_spent.processor_s / RERUNS
    return {
        "rerun_s": seconds,
        "rerun_ratio": round(seconds / bare.seconds, 3),
        "rerun_processor_ratio": _ratio(replace(all_spent, processor_s=each_s), bare),
        "rerun_rows_written": median(run.counts["rows_written"] for run in runs),
    }


def _two_workers() -> Figures:
    one_s, two_s = one_and_two_workers()
    return {
        "one_worker_s": round(one_s, 4),
        "two_workers_s": round(two_s, 4),
        "two_workers_ratio": round(one_s / two_s, 2),
    }


def _one_at_a_time(first: PlanRun) -> Figures:
    sample = min(ONE_AT_A_TIME_LINES, first.counts["lines"])
    sql_s, sql_lines = one_at_a_time_in_sql(sample)
    orm_s, orm_lines = one_at_a_time_with_orm(sample)
    return {
        "one_at_a_time_s": round(orm_s, 4),
        "one_at_a_time_lines": orm_lines,
        "times_faster_than_one_at_a_time": _times_faster(first, orm_s / orm_lines),
        "one_at_a_time_in_sql_s": round(sql_s, 4),
        "one_at_a_time_in_sql_lines": sql_lines,
        "times_faster_than_one_at_a_time_in_sql": _times_faster(first, sql_s / sql_lines),
    }


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 2)


def _ratio(spent: Spent, other: Spent) -> float | None:
    """Return how the processor seconds of two stretches compare, None where they could not be taken."""
    if spent.processor_s is None or not other.processor_s:
        return None
    return round(spent.processor_s / other.processor_s, 3)


def _times_faster(run: PlanRun, seconds_per_line: float) -> float:
    return round(seconds_per_line * run.counts["lines"] / run.timings["total_s"], 1)


def _full_run() -> PlanRun:
    return replan(product_ids=None, cause="benchmark", now=timezone.now(), quiet=True)


def _event(product_id: int) -> float:
    """Receive ten units of a product; return the milliseconds until the workers' code has planned and committed."""
    sku = Product.objects.values_list("sku", flat=True).get(pk=product_id)
    warehouse = Warehouse.objects.values_list("code", flat=True).order_by("pk").first() or ""
    receive_stock(sku=sku, warehouse_code=warehouse, qty=10, reference="benchmark", actor=None, now=timezone.now())
    started = perf_counter()
    plan_due_marks(timezone.now)
    return (perf_counter() - started) * 1000


def _ordinary_products(count: int) -> list[int]:
    """Return products that have waiting lines, the hot one not among them, spread over the catalogue."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT product_id FROM (SELECT DISTINCT product_id FROM orders_lineplan "
            "WHERE pegged_qty > 0 AND product_id <> %s) p ORDER BY md5(product_id::text) LIMIT %s",
            [HOT_PRODUCT, count],
        )
        return [row[0] for row in cursor.fetchall()]


def _change_lines(number: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE orders_orderline SET ordered_qty = ordered_qty + 1 WHERE id %% 100 = %s", [number])


def _p95(values: list[float]) -> float:
    return quantiles(values, n=20)[-1] if len(values) > 1 else values[0]
