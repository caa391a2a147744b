"""What an order asks beyond its ship policy: not too little at a time, not from too many places.

Locks: the order, then the pools; of a customer's usual terms the customer alone, since orders that are in keep theirs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from inventory.dirty import mark_dirty
from inventory.setup_history import check_version, record_change
from kernel.errors import Conflict, Invalid, NotFound
from kernel.people import Actor, key_of
from kernel.text import is_plain
from kernel.transactions import entry_verb, require_transaction
from notifications.outbox import record_fact
from orders.handling.editing import lock_open_order, product_ids_of, save_order, tell
from orders.models import (
    Customer,
    CustomerTerms,
    FillMeasure,
    Order,
    OrderLine,
    OrderTerms,
    ShipPolicy,
    SubstituteConsent,
)
from orders.planning.terms import fill_of_release

SETUP_KIND = "terms"
MAX_RELEASES = 20
MAX_SOURCES = 100


@entry_verb
def change_order_terms(
    ref: str,
    *,
    line_fills: Sequence[int] = (),
    order_fills: Sequence[int] = (),
    fill_by: str = FillMeasure.UNITS,
    max_sources: int = 0,
    ship_policy: str = "",
    substitutes: str = "",
    actor: Actor | None,
    now: datetime,
    version: int | None = None,
) -> Order:
    """Set what an open order asks from now on; all at their defaults asks nothing. Without ``ship_policy`` and
    ``substitutes``, what the customer said about substitutes, those stay.

    Fills are percent, one a release, the last for all later ones. Planned anew with all its products.
    """
    asked = _checked(line_fills, order_fills, fill_by, max_sources)
    if ship_policy and ship_policy not in ShipPolicy.values:
        raise Invalid("Choose how it ships.", fields={"ship_policy": f"One of: {', '.join(ShipPolicy.values)}."})
    if substitutes and substitutes not in SubstituteConsent.values:
        raise Invalid(
            "Choose what the customer said.", fields={"substitutes": f"One of: {', '.join(SubstituteConsent.values)}."}
        )
    order = lock_open_order(ref, version=version)
    mark_dirty(product_ids_of(order), cause="terms_changed", reference=order.ref)
    _keep(OrderTerms, asked, order=order)
    order.ship_policy = ship_policy or order.ship_policy
    order.substitutes = substitutes or order.substitutes
    save_order(order, "ship_policy", "substitutes")
    said = {"terms": asked, "ships": order.ship_policy, "substitutes": order.substitutes}
    tell(order, "orders.terms_changed", actor=actor, now=now, payload=said)
    return order


@entry_verb
def change_customer_terms(
    code: str,
    *,
    line_fills: Sequence[int] = (),
    order_fills: Sequence[int] = (),
    fill_by: str = FillMeasure.UNITS,
    max_sources: int = 0,
    actor: Actor | None,
    now: datetime,
    version: int | None = None,
) -> Customer:
    """Set what orders of a customer come in with from now on; orders that are in keep the terms they came in with.

    ``version`` is that of ``inventory.setup_history``; Conflict where somebody changed the terms since.
    """
    asked = _checked(line_fills, order_fills, fill_by, max_sources)
    customer = Customer.objects.select_for_update().filter(code=code).first() if is_plain(code) else None
    if customer is None:
        raise NotFound(f"There is no customer {code[:40]}.")
    check_version(SETUP_KIND, customer.code, version)
    before = asked_of(CustomerTerms.objects.filter(customer=customer).first())
    _keep(CustomerTerms, asked, customer=customer)
    record_change(SETUP_KIND, customer.code, before=before, after=asked, actor=actor, now=now)
    record_fact(
        "orders.customer_terms_changed",
        payload={"code": customer.code, "terms": asked, "actor": key_of(actor)},
        dedupe_key=f"customer_terms:{customer.pk}:{now.isoformat()}",
        now=now,
    )
    return customer


def asked_of(terms: CustomerTerms | OrderTerms | None) -> dict[str, Any]:
    """Return terms as the verbs take them; those of nobody ask for nothing."""
    terms = terms or CustomerTerms()
    return {name: getattr(terms, name) for name in ("line_fills", "order_fills", "fill_by", "max_sources")}


def take_over_terms(order: Order) -> None:
    """Give a new order its customer's usual terms. Takes part in intake."""
    require_transaction()
    usual = CustomerTerms.objects.filter(customer_id=order.customer_id).first()
    if usual is not None:
        OrderTerms.objects.create(order=order, **asked_of(usual))


def check_fills(order: Order, open_lines: Iterable[OrderLine], wanted: Mapping[int, int]) -> None:
    """Refuse a shipment that its order's terms call too little; ``wanted`` are its units by line. Takes part in ship.

    All that is still open may always leave.
    """
    terms = OrderTerms.objects.filter(order=order).first()
    lines = list(open_lines)
    if terms is None or all(wanted.get(line.pk, 0) == line.open_qty for line in lines):
        return
    releases = order.shipments.count()
    least = fill_of_release(terms.line_fills, releases)
    for line in lines:
        qty = wanted.get(line.pk, 0)
        if qty and qty * 100 < least * line.open_qty:
            raise Conflict(
                f"{order.ref} takes no less than {least} % of a line at a time, and {qty} of {line.open_qty} units of "
                f"line {line.position} is less. Ship more of it or none, or change the order's terms.",
                code="below_fill",
            )
    weights = {line.pk: line.unit_price if terms.fill_by == FillMeasure.VALUE else 1 for line in lines}
    part = sum(wanted.get(line.pk, 0) * weights[line.pk] for line in lines)
    whole = sum(line.open_qty * weights[line.pk] for line in lines)
    least = fill_of_release(terms.order_fills, releases)
    if part * 100 < least * whole:
        raise Conflict(
            f"{order.ref} takes no less than {least} % of its open {terms.get_fill_by_display().lower()} at a time, "
            "and this is less. Wait for more, or change the order's terms.",
            code="below_fill",
        )


def _checked(
    line_fills: Sequence[int], order_fills: Sequence[int], fill_by: str, max_sources: int
) -> dict[str, object]:
    wrong: dict[str, str] = {}
    for name, fills in (("line_fills", line_fills), ("order_fills", order_fills)):
        if len(fills) > MAX_RELEASES or any(not 0 <= percent <= 100 for percent in fills):
            wrong[name] = f"Give percent from 0 to 100, at most {MAX_RELEASES} of them."
    if fill_by not in FillMeasure.values:
        wrong["fill_by"] = f"Choose one of: {', '.join(FillMeasure.values)}."
    if not 0 <= max_sources <= MAX_SOURCES:
        wrong["max_sources"] = f"Give a number from 0 (any) to {MAX_SOURCES}."
    if wrong:
        raise Invalid("Correct what is marked; nothing was changed.", fields=wrong)
    return {
        "line_fills": list(line_fills) if any(line_fills) else [],
        "order_fills": list(order_fills) if any(order_fills) else [],
        "fill_by": str(fill_by),
        "max_sources": max_sources,
    }


def _keep(model: type[OrderTerms] | type[CustomerTerms], asked: Mapping[str, Any], **owner: Any) -> None:
    """Write the terms, or no row where nothing is asked: its being there has the order served as one."""
    if asked["line_fills"] or asked["order_fills"] or asked["max_sources"]:
        model._default_manager.update_or_create(**owner, defaults=dict(asked))
    else:
        model._default_manager.filter(**owner).delete()
