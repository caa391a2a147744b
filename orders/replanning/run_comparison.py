"""Two plan runs compared, over all orders and for one.

From the ledger of dates, which keeps every change of every run, and from what was planned, where both runs are kept
(``plan_records``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from django.db import connection

from kernel.errors import NotFound
from orders.models import EtaRevision, EtaRevisionKind, Order, PlanRecord, PlanRun, Reason
from orders.planning.types import Ints
from orders.replanning.plan_records import Replay, replay
from orders.replanning.scope import Scope
from orders.replanning.snapshot import snapshot
from orders.simulation.comparing import compare_outlooks
from orders.simulation.differences import Differences, describe
from orders.simulation.live import load_standing
from orders.simulation.news import News
from orders.simulation.outlook import Outlook, look
from orders.simulation.planned_order import PlannedOrder, planned_order

MOVES = 20

# A date that went to and fro in between did not change: what counts is the first old day and the last new one.
_CHANGED = """
    WITH changed AS (
        SELECT order_id, (array_agg(old_on ORDER BY id))[1] AS old_on,
            (array_agg(new_on ORDER BY id DESC))[1] AS new_on, (array_agg(reason ORDER BY id DESC))[1] AS reason
        FROM orders_etarevision
        WHERE kind = 'planned' AND run_id > %(before)s AND run_id <= %(after)s AND at >= %(since)s
        GROUP BY order_id
    ), weighed AS (
        SELECT c.*, p.promised_on,
            COALESCE(c.new_on, DATE '9999-01-01') - COALESCE(c.old_on, DATE '9999-01-01') AS later
        FROM changed c LEFT JOIN orders_orderpromise p ON p.order_id = c.order_id
        WHERE c.new_on IS DISTINCT FROM c.old_on
    )
"""
_COUNTS = f"""
    {_CHANGED}
    SELECT count(*), count(*) FILTER (WHERE later < 0), count(*) FILTER (WHERE later > 0),
        count(*) FILTER (WHERE old_on IS NULL), count(*) FILTER (WHERE new_on IS NULL),
        count(*) FILTER (WHERE old_on <= promised_on), count(*) FILTER (WHERE new_on <= promised_on)
    FROM weighed
"""
_MOVES = f"""
    {_CHANGED}
    SELECT o.ref, w.old_on, w.new_on, w.reason FROM weighed w JOIN orders_order o ON o.id = w.order_id
    ORDER BY abs(w.later) DESC, o.id LIMIT {MOVES}
"""


@dataclass(frozen=True, slots=True)
class DateMove:
    """An order whose date is another after the later run than after the earlier one; ``reason`` is the new one's."""

    ref: str
    old_on: date | None
    new_on: date | None
    reason: str


@dataclass(frozen=True, slots=True)
class RunComparison:
    """What came of all runs after ``before`` up to ``after``. ``on_time_before`` and ``on_time_after`` count changed
    orders within their promised day. ``replayed`` compares the two plans themselves, None where one is not kept.
    """

    before: int
    after: int
    changed: int
    sooner: int
    later: int
    got_date: int
    lost_date: int
    on_time_before: int
    on_time_after: int
    moves: tuple[DateMove, ...]
    replayed: Differences | None


@dataclass(frozen=True, slots=True)
class OrderComparison:
    """One order in two runs: how each planned it, None where it is not kept, and every change of its date between."""

    ref: str
    before_run: int
    after_run: int
    before: PlannedOrder | None
    after: PlannedOrder | None
    changes: tuple[EtaRevision, ...]


def compare_runs(before_id: int, after_id: int) -> RunComparison:
    """Compare two runs, the earlier first. Replays both where they are kept: O(lines log lines). Raises NotFound."""
    before, after = _in_order(before_id, after_id)
    params: dict[str, Any] = {"before": before.pk, "after": after.pk, "since": before.started_at}
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, params)
        changed, sooner, later, got_date, lost_date, on_time_before, on_time_after = cursor.fetchone()
        cursor.execute(_MOVES, params)
        moves = tuple(
            DateMove(ref, old_on, new_on, "" if reason is None else Reason(reason).label)
            for ref, old_on, new_on, reason in cursor.fetchall()
        )
    kept = PlanRecord.objects.filter(run_id__in=[before.pk, after.pk]).count() == 2
    replayed = compare_replays(replay(before.pk), replay(after.pk)) if kept else None
    return RunComparison(
        before=before.pk,
        after=after.pk,
        changed=changed,
        sooner=sooner,
        later=later,
        got_date=got_date,
        lost_date=lost_date,
        on_time_before=on_time_before,
        on_time_after=on_time_after,
        moves=moves,
        replayed=replayed,
    )


def compare_order(ref: str, before_id: int, after_id: int) -> OrderComparison:
    """Compare one order in two runs. Raises NotFound."""
    before, after = _in_order(before_id, after_id)
    order = Order.objects.filter(ref=ref).first()
    if order is None:
        raise NotFound("There is no such order.")
    changes = EtaRevision.objects.filter(order=order, run_id__gt=before.pk, run_id__lte=after.pk).order_by("pk")
    return OrderComparison(
        ref,
        before.pk,
        after.pk,
        _in_run(order.pk, before.pk),
        _in_run(order.pk, after.pk),
        tuple(changes.exclude(kind=EtaRevisionKind.TOLD)),
    )


def compare_replays(before: Replay, after: Replay) -> Differences:
    """Compare two plans made from what was kept. Promises are today's; values are not kept, and count as zero."""
    with snapshot():
        standing = load_standing(Scope(None))
    was, is_ = _look(before), _look(after)
    nothing: Ints = np.full(len(is_.order_id), News.NONE, dtype=np.int64)
    found = compare_outlooks(was, is_, standing, nothing)
    return describe(found, today=after.today, moves=MOVES)


def _look(planned: Replay) -> Outlook:
    backlog = planned.inputs.backlog
    return look(planned.plan, backlog, np.zeros(len(backlog.line_id), dtype=np.int64))


def _in_run(order_id: int, run_id: int) -> PlannedOrder | None:
    return planned_order(_look(replay(run_id)), order_id) if PlanRecord.objects.filter(pk=run_id).exists() else None


def _in_order(before_id: int, after_id: int) -> tuple[PlanRun, PlanRun]:
    found = PlanRun.objects.in_bulk([before_id, after_id])
    if len({before_id, after_id}) != 2 or len(found) != 2:
        raise NotFound("Name two plan runs that there are.")
    return found[min(found)], found[max(found)]
