"""One product sent instead of another: the units that lack are taken off their line, and a new line stands in for them.

The customer pays no more for it. Locks: the order, the pools, the stock levels.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import ROUND_DOWN, Decimal
from typing import Any

from django.db import connection
from django.db.models import Exists, F, Max, Q

from inventory.dirty import mark_dirty
from inventory.models import Product, Substitute, SubstituteWhen
from inventory.queries import product_by_sku
from kernel.bounds import check_qty
from kernel.errors import Conflict, DomainError, Invalid
from kernel.people import Actor, key_of
from kernel.transactions import entry_verb, require_transaction
from orders.handling.claims import drop, lock_claims, take, take_all
from orders.handling.editing import lock_open_order, product_ids_of, save_order, tell
from orders.models import AllocationState, LineSubstitution, Order, OrderLine, OrderStatus, SubstituteConsent
from orders.queries.substitutes import free_units, needed

_AT_ONCE = 200
_PENNY = Decimal("0.01")
# Lines that lack units of products whose plan is up to date, the first in line first, with what may be taken unasked.
_WAITING = """
    SELECT o.ref, o.version, l.position, l.open_qty - p.allocated_qty, r.id, r.substitute_id, r.units, r.per, s.sku
    FROM inventory_substitute r
    JOIN inventory_product s ON s.id = r.substitute_id AND s.is_active
    JOIN orders_lineplan p ON p.product_id = r.product_id AND p.outcome = 0
    JOIN orders_orderline l ON l.id = p.line_id AND l.open_qty > p.allocated_qty
    JOIN orders_order o ON o.id = l.order_id AND o.status = 'open'
    WHERE r.when = 'any' AND CASE o.substitutes WHEN 'ask' THEN NOT r.needs_consent ELSE o.substitutes = 'agreed' END
        AND NOT EXISTS (SELECT FROM inventory_dirtymark m WHERE m.product_id IN (r.product_id, r.substitute_id))
        AND EXISTS (
            SELECT FROM inventory_stocklevel v
            WHERE v.product_id = r.substitute_id AND v.on_hand > v.reserved + v.protected
        )
    ORDER BY p.stage, p.score DESC, o.placed_at, o.id, l.id, r.place, r.id
    LIMIT %s
"""


@entry_verb
def substitute_line(
    ref: str,
    *,
    position: int,
    sku: str,
    qty: int | None = None,
    is_agreed: bool = False,
    actor: Actor | None,
    now: datetime,
    version: int | None = None,
) -> Order:
    """Send ``sku`` instead of ``qty`` units of a line, or of all it lacks on hand; picked and pinned units stay.

    Raises Conflict when ``sku`` may not stand in for the product, the customer has to agree first, or nothing lacks.
    """
    other = product_by_sku(sku)
    order = lock_open_order(ref, version=version)
    mark_dirty({*product_ids_of(order), other.pk}, cause="substituted", reference=order.ref)
    said = replace_units(order, position=position, other=other, qty=qty, is_agreed=is_agreed, actor=actor, now=now)
    save_order(order)
    tell(order, "orders.line_substituted", actor=actor, now=now, payload=said)
    return order


def replace_units(
    order: Order,
    *,
    position: int,
    other: Product,
    qty: int | None,
    is_agreed: bool,
    actor: Actor | None,
    now: datetime,
) -> dict[str, Any]:
    """Swap units of a line for ``other`` and return what the fact says. Raises as ``substitute_line`` does.

    A participant: its caller has locked the order, marks all its products and ``other`` dirty, and saves the order.
    """
    require_transaction()
    line = order.lines.select_related("product").filter(position=position, open_qty__gt=0).first()
    if line is None:
        wrong = f"{order.ref} has no open line {position}."
        raise Invalid(wrong, fields={"position": wrong})
    rule = Substitute.objects.filter(product_id=line.product_id, substitute=other).first()
    if rule is None:
        raise Conflict(
            f"{other.sku} is no substitute for {line.product.sku}. Add it to the product's substitutes first.",
            code="no_substitute",
        )
    if needs_consent(order, rule) and not is_agreed:
        raise Conflict(
            f"The customer must agree to {other.sku} instead of {line.product.sku}. Ask, then say that they agreed.",
            code="consent",
        )
    claims = [claim for claim in lock_claims(order, [line.product_id]) if claim.line_id == line.pk]
    held = sum(claim.qty for claim in claims)
    planned = [claim for claim in reversed(claims) if claim.state == AllocationState.PLANNED]
    lacking = line.open_qty - held
    qty = lacking if qty is None else check_qty(qty, field="qty")
    most = lacking + sum(claim.qty for claim in planned)
    if not 0 < qty <= most:
        raise Conflict(
            f"Line {position} of {order.ref} lacks {lacking} units on hand, and {most} can be swapped. "
            "Choose that many, or put picked and pinned units back first.",
            code="nothing_lacks",
        )
    drop(take(planned, {line.pk: max(0, qty - lacking)}))
    swap(order, line, rule, qty, is_agreed=is_agreed, actor=actor, now=now)
    return {"position": position, "sku": line.product.sku, "qty": qty, "substitute": other.sku}


def swap(
    order: Order,
    line: OrderLine,
    rule: Substitute,
    qty: int,
    *,
    is_agreed: bool,
    actor: Actor | None,
    now: datetime,
) -> OrderLine:
    """Take ``qty`` units off a line and add the line that stands in for them, at no higher price. A participant."""
    require_transaction()
    order.lines.filter(pk=line.pk).update(cancelled_qty=F("cancelled_qty") + qty)
    added = stand_in(line, rule, qty, position=1 + (order.lines.aggregate(last=Max("position"))["last"] or 0))
    added.save(force_insert=True)
    LineSubstitution.objects.create(
        line=added, replaces=line, replaced_qty=qty, is_agreed=is_agreed, actor_id=key_of(actor), at=now
    )
    return added


def stand_in(line: OrderLine, rule: Substitute, qty: int, *, position: int) -> OrderLine:
    """Return the line that stands in for ``qty`` units of another, not kept yet: the customer pays no more for it."""
    units = needed(qty, rule.units, rule.per)
    return OrderLine(
        order_id=line.order_id,
        position=position,
        product_id=rule.substitute_id,
        ordered_qty=units,
        unit_price=(line.unit_price * qty / units).quantize(_PENNY, rounding=ROUND_DOWN),
    )


@entry_verb
def swap_back(ref: str, *, position: int, actor: Actor | None, now: datetime, version: int | None = None) -> Order:
    """Take a swap back: the line that stands in is cancelled, and its units are wanted of the first product again.

    Raises Conflict when part of the line at ``position`` is picked, shipped or cancelled.
    """
    order = lock_open_order(ref, version=version)
    line = order.lines.filter(position=position).select_related("product", "substitution__replaces__product").first()
    swapped = getattr(line, "substitution", None)
    if line is None or swapped is None:
        wrong = f"Line {position} of {order.ref} stands in for no other."
        raise Invalid(wrong, fields={"position": wrong})
    first = swapped.replaces
    mark_dirty({*product_ids_of(order), first.product_id}, cause="swapped_back", reference=order.ref)
    claims = [claim for claim in lock_claims(order, [line.product_id]) if claim.line_id == line.pk]
    if line.open_qty < line.ordered_qty or any(claim.state == AllocationState.PICKED for claim in claims):
        raise Conflict(
            f"Part of line {position} of {order.ref} is picked, shipped or cancelled, so it can no longer "
            "be swapped back.",
            code="too_late",
        )
    drop(take_all(claims))
    order.lines.filter(pk=line.pk).update(cancelled_qty=F("ordered_qty"))
    order.lines.filter(pk=first.pk).update(cancelled_qty=F("cancelled_qty") - swapped.replaced_qty)
    save_order(order)
    said = {"position": position, "sku": first.product.sku, "qty": swapped.replaced_qty, "substitute": line.product.sku}
    tell(order, "orders.substitution_undone", actor=actor, now=now, payload=said)
    return order


def needs_consent(order: Order, rule: Substitute) -> bool:
    """Tell whether the customer has to be asked: what they said of the order goes before the product's rule."""
    if order.substitutes == SubstituteConsent.ASK:
        return rule.needs_consent
    return order.substitutes == SubstituteConsent.NEVER


