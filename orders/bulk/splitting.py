"""Many orders split at once: what is ready is fixed for each and can leave, the rest waits for its own date."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Sum

from orders.bulk.change import Applied, Chunk, count_change, products_of, tell_all
from orders.bulk.holding import active_holds
from orders.handling.claims import change_state, lock_claims_of, take, take_all
from orders.models import Allocation, AllocationState, OrderLine, OrderTerms, ShipPolicy


@dataclass(frozen=True, slots=True)
class SplitReady:
    """Pin all that the plan has allocated. Orders whose policy or terms want units together are split one by one."""

    verb: str = "split"
    cause: str = "split"
    takes_closed: bool = False

    def refuse(self, chunk: Chunk) -> dict[int, str]:
        held = active_holds(chunk.ids)
        together = set(OrderTerms.objects.filter(order_id__in=chunk.ids).values_list("order_id", flat=True))
        together |= {order.pk for order in chunk.orders if order.ship_policy != ShipPolicy.PARTIAL}
        why = "Its terms want units to leave together. Split it on its own page."
        return dict.fromkeys(together, why) | {pk: "It is on hold. Release it first." for pk in chunk.ids if held[pk]}

    def apply(self, chunk: Chunk) -> Applied:
        claims = lock_claims_of(chunk.ids, products_of(chunk.ids))
        refused = _refuse(chunk, claims)
        rest = chunk.without(refused)
        if not rest.orders:
            return Applied(refused=refused)
        loose = [c for c in claims if c.state == AllocationState.PLANNED and c.line.order_id not in refused]
        change_state(take_all(loose), AllocationState.PINNED)
        count_change(rest.orders)
        fresh, leaving = _by_order(loose), _by_order(claims)
        tell_all(
            rest,
            "orders.split",
            lambda order: {
                "units": fresh[order.pk],
                "left": leaving[order.pk],
                "ship_policy": order.ship_policy,
            },
        )
        before: dict[int, dict[str, int]] = defaultdict(dict)
        for claim in loose:
            lines = before[claim.line.order_id]
            lines[str(claim.line_id)] = lines.get(str(claim.line_id), 0) + claim.qty
        return Applied(before=before, refused=refused)


@dataclass(frozen=True, slots=True)
class Rejoin:
    """Give the units that a job pinned back to the plan; not where they were picked or have left since."""

    verb: str = "rejoin"
    cause: str = "rejoined"
    takes_closed: bool = False

    def refuse(self, chunk: Chunk) -> dict[int, str]:
        return {}

    def apply(self, chunk: Chunk) -> Applied:
        claims = lock_claims_of(chunk.ids, products_of(chunk.ids))
        pinned = [claim for claim in claims if claim.state == AllocationState.PINNED]
        wanted = {int(line): qty for order_id in chunk.ids for line, qty in chunk.kept[order_id].items()}
        there: dict[int, int] = defaultdict(int)
        for claim in pinned:
            there[claim.line_id] += claim.qty
        refused = {
            pk: "Its units are picked or have left."
            for pk in chunk.ids
            if any(there[int(line)] < qty for line, qty in chunk.kept[pk].items())
        }
        rest = chunk.without(refused)
        if rest.orders:
            kept = [claim for claim in pinned if claim.line.order_id not in refused]
            change_state(take(kept, wanted), AllocationState.PLANNED)
            count_change(rest.orders)
            tell_all(rest, "orders.rejoined", lambda order: {"units": sum(chunk.kept[order.pk].values())})
        return Applied(refused=refused)


def _refuse(chunk: Chunk, claims: Iterable[Allocation]) -> dict[int, str]:
    """Return by order why there is nothing to split: no units that are not fixed already, or nothing would stay."""
    found = list(claims)
    loose = _by_order(claim for claim in found if claim.state == AllocationState.PLANNED)
    there = _by_order(found)
    open_lines = OrderLine.objects.filter(order_id__in=chunk.ids, open_qty__gt=0).order_by()
    open_units = dict(open_lines.values_list("order_id").annotate(units=Sum("open_qty")))
    refused = {pk: "Nothing more of it is on hand." for pk in chunk.ids if not loose[pk]}
    ready = "All of it is on hand. Ship it instead."
    return refused | {pk: ready for pk in chunk.ids if loose[pk] and there[pk] == open_units.get(pk)}


def _by_order(claims: Iterable[Allocation]) -> dict[int, int]:
    units: dict[int, int] = defaultdict(int)
    for claim in claims:
        units[claim.line.order_id] += claim.qty
    return units
