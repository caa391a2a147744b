"""Many orders cancelled at once. There is no way back: their customers are told, their stock goes to others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import F

from orders.bulk.change import Applied, Chunk, count_change, products_of, tell_all
from orders.dialogue.snapshots import customer_payloads
from orders.handling.claims import drop, lock_claims_of, take_all
from orders.handling.editing import close_done
from orders.models import Allocation, AllocationState, OrderLine


@dataclass(frozen=True, slots=True)
class CancelOrders:
    """Cancel everything that has not been shipped; looks for picked units again under the lock of their levels."""

    reason: str
    verb: str = "cancel_order"
    cause: str = "cancelled"
    takes_closed: bool = False

    def refuse(self, chunk: Chunk) -> dict[int, str]:
        picked = Allocation.objects.filter(line__order_id__in=chunk.ids, state=AllocationState.PICKED)
        return _refuse_picked(picked.select_related("line"))

    def apply(self, chunk: Chunk) -> Applied:
        claims = lock_claims_of(chunk.ids, products_of(chunk.ids))
        refused = _refuse_picked(claims)
        rest = chunk.without(refused)
        payloads = customer_payloads(rest.ids)
        drop(take_all(claim for claim in claims if claim.line.order_id not in refused))
        lines = OrderLine.objects.filter(order_id__in=rest.ids, open_qty__gt=0)
        lines.update(cancelled_qty=F("cancelled_qty") + F("open_qty"))
        count_change(rest.orders)
        close_done(rest.orders, now=chunk.now)
        tell_all(
            rest,
            "orders.cancelled",
            lambda order: {**payloads[order.pk], "cancel_reason": self.reason},
            subject="order:{id}:promise",
        )
        return Applied(refused=refused)


def _refuse_picked(claims: Iterable[Allocation]) -> dict[int, str]:
    picked: dict[int, int] = defaultdict(int)
    for claim in claims:
        if claim.state == AllocationState.PICKED:
            picked[claim.line.order_id] += claim.qty
    return {pk: f"{qty} units are picked. Have them put back first." for pk, qty in picked.items()}
