"""What a customer decides about an order on its own page. Each choice is a verb like a colleague's: it locks, checks,
changes, asks for a plan, and is kept.

Locks: the order, the pools, the stock levels. ``version`` is the order as the customer saw it: a form sent twice, or
one that the world has overtaken, raises Conflict and changes nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db.models import F

from inventory.dirty import mark_dirty
from kernel.errors import Conflict, Invalid
from kernel.text import clean_text
from kernel.transactions import entry_verb
from orders.addressing import whole_address
from orders.claims import drop, lock_claims, take_all
from orders.editing import close_if_done, lock_open_order, product_ids_of, save_order, tell
from orders.models import (
    AllocationState,
    ChoiceKind,
    Customer,
    CustomerChoice,
    Hold,
    HoldKind,
    Order,
    OrderLine,
    ShipPolicy,
)
from orders.snapshots import customer_payloads

REASON = "The customer asked for it."
_POLICIES = {ChoiceKind.SEND_READY: ShipPolicy.PARTIAL, ChoiceKind.TOGETHER: ShipPolicy.COMPLETE}


@entry_verb
def choose_shipping(ref: str, *, kind: str, version: int, now: datetime) -> Order:
    """Wait for the date as it is, take what is ready now, or keep everything together.

    The last two change the order's ship policy, and so its plan.
    """
    if kind not in (ChoiceKind.WAIT, *_POLICIES):
        raise Invalid("Choose one of the ways we offer.", fields={"kind": "Choose one of the ways we offer."})
    order = lock_open_order(ref, version=version)
    policy = _POLICIES.get(ChoiceKind(kind), order.ship_policy)
    if policy == order.ship_policy:
        save_order(order)
    else:
        mark_dirty(product_ids_of(order), cause="customer_chose", reference=order.ref)
        order.ship_policy = policy
        save_order(order, "ship_policy")
    _keep(order, ChoiceKind(kind), "", version=version, now=now)
    return order


@entry_verb
def cancel_items(ref: str, *, positions: Collection[int], version: int, now: datetime) -> Order:
    """Cancel all that is open of these lines and give their units back; what is picked already cannot be cancelled."""
    if not positions:
        raise Invalid("Choose what to cancel.", fields={"position": "Choose what to cancel."})
    order = lock_open_order(ref, version=version)
    lines = list(order.lines.filter(position__in=positions, open_qty__gt=0).select_related("product"))
    if len(lines) != len(set(positions)):
        raise Conflict("Part of this has left or is cancelled already. Look at your order again.", code="stale")
    products = list(product_ids_of(order))  # every one: rules may rank the whole order by what it is worth
    mark_dirty(products, cause="customer_cancelled", reference=order.ref)
    _give_back(order, lines, products)
    payload = customer_payloads([order.pk])[order.pk]
    order.lines.filter(pk__in=[line.pk for line in lines]).update(cancelled_qty=F("cancelled_qty") + F("open_qty"))
    save_order(order)
    words = ", ".join(f"{line.open_qty} × {line.product.sku}" for line in lines)
    if close_if_done(order, now=now):
        said = {**payload, "cancel_reason": REASON}
        tell(order, "orders.cancelled", actor=None, now=now, payload=said, subject=f"order:{order.pk}:promise")
    _keep(order, ChoiceKind.CANCEL, words, version=version, now=now)
    return order


@entry_verb
def change_address(ref: str, *, ship_to: str, version: int, now: datetime) -> Order:
    """Send the order elsewhere. An order that is held for its address is released: this is the answer we waited for."""
    ship_to = whole_address(ship_to)
    order = lock_open_order(ref, version=version)
    held = Hold.objects.filter(order=order, kind=HoldKind.ADDRESS, released_at=None)
    if held.exists():
        mark_dirty(product_ids_of(order), cause="customer_chose", reference=order.ref)
        held.update(released_at=now)
    order.ship_to = ship_to
    save_order(order, "ship_to")
    _keep(order, ChoiceKind.ADDRESS, " · ".join(ship_to.splitlines()), version=version, now=now)
    return order


@entry_verb
def change_contact(ref: str, *, contact_name: str, phone: str, version: int, now: datetime) -> Order:
    """Say whom to ask for and under which number. The address for mails stays: it is how the customer got here."""
    contact_name = clean_text(contact_name, field="contact_name", max_length=200)
    phone = clean_text(phone, field="phone", max_length=40)
    if not contact_name and not phone:
        raise Invalid("Give a name or a number.", fields={"contact_name": "Give a name or a number."})
    order = lock_open_order(ref, version=version)
    given = {"contact_name": contact_name, "phone": phone}
    Customer.objects.filter(pk=order.customer_id).update(**{name: text for name, text in given.items() if text})
    save_order(order)
    _keep(order, ChoiceKind.CONTACT, ", ".join(filter(None, given.values())), version=version, now=now)
    return order


def _give_back(order: Order, lines: Collection[OrderLine], products: Collection[int]) -> None:
    wanted = {line.pk for line in lines}
    claims = [claim for claim in lock_claims(order, products) if claim.line_id in wanted]
    if any(claim.state == AllocationState.PICKED for claim in claims):
        raise Conflict("Part of this is being packed. Answer our mail and we will see what we can do.", code="picked")
    drop(take_all(claims))


def _keep(order: Order, kind: ChoiceKind, details: str, *, version: int, now: datetime) -> None:
    CustomerChoice.objects.create(order=order, order_version=version, kind=kind, details=details[:300], made_at=now)
    tell(order, "orders.customer_chose", actor=None, now=now, payload={"kind": kind, "details": details[:300]})
