"""Orders that come in, from whatever channel, each exactly once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from django.db import IntegrityError, connection, transaction

from inventory.dirty import mark_dirty
from inventory.models import Product
from kernel.errors import Conflict
from kernel.people import Actor
from kernel.text import is_plain
from kernel.transactions import entry_verb, sqlstate
from orders.customers import update_customer
from orders.entry.incoming import CustomerIn, LineIn, OrderIn
from orders.entry.intake_checks import check_order
from orders.handling.editing import tell
from orders.handling.hold_sources import hold_by_rule
from orders.handling.substituting import substitute_at_entry, unasked_substitutes
from orders.handling.terms import take_over_terms
from orders.models import Customer, Order, OrderLine, SubstituteConsent, Tier

UNIQUE_VIOLATION = "23505"


__all__ = ["CustomerIn", "LineIn", "OrderIn", "take_in"]


@entry_verb
def take_in(order: OrderIn, *, actor: Actor | None, now: datetime) -> tuple[Order, bool]:
    """Take an order in; return it and whether it is new.

    The same order sent again, however often and however much at once, is the order that is there already. Another order
    under the same name raises Conflict; wrong content raises Invalid naming every wrong field. Locks: the customer,
    then the pools.
    """
    digest = _digest(order)
    known = _known(order, digest)
    if known:  # before the checks: what was right then may be wrong by now, such as a product no longer sold
        return known, False
    clean, products = check_order(order, now=now)
    customer, affected = _upsert_customer(clean.customer)
    taken = Order(
        ref=_next_ref(),
        channel=clean.channel,
        external_id=clean.external_id,
        customer=customer,
        placed_at=clean.placed_at or now,
        requested_on=clean.requested_on,
        ship_policy=clean.ship_policy,
        substitutes=clean.substitutes,
        ship_to=clean.ship_to,
        intake_digest=digest,
    )
    if not _insert(taken):
        return _existing(clean, digest), False
    wanted = {product.pk for product in products}
    stand_ins = unasked_substitutes(taken, wanted)
    pools = wanted | affected | {rule.substitute_id for rule in stand_ins}
    mark_dirty(pools, cause="taken_in", reference=taken.ref)
    take_over_terms(taken)
    _insert_lines(taken, clean.lines, products)
    substitute_at_entry(taken, stand_ins, actor=actor, now=now)
    tell(taken, "orders.taken_in", actor=actor, now=now, payload={"channel": taken.channel})
    hold_by_rule(taken, now=now)
    return taken, True


def _digest(order: OrderIn) -> str:
    content = asdict(order)
    if order.substitutes == SubstituteConsent.ASK:  # as orders came in before there was a choice
        del content["substitutes"]
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _known(order: OrderIn, digest: str) -> Order | None:
    if not order.external_id or not is_plain(order.channel + order.external_id):
        return None
    found = Order.objects.filter(channel=order.channel, external_id=order.external_id).first()
    if found and found.intake_digest != digest:
        raise Conflict(
            f"{order.external_id} of {order.channel} is {found.ref} already, with other content. "
            "Change that order, or send this one under another id.",
            code="external_id_reused",
        )
    return found


def _existing(order: OrderIn, digest: str) -> Order:
    found = _known(order, digest)
    if found is None:
        raise Conflict("The order is being taken in at this moment. Send it again in a second.", code="in_flight")
    return found


def _insert(order: Order) -> bool:
    """Insert the order; False when a concurrent request has just taken it in (the unique index made us wait for it)."""
    try:
        with transaction.atomic():
            order.save(force_insert=True)
    except IntegrityError as error:
        if sqlstate(error) != UNIQUE_VIOLATION:
            raise
        return False
    return True


def _insert_lines(order: Order, lines: Sequence[LineIn], products: Sequence[Product]) -> None:
    OrderLine.objects.bulk_create(
        OrderLine(
            order=order,
            position=position,
            product=product,
            ordered_qty=line.qty,
            unit_price=product.unit_price if line.unit_price is None else line.unit_price,
        )
        for position, (line, product) in enumerate(zip(lines, products, strict=True), start=1)
    )


def _upsert_customer(given: CustomerIn) -> tuple[Customer, set[int]]:
    """Make or update the customer; return the products to plan anew because their tier changed.

    When nothing differs it writes nothing and shares the row, so that orders of busy customers do not queue here; but a
    change of tier waits for the orders that are coming in, and they for it (orders.customers).
    """
    values = {field: value for field, value in asdict(given).items() if value}
    customer, _ = Customer.objects.get_or_create(
        code=given.code, defaults={"name": given.code, "tier": Tier.STANDARD, **values}
    )
    if all(getattr(customer, field) == value for field, value in values.items()):
        with connection.cursor() as cursor:
            cursor.execute("SELECT FROM orders_customer WHERE id = %s FOR KEY SHARE", [customer.pk])
        return customer, set()
    customer = Customer.objects.select_for_update().get(pk=customer.pk)
    return customer, update_customer(customer, values)[1]


def _next_ref() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('orders_ref_seq')")
        return f"SO-{cursor.fetchone()[0]}"
