"""The whole of a board's list, chunk by chunk along its own order, for a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import QuerySet

from kernel.paging import SortKey, take_page
from orders.models import OrderPlan
from orders.queries.board import as_shown, hold_kinds, hold_name
from orders.queries.ranks import Ranks, all_ranks
from orders.queries.status import status_of

CHUNK = 2000
ExportRow = dict[str, Any]
COLUMNS = (
    ("rank", "Rank"),
    ("order", "Order"),
    ("channel", "Channel"),
    ("external_id", "External number"),
    ("customer_code", "Customer code"),
    ("customer", "Customer"),
    ("tier", "Tier"),
    ("status", "Status"),
    ("reason", "Reason"),
    ("hold", "Hold"),
    ("owner", "Owner"),
    ("is_expedited", "Expedited"),
    ("placed_on", "Placed"),
    ("requested_on", "Requested"),
    ("promised_on", "Promised"),
    ("eta", "ETA"),
    ("safe_eta", "Safe ETA"),
    ("slip_days", "Slip days"),
    ("open_lines", "Open lines"),
    ("short_lines", "Short lines"),
    ("open_units", "Open units"),
    ("short_units", "Short units"),
    ("open_value", "Open value"),
    ("ready_value", "Ready value"),
)
WORDS = {"late": "Late", "risk": "At risk", "hold": "On hold", "ready": "Ready", "part": "Partial", "track": "On track"}


def export_chunks(plans: QuerySet[OrderPlan, OrderPlan], sort: Sequence[SortKey]) -> Iterator[list[ExportRow]]:
    """Yield the rows of the list in its order, up to 2,000 at a time, with two queries a chunk and one for all ranks.

    Each chunk starts after the last row of the one before, so that neither a cursor nor a snapshot is held while the
    file travels; an order that changes its place meanwhile may be missing or there twice.
    """
    selected = as_shown(plans)
    ranks = all_ranks()
    after, is_first = "", True
    while after or is_first:
        page = take_page(selected, sort, after=after, size=CHUNK)
        after, is_first = page.next, False
        if page.rows:
            yield _rows(page.rows, ranks)


def _rows(plans: Sequence[OrderPlan], ranks: Ranks) -> list[ExportRow]:
    ids = [plan.order_id for plan in plans]
    holds, places = hold_kinds(ids), ranks.of(ids)
    return [_row(plan, places.get(plan.order_id, 0), hold_name(holds.get(plan.order_id, ()))) for plan in plans]


def _row(plan: OrderPlan, rank: int, hold: str) -> ExportRow:
    order = plan.order
    return {
        "rank": rank,
        "order": order.ref,
        "channel": order.channel,
        "external_id": order.external_id,
        "customer_code": order.customer.code,
        "customer": order.customer.name,
        "tier": order.customer.tier,
        "status": WORDS[status_of(plan)],
        "reason": plan.reason,
        "hold": hold,
        "owner": str(order.owner or ""),
        "is_expedited": order.is_expedited,
        "placed_on": order.placed_at,
        "requested_on": order.requested_on,
        "promised_on": plan.promised_on,
        "eta": plan.eta_p50,
        "safe_eta": plan.eta_p90,
        "slip_days": plan.slip_days,
        "open_lines": plan.open_lines,
        "short_lines": plan.short_lines,
        "open_units": plan.open_units,
        "short_units": plan.short_units,
        "open_value": plan.open_value_minor / 100,
        "ready_value": plan.ready_value_minor / 100,
    }
