"""New dates against the policy's promise rules: which are told, and which the customer is spared for now.

Works on ``plan_order_stage``, as ``rollup.roll_up`` leaves it. The decision is ``planning.governance``, on arrays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
from django.db import connection
from django.utils import timezone

from orders.planning.governance import Governed, Standing, govern
from orders.planning.rules import PromiseRule
from orders.planning.types import Bools, Codes, Ints, Reason
from orders.replanning.bulk import Columns, copy_out
from orders.replanning.scope import Scope

# A day set by a person is meant to be told, and good news that turned out wrong has to be taken back: neither is
# weighed. Lines that another policy planned last carry that policy's rules, so they do not count.
_CANDIDATES = f"""
    SELECT s.order_id, s.eta_p50, COALESCE(s.eta_p90, s.eta_p50), r.announced_on,
        COALESCE((COALESCE(r.announced_at, r.told_at) AT TIME ZONE %(zone)s)::date, '-infinity'),
        COALESCE((
            SELECT min(p.promise_rule) FROM orders_orderline l JOIN orders_lineplan p ON p.line_id = l.id
            WHERE l.order_id = s.order_id AND l.open_qty > 0 AND p.promise_rule >= 0 AND p.policy_id = %(policy)s
        ), -1::smallint),
        COALESCE(r.kept_on, '-infinity'), COALESCE(r.kept_because, -1::smallint)
    FROM plan_order_stage s JOIN orders_orderpromise r ON r.order_id = s.order_id
    WHERE s.order_id = ANY(%(orders)s::bigint[])
        AND s.reason <> {int(Reason.ETA_BY_HAND)} AND NOT s.is_ready AND r.announced_kind <> %(line_allocated)s
    ORDER BY s.order_id
"""
_CANDIDATE_TYPES = {
    "order_id": "int8",
    "eta_p50": "date",
    "eta_p90": "date",
    "standing_on": "date",
    "told_on": "date",
    "rule": "int2",
    "kept_on": "date",
    "kept_because": "int2",
}
_LEDGER = """
    INSERT INTO orders_etarevision (order_id, kind, old_on, new_on, reason, decision, note, run_id, at)
    SELECT w.order_id, 'weighed', r.announced_on, s.eta_p50, s.reason, w.decision, '', %(run)s, %(now)s
    FROM unnest(%(orders)s::bigint[], %(decisions)s::smallint[]) AS w (order_id, decision)
    JOIN plan_order_stage s ON s.order_id = w.order_id
    JOIN orders_orderpromise r ON r.order_id = w.order_id
    ORDER BY w.order_id
"""
_KEEP_BACK = """
    UPDATE orders_orderpromise r SET kept_on = w.kept_on, kept_because = w.decision
    FROM unnest(%(orders)s::bigint[], %(days)s::date[], %(decisions)s::smallint[]) AS w (order_id, kept_on, decision)
    WHERE r.order_id = w.order_id
"""
_LET_GO = """
    UPDATE orders_orderpromise r SET kept_on = NULL, kept_because = NULL
    FROM plan_order_stage s
    WHERE s.is_kept_back AND r.order_id = s.order_id AND r.order_id <> ALL(%(orders)s::bigint[])
"""


@dataclass(frozen=True, slots=True)
class Weighed:
    """Orders, ascending, whose new date the rules do not let through, and how many rows were written."""

    kept_back: Ints
    revisions: int
    promises: int


def load_kept_back(scope: Scope) -> Ints:
    """Return the orders in scope whose plan has another date than the one that stands, ascending.

    A cool-down ends by time alone, so a daily run has to weigh them again though nothing of theirs changed.
    """
    query = f"""
        SELECT p.order_id FROM orders_orderpromise p
        WHERE p.kept_because IS NOT NULL AND {scope.orders("p.order_id")} ORDER BY 1
    """
    return copy_out(query, scope.params, {"order_id": "int8"})["order_id"]


def weigh(
    order_ids: Sequence[int],
    promises: tuple[PromiseRule, ...],
    *,
    policy_id: int,
    any_kept_back: bool,
    run_id: int,
    line_allocated: str,
    now: datetime,
) -> Weighed:
    """Decide which of these orders keep the date that stands, and write each decision that is new to the ledger.

    Call it before the standing dates are moved. Four statements, however many orders; without promise rules at most
    one, which lets go of what earlier rules kept back. Locks the promises it writes, by order.
    """
    none = np.zeros(0, dtype=np.int64)
    if not promises or not order_ids:
        return Weighed(none, 0, _let_go(none) if any_kept_back else 0)
    params = {
        "orders": list(order_ids),
        "policy": policy_id,
        "zone": timezone.get_current_timezone_name(),
        "line_allocated": line_allocated,
    }
    found = copy_out(_CANDIDATES, params, _CANDIDATE_TYPES)
    governed = _govern(found, promises, timezone.localdate(now))
    kept_back = ~governed.changed
    is_new = (governed.cause != found["kept_because"]) | (found["eta_p50"] != found["kept_on"])
    revisions = _write_ledger(found, governed.cause, governed.changed | is_new, run_id=run_id, now=now)
    kept = _keep_back(found, governed.cause, kept_back & is_new)
    let_go = _let_go(found["order_id"][kept_back]) if any_kept_back else 0
    return Weighed(found["order_id"][kept_back], revisions, kept + let_go)


def _govern(found: Columns, promises: tuple[PromiseRule, ...], today: date) -> Governed:
    return govern(
        Standing(day=found["standing_on"], told_on=found["told_on"]),
        found["eta_p50"],
        found["eta_p90"],
        promises,
        found["rule"].astype(np.int16),
        today.toordinal(),
    )


def _write_ledger(found: Columns, cause: Codes, chosen: Bools, *, run_id: int, now: datetime) -> int:
    if not chosen.any():
        return 0
    params = {
        "orders": found["order_id"][chosen].tolist(),
        "decisions": cause[chosen].tolist(),
        "run": run_id,
        "now": now,
    }
    with connection.cursor() as cursor:
        cursor.execute(_LEDGER, params)
        return int(cursor.rowcount)


def _keep_back(found: Columns, cause: Codes, chosen: Bools) -> int:
    if not chosen.any():
        return 0
    days = [date.fromordinal(day) for day in found["eta_p50"][chosen].tolist()]
    params = {"orders": found["order_id"][chosen].tolist(), "days": days, "decisions": cause[chosen].tolist()}
    with connection.cursor() as cursor:
        cursor.execute(_KEEP_BACK, params)
        return int(cursor.rowcount)


def _let_go(still_kept: Ints) -> int:
    """Forget what was kept back of staged orders that are not any more."""
    with connection.cursor() as cursor:
        cursor.execute(_LET_GO, {"orders": still_kept.tolist()})
        return int(cursor.rowcount)
