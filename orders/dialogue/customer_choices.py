"""What a customer decides about an order on its own page. Each choice is a verb like a colleague's: it locks, checks,
changes, asks for a plan, and is kept.

Locks: the order, the pools, the stock levels, the notice of delay. A ``Sent`` form that comes a second time changes
nothing and is no error; one that the world has overtaken raises Conflict. Refusals speak the language of the page.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from inventory.dirty import mark_dirty
from inventory.queries import product_by_sku
from kernel.errors import Conflict, Invalid
from kernel.text import clean_text
from kernel.transactions import entry_verb
from orders.dialogue.delays import agree
from orders.dialogue.snapshots import customer_payloads
from orders.handling.claims import change_state, drop, lock_claims, take_all
from orders.handling.editing import close_if_done, lock_order, product_ids_of, save_order, tell
from orders.handling.hold_rights import is_open_to_all
from orders.handling.substituting import replace_units
from orders.models import (
    Allocation,
    AllocationState,
    ChoiceKind,
    Customer,
    CustomerChoice,
    Hold,
    HoldKind,
    Order,
    OrderLine,
    OrderStatus,
    ShipPolicy,
)
from orders.queries.customer_order import offers

REASON = "The customer asked for it."
SHORTEST_ADDRESS = 15
_POLICIES = {ChoiceKind.SEND_READY: ShipPolicy.PARTIAL, ChoiceKind.TOGETHER: ShipPolicy.COMPLETE}


@dataclass(frozen=True, slots=True)
class Sent:
    """A form as it was sent: the order's ``version`` that the customer saw, and a ``digest`` of all that it says."""

    version: int
    digest: str = ""


@entry_verb
def choose_shipping(ref: str, *, kind: str, sent: Sent, notice_id: int | None = None, now: datetime) -> Order:
    """Wait for the date as it is, take what is ready now, or keep everything together.

    The last two change the order's ship policy, and so its plan. ``notice_id`` is the notice of delay that asked, with
    the date that the customer agrees to.
    """
    if kind not in (ChoiceKind.WAIT, *_POLICIES):
        wrong = _("Choose one of the ways we offer.")
        raise Invalid(wrong, fields={"kind": wrong})
    order, is_done = _own(ref, sent)
    if is_done:
        return order
    policy = _POLICIES.get(ChoiceKind(kind), order.ship_policy)
    if policy == order.ship_policy:
        save_order(order)
    else:
        mark_dirty(product_ids_of(order), cause="customer_chose", reference=order.ref)
        order.ship_policy = policy
        save_order(order, "ship_policy")
    if notice_id is not None:
        agree(order, notice_id, actor=None, now=now)
    _keep(order, ChoiceKind(kind), "", sent=sent, now=now)
    return order


@entry_verb
def take_substitute(ref: str, *, position: int, sku: str, qty: int, sent: Sent, now: datetime) -> Order:
    """Take ``sku`` instead of ``qty`` units of a line that lacks them; asking for it is the consent."""
    order, is_done = _own(ref, sent)
    if is_done:
        return order
    offer = next((each for each in offers(order) if (each.position, each.substitute) == (position, sku)), None)
    if offer is None or offer.covers_qty < qty:
        raise Conflict(_("This is no longer on offer. Here is your order as it is now."), code="stale")
    other = product_by_sku(sku)
    mark_dirty({*product_ids_of(order), other.pk}, cause="customer_chose", reference=order.ref)
    replaced = replace_units(order, position=position, other=other, qty=qty, is_agreed=True, actor=None, now=now)
    save_order(order)
    tell(order, "orders.line_substituted", actor=None, now=now, payload=replaced)
    words = f"{replaced['qty']} × {replaced['sku']} by {replaced['substitute']}"
    _keep(order, ChoiceKind.SUBSTITUTE, words, sent=sent, now=now)
    return order


@entry_verb
def cancel_items(ref: str, *, positions: Collection[int], sent: Sent, now: datetime) -> Order:
    """Cancel all that is open of these lines and give their units back; what is picked already cannot be cancelled."""
    if not positions:
        wrong = _("Choose what to cancel.")
        raise Invalid(wrong, fields={"position": wrong})
    order, is_done = _own(ref, sent)
    if is_done:
        return order
    lines = list(order.lines.filter(position__in=positions, open_qty__gt=0).select_related("product"))
    if len(lines) != len(set(positions)):
        wrong = _("Part of this has left or is cancelled already. Look at your order again.")
        raise Conflict(wrong, code="stale")
    products = list(product_ids_of(order))  # every one: rules may rank the whole order by what it is worth
    mark_dirty(products, cause="customer_cancelled", reference=order.ref)
    wanted = {line.pk for line in lines}
    claims = [claim for claim in lock_claims(order, products) if claim.line_id in wanted]
    if any(claim.state == AllocationState.PICKED for claim in claims):
        wrong = _("Part of this is being packed. Answer our mail and we will see what we can do.")
        raise Conflict(wrong, code="picked")
    _cancel(order, {line: line.open_qty for line in lines}, claims, ChoiceKind.CANCEL, sent=sent, now=now)
    return order