def unasked_substitutes(order: Order, product_ids: Iterable[int]) -> list[Substitute]:
    """Return what may stand in for products as an order comes in, without asking, the first to try first."""
    rules = Substitute.objects.filter(product_id__in=list(product_ids), substitute__is_active=True)
    return [rule for rule in rules.order_by("product_id", "place", "pk") if not needs_consent(order, rule)]


def substitute_at_entry(order: Order, rules: Iterable[Substitute], *, actor: Actor | None, now: datetime) -> None:
    """Swap lines of a new order whose units are not there for a substitute of which all are. Takes part in intake."""
    by_product: dict[int, list[Substitute]] = {}
    for rule in rules:
        by_product.setdefault(rule.product_id, []).append(rule)
    if not by_product:
        return
    involved = {rule.substitute_id for found in by_product.values() for rule in found} | set(by_product)
    free = free_units(involved)
    for line in order.lines.filter(product_id__in=by_product).order_by("position"):
        if free.get(line.product_id, 0) >= line.ordered_qty:
            free[line.product_id] -= line.ordered_qty
            continue
        found = _first_there(by_product[line.product_id], line.ordered_qty, free)
        if found is None:
            free[line.product_id] = 0  # the line takes what is there, and leaves none to a later one
            continue
        swap(order, line, found, line.ordered_qty, is_agreed=False, actor=actor, now=now)
        free[found.substitute_id] -= needed(line.ordered_qty, found.units, found.per)


def take_substitutes(*, now: datetime) -> int:
    """Swap waiting lines for substitutes that need no consent and are there in full; return how many.

    Best rank first, each in a transaction of its own; what changed meanwhile is left to the next look.
    """
    is_agreed = Q(Exists(Order.objects.filter(status=OrderStatus.OPEN, substitutes=SubstituteConsent.AGREED)))
    if not Substitute.objects.filter(Q(needs_consent=False) | is_agreed, when=SubstituteWhen.ANY).exists():
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, [_AT_ONCE])
        rows = cursor.fetchall()
    free = free_units(row[5] for row in rows)
    done: set[str] = set()  # one swap an order at a time: the next look sees it with its new version
    for ref, version, position, short, _, substitute_id, units, per, sku in rows:
        wanted = needed(short, units, per)
        if ref in done or free.get(substitute_id, 0) < wanted:
            continue
        try:
            substitute_line(ref, position=position, sku=sku, qty=short, actor=None, now=now, version=version)
        except DomainError:
            continue
        free[substitute_id] -= wanted
        done.add(ref)
    return len(done)


def _first_there(rules: Iterable[Substitute], qty: int, free: Mapping[int, int]) -> Substitute | None:
    there = (rule for rule in rules if free.get(rule.substitute_id, 0) >= needed(qty, rule.units, rule.per))
    return next(there, None)
