"""Actions on many orders done at once and taken back, and a picture of an order to compare by."""

from __future__ import annotations

from typing import Any

from backlog.accounts.models import User
from inventory.models import DirtyMark, StockLevel
from notifications.models import Fact
from orders.bulk.jobs import start_job, undo_job, work_chunk
from orders.models import (
    Allocation,
    BulkJob,
    BulkRowState,
    EtaRevision,
    Hold,
    Order,
    OrderNote,
    OrderPlan,
)
from tests.factories import NOW


def do(action: str, orders: list[Order], *, actor: User | None = None, **params: Any) -> BulkJob:
    chosen = Order.objects.filter(pk__in=[order.pk for order in orders]).values_list("pk", flat=True)
    return finish(start_job(action=action, orders=chosen, params=params, actor=actor, now=NOW))


def finish(job: BulkJob) -> BulkJob:
    while work_chunk(job.pk, now=NOW, size=2):
        pass
    job.refresh_from_db()
    return job


def undo(job: BulkJob) -> BulkJob:
    return finish(undo_job(job.pk, actor=None, now=NOW))


def whys(job: BulkJob) -> list[str]:
    return list(job.rows.filter(state=BulkRowState.FAILED).order_by("order_id").values_list("why", flat=True))


def picture(order: Order) -> dict[str, Any]:
    """Everything that a verb may change of an order, without keys."""
    order.refresh_from_db()
    facts = Fact.objects.filter(payload__order__id=order.pk).order_by("pk")
    return {
        "order": (order.status, order.version, *order_state(order)),
        "closed": order.closed_at,
        "lines": list(order.lines.values_list("ordered_qty", "shipped_qty", "cancelled_qty")),
        "holds": list(
            Hold.objects.filter(order=order).values_list("kind", "reason", "ends_on", "released_at").order_by("pk")
        ),
        "claims": sorted(Allocation.objects.filter(line__order=order).values_list("state", "qty")),
        "reserved": [level.reserved for level in StockLevel.objects.filter(product__order_lines__order=order)],
        "plans": OrderPlan.objects.filter(order=order).count(),
        "ledger": list(EtaRevision.objects.filter(order=order).values_list("kind", "old_on", "new_on", "note")),
        "notes": list(OrderNote.objects.filter(order=order).values_list("body", flat=True)),
        "marks": list(
            DirtyMark.objects.filter(product__order_lines__order=order).values_list("cause", flat=True).order_by("pk")
        ),
        "facts": [(f.kind, f.subject.replace(str(order.pk), "ID"), without_names(f.payload)) for f in facts],
    }


def without_names(payload: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in payload.items() if key not in {"order", "customer", "lines"}}


def order_state(order: Order) -> tuple[Any, ...]:
    order.refresh_from_db()
    urgent = (order.is_expedited, order.expedite_reason, order.expedite_ends_on)
    return *urgent, order.eta_by_hand_on, order.eta_by_hand_reason, order.owner_id
