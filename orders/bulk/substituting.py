"""Many orders served with what may stand in, as the verb for one line does: all lines that lack, the best rank first.

Only what needs nobody's consent and is there in full: who has to be asked is asked on the order's own page.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.db.models import Case, F, Max, When

from inventory.dirty import mark_dirty
from inventory.models import Substitute
from kernel.people import key_of
from orders.bulk.change import Applied, Chunk, count_change, products_of, tell_all
from orders.bulk.holding import active_holds
from orders.handling.claims import drop, lock_claims_of, take_all
from orders.handling.substituting import needs_consent, stand_in
from orders.models import Allocation, AllocationState, LineSubstitution, Order, OrderLine, OrderTerms, ShipPolicy
from orders.queries.ranks import ranks_of
from orders.queries.substitutes import free_units, needed

HELD = "It is on hold. Release it first: a substitute would wait, too."
NOTHING_LACKS = "It lacks nothing on hand."
NO_RULE = "Nothing may stand in for what it lacks."
CONSENT = "Its customer has to agree to a substitute first. Ask, then swap on its own page."
NOT_THERE = "No substitute is there in full for what it lacks."
TOO_LATE = "Part of what stands in is picked, shipped or cancelled."
TOGETHER = "It ships together, and line {} would still wait. Swap on its own page."

Rules = Mapping[int, Sequence[Substitute]]


@dataclass(frozen=True, slots=True)
class Swap:
    """``qty`` units that a line lacks, and the rule by which others stand in for them."""

    line: OrderLine
    rule: Substitute
    qty: int


@dataclass(slots=True)
class _Found:
    """What to swap, by order, and why other orders stay as they are."""

    swaps: dict[int, list[Swap]] = field(default_factory=dict)
    refused: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SendSubstitutes:
    """Swap what lacks. Marks its own pools (``cause`` is empty): those of the substitutes belong to them."""

    verb: str = "substitute_line"
    cause: str = ""
    takes_closed: bool = False

    def refuse(self, chunk: Chunk) -> dict[int, str]:
        held = active_holds(chunk.ids)
        return {pk: HELD for pk in chunk.ids if held[pk]}

    def apply(self, chunk: Chunk) -> Applied:
        waited_for = products_of(chunk.ids)
        rules = _rules(waited_for)
        others = {rule.substitute_id for found in rules.values() for rule in found}
        mark_dirty({*waited_for, *others}, cause="substituted")
        claims = lock_claims_of(chunk.ids, {*waited_for, *others})
        found = _choose(chunk, claims, rules, free_units(others))
        rest = chunk.without(found.refused)
        if not rest.orders:
            return Applied(refused=found.refused)
        added = _swap(rest, found.swaps)
        said = {pk: [_said(swap) for swap in swaps] for pk, swaps in found.swaps.items()}
        _tell_each(rest, "orders.line_substituted", said)
        return Applied(before=added, refused=found.refused)


@dataclass(frozen=True, slots=True)
class SwapBack:
    """Take a job's swaps back; not those of which a part is picked, shipped or cancelled since."""

    verb: str = "swap_back"
    cause: str = ""
    takes_closed: bool = False

    def refuse(self, chunk: Chunk) -> dict[int, str]:
        return {}

    def apply(self, chunk: Chunk) -> Applied:
        keys = [line for pk in chunk.ids for line in chunk.kept[pk]]
        stands_in = LineSubstitution.objects.filter(pk__in=keys).select_related("line__product", "replaces__product")
        swaps: dict[int, list[LineSubstitution]] = defaultdict(list)
        for each in stands_in.order_by("pk"):
            swaps[each.line.order_id].append(each)
        again = {each.replaces.product_id for found in swaps.values() for each in found}
        products = products_of(chunk.ids)
        mark_dirty({*products, *again}, cause="swapped_back")
        claims = [claim for claim in lock_claims_of(chunk.ids, products) if claim.line_id in keys]
        picked = {claim.line_id for claim in claims if claim.state == AllocationState.PICKED}
        refused = {
            pk: TOO_LATE
            for pk, found in swaps.items()
            if any(each.line.open_qty < each.line.ordered_qty or each.line_id in picked for each in found)
        }
        rest = chunk.without(refused)
        if rest.orders:
            back = [each for pk in rest.ids for each in swaps[pk]]
            drop(take_all(claim for claim in claims if claim.line.order_id not in refused))
            OrderLine.objects.filter(pk__in=[each.line_id for each in back]).update(cancelled_qty=F("ordered_qty"))
            units: dict[int, int] = defaultdict(int)
            for each in back:
                units[each.replaces_id] -= each.replaced_qty
            _cancel(units)
            said = {pk: [_said_back(each) for each in swaps[pk]] for pk in rest.ids}
            _tell_each(rest, "orders.substitution_undone", said)
        return Applied(refused=refused)


def _rules(product_ids: Iterable[int]) -> Rules:
    """Return what may stand in for each product, the first to try first."""
    found: dict[int, list[Substitute]] = defaultdict(list)
    rules = Substitute.objects.filter(product_id__in=product_ids, substitute__is_active=True)
    for rule in rules.select_related("product", "substitute").order_by("product_id", "place", "pk"):
        found[rule.product_id].append(rule)
    return found