@entry_verb
def cancel_rest(ref: str, *, ready: int, sent: Sent, now: datetime) -> Order:
    """Cancel the units that are not on hand; ``ready`` are those that the customer saw and that leave next.

    They are pinned: the order is worth less from now on, and no other may take them for that.
    """
    order, is_done = _own(ref, sent)
    if is_done:
        return order
    products = list(product_ids_of(order))
    mark_dirty(products, cause="customer_cancelled", reference=order.ref)
    held: dict[int, int] = {}
    claims = lock_claims(order, products)
    for claim in claims:
        held[claim.line_id] = held.get(claim.line_id, 0) + claim.qty
    lines = order.lines.filter(open_qty__gt=0).select_related("product").order_by("position")
    short = {line: line.open_qty - held.get(line.pk, 0) for line in lines}
    if sum(held.values()) != ready or not any(short.values()) or not ready:
        wrong = _("What is ready has changed since you opened this page. Here it is now.")
        raise Conflict(wrong, code="stale")
    loose = take_all(claim for claim in claims if claim.state == AllocationState.PLANNED)
    if loose:
        change_state(loose, AllocationState.PINNED)
    rest = {line: qty for line, qty in short.items() if qty}
    _cancel(order, rest, [], ChoiceKind.CANCEL_REST, sent=sent, now=now)
    return order


@entry_verb
def change_address(ref: str, *, ship_to: str, sent: Sent, now: datetime) -> Order:
    """Send the order elsewhere. An order that is held for its address is released: this is the answer we waited for,
    unless only some may judge it."""
    ship_to = _clean(ship_to, field="ship_to", max_length=1000, multiline=True)
    if len(ship_to) < SHORTEST_ADDRESS or "\n" not in ship_to:
        wrong = _("Give the whole address: name, street, town and postcode, each on a line.")
        raise Invalid(wrong, fields={"ship_to": wrong})
    order, is_done = _own(ref, sent)
    if is_done:
        return order
    if Allocation.objects.filter(line__order=order, state=AllocationState.PICKED).exists():
        wrong = _("Your order is being packed for the address we have. Answer our mail and we will see what we can do.")
        raise Conflict(wrong, code="picked")
    held = Hold.objects.filter(order=order, kind=HoldKind.ADDRESS, released_at=None)
    if held.exists() and is_open_to_all(HoldKind.ADDRESS):
        mark_dirty(product_ids_of(order), cause="customer_chose", reference=order.ref)
        held.update(released_at=now)
    order.ship_to = ship_to
    save_order(order, "ship_to")
    _keep(order, ChoiceKind.ADDRESS, " · ".join(ship_to.splitlines()), sent=sent, now=now)
    return order


@entry_verb
def change_contact(ref: str, *, contact_name: str, phone: str, sent: Sent, now: datetime) -> Order:
    """Say whom to ask for and under which number. The address for mails stays: it is how the customer got here."""
    contact_name = _clean(contact_name, field="contact_name", max_length=200)
    phone = _clean(phone, field="phone", max_length=40)
    if not contact_name and not phone:
        wrong = _("Give a name or a number.")
        raise Invalid(wrong, fields={"contact_name": wrong})
    order, is_done = _own(ref, sent)
    if is_done:
        return order
    given = {"contact_name": contact_name, "phone": phone}
    Customer.objects.filter(pk=order.customer_id).update(**{name: text for name, text in given.items() if text})
    save_order(order)
    _keep(order, ChoiceKind.CONTACT, ", ".join(filter(None, given.values())), sent=sent, now=now)
    return order


def _own(ref: str, sent: Sent) -> tuple[Order, bool]:
    """Lock the order as the customer saw it, and tell whether this very form has been done already."""
    order = lock_order(ref)
    if sent.digest and order.customer_choices.filter(order_version=sent.version, form_digest=sent.digest).exists():
        return order, True
    if order.status == OrderStatus.SHIPPED:
        raise Conflict(_("Your order has left already, so nothing was changed."), code="closed")
    if order.status == OrderStatus.CANCELLED:
        raise Conflict(_("Your order is cancelled already, so nothing was changed."), code="closed")
    if sent.version != order.version:
        raise Conflict(_("Your order has changed since you opened this page. Here it is now."), code="stale")
    return order, False


def _cancel(
    order: Order,
    units: dict[OrderLine, int],
    claims: Collection[Allocation],
    kind: ChoiceKind,
    *,
    sent: Sent,
    now: datetime,
) -> None:
    """Cancel units of lines, give back the claims, close the order if nothing is left, and keep the choice."""
    payload = customer_payloads([order.pk])[order.pk]
    drop(take_all(claims))
    for line, qty in units.items():
        line.cancelled_qty += qty
    OrderLine.objects.bulk_update(units, ["cancelled_qty"])
    save_order(order)
    words = ", ".join(f"{qty} × {line.product.sku}" for line, qty in units.items())
    if close_if_done(order, now=now):
        said = {**payload, "cancel_reason": REASON}
        tell(order, "orders.cancelled", actor=None, now=now, payload=said, subject=f"order:{order.pk}:promise")
    _keep(order, kind, words, sent=sent, now=now)


def _keep(order: Order, kind: ChoiceKind, details: str, *, sent: Sent, now: datetime) -> None:
    CustomerChoice.objects.create(
        order=order,
        order_version=sent.version,
        form_digest=sent.digest,
        kind=kind,
        details=details[:300],
        made_at=now,
    )
    tell(order, "orders.customer_chose", actor=None, now=now, payload={"kind": kind, "details": details[:300]})


def _clean(text: str, *, field: str, max_length: int, multiline: bool = False) -> str:
    try:
        return clean_text(text, field=field, max_length=max_length, multiline=multiline)
    except Invalid as refusal:
        wrong = _("Write at most %(count)s characters, and leave out unusual ones.") % {"count": max_length}
        raise Invalid(wrong, fields={field: wrong}) from refusal