def _choose(chunk: Chunk, claims: Iterable[Allocation], rules: Rules, free: dict[int, int]) -> _Found:
    """Decide order by order, the best rank first; what one takes, the next one no longer finds."""
    held: dict[int, int] = defaultdict(int)
    for claim in claims:
        held[claim.line_id] += claim.qty
    lacking: dict[int, list[tuple[OrderLine, int]]] = defaultdict(list)
    for line in OrderLine.objects.filter(order_id__in=chunk.ids, open_qty__gt=0).order_by("position"):
        if line.open_qty > held[line.pk]:
            lacking[line.order_id].append((line, line.open_qty - held[line.pk]))
    together = set(OrderTerms.objects.filter(order_id__in=chunk.ids).values_list("order_id", flat=True))
    together |= {order.pk for order in chunk.orders if order.ship_policy != ShipPolicy.PARTIAL}
    orders = {order.pk: order for order in chunk.orders}
    ranks, found = ranks_of(chunk.ids), _Found()
    for pk in sorted(chunk.ids, key=lambda pk: (ranks.get(pk) or math.inf, pk)):
        swaps = _swaps_of(orders[pk], lacking[pk], rules, free)
        swapped = {swap.line.pk for swap in swaps}
        left = [line.position for line, _ in lacking[pk] if line.pk not in swapped]
        if not swaps:
            found.refused[pk] = _why_none(orders[pk], lacking[pk], rules)
        elif left and pk in together:
            found.refused[pk] = TOGETHER.format(left[0])
        else:
            found.swaps[pk] = swaps
            for swap in swaps:
                free[swap.rule.substitute_id] -= needed(swap.qty, swap.rule.units, swap.rule.per)
    return found


def _swaps_of(
    order: Order, lacking: Sequence[tuple[OrderLine, int]], rules: Rules, free: Mapping[int, int]
) -> list[Swap]:
    """Return the swaps of one order, each by the first rule whose substitute is there in full."""
    left, swaps = dict(free), []
    for line, qty in lacking:
        for rule in rules.get(line.product_id, ()):
            units = needed(qty, rule.units, rule.per)
            if not needs_consent(order, rule) and left.get(rule.substitute_id, 0) >= units:
                left[rule.substitute_id] -= units
                swaps.append(Swap(line, rule, qty))
                break
    return swaps


def _why_none(order: Order, lacking: Sequence[tuple[OrderLine, int]], rules: Rules) -> str:
    if not lacking:
        return NOTHING_LACKS
    allowed = [rule for line, _ in lacking for rule in rules.get(line.product_id, ())]
    if not allowed:
        return NO_RULE
    return CONSENT if all(needs_consent(order, rule) for rule in allowed) else NOT_THERE


def _swap(chunk: Chunk, swaps: Mapping[int, Sequence[Swap]]) -> dict[int, list[int]]:
    """Take the units off their lines and add those that stand in; return the keys of the new lines by order."""
    lines = OrderLine.objects.filter(order_id__in=chunk.ids).order_by()
    last = dict(lines.values_list("order_id").annotate(last=Max("position")))
    _cancel({swap.line.pk: swap.qty for pk in chunk.ids for swap in swaps[pk]})
    made = [
        (swap, stand_in(swap.line, swap.rule, swap.qty, position=last[pk] + place))
        for pk in chunk.ids
        for place, swap in enumerate(swaps[pk], start=1)
    ]
    OrderLine.objects.bulk_create([line for _, line in made])
    LineSubstitution.objects.bulk_create(
        LineSubstitution(
            line=line, replaces=swap.line, replaced_qty=swap.qty, actor_id=key_of(chunk.actor), at=chunk.now
        )
        for swap, line in made
    )
    added: dict[int, list[int]] = defaultdict(list)
    for _, line in made:
        added[line.order_id].append(line.pk)
    return added


def _cancel(units: Mapping[int, int]) -> None:
    """Cancel units by line; negative ones are wanted again."""
    more = Case(*(When(pk=pk, then=qty) for pk, qty in units.items()))
    OrderLine.objects.filter(pk__in=units).update(cancelled_qty=F("cancelled_qty") + more)


def _tell_each(chunk: Chunk, kind: str, said: Mapping[int, Sequence[Mapping[str, Any]]]) -> None:
    """Count and record every swap as a change of its own, as the verb for one line does; two statements a round."""
    for turn in range(max(len(each) for each in said.values())):
        this = {pk: each[turn] for pk, each in said.items() if turn < len(each)}
        part = chunk.without({pk: "" for pk in chunk.ids if pk not in this})
        count_change(part.orders)
        tell_all(part, kind, partial(_said_of, this))


def _said_of(said: Mapping[int, Mapping[str, Any]], order: Order) -> Mapping[str, Any]:
    return said[order.pk]


def _said(swap: Swap) -> dict[str, Any]:
    return {
        "position": swap.line.position,
        "sku": swap.rule.product.sku,
        "qty": swap.qty,
        "substitute": swap.rule.substitute.sku,
    }


def _said_back(each: LineSubstitution) -> dict[str, Any]:
    return {
        "position": each.line.position,
        "sku": each.replaces.product.sku,
        "qty": each.replaced_qty,
        "substitute": each.line.product.sku,
    }
