"""What people do with an order while it waits: hold, release, cancel, expedite, note.

Locks, in this order: the order row, the pools (dirty marks), the stock levels. Every verb raises NotFound for an
unknown order and Conflict when the order is closed, was changed since ``version``, or a rule forbids the change.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db.models import F
from django.utils import timezone

from inventory.dirty import mark_dirty
from kernel.bounds import check_qty
from kernel.errors import Conflict, Invalid
from kernel.live import announce
from kernel.people import Actor, key_of
from kernel.text import clean_text
from kernel.transactions import entry_verb, require_transaction
from notifications.texts.placeholders import QUESTIONS
from orders.dialogue.questions import HOLD_SUBJECT, ask_customers
from orders.dialogue.snapshots import customer_payloads
from orders.handling.claims import drop, lock_claims, take, take_all
from orders.handling.editing import close_if_done, lock_open_order, lock_order, product_ids_of, save_order, tell
from orders.handling.hold_rights import refuse_release
from orders.handling.mentions import mention
from orders.models import Allocation, AllocationState, Hold, HoldKind, Order, OrderLine, OrderNote

MAX_NOTE = 4000


@entry_verb
def hold(
    ref: str,
    *,
    kind: str,
    reason: str = "",
    ends_on: date | None = None,
    actor: Actor | None,
    now: datetime,
    version: int | None = None,
) -> Order:
    """Keep an order from taking stock and shipping. What planning gave it goes back; picked and pinned units stay.

    On the morning of ``ends_on`` it is released by itself (``handling.ending``), None: only by somebody.
    """
    reason = clean_text(reason, field="reason", max_length=200)
    ends_on = check_end(ends_on, now=now)
    order = lock_open_order(ref, version=version)
    place_hold(order, kind=kind, reason=reason, ends_on=ends_on, actor=actor, now=now)
    return order


def place_hold(
    order: Order, *, kind: str, reason: str, ends_on: date | None = None, actor: Actor | None, now: datetime
) -> None:
    """Hold a locked order; participant of the caller's transaction, in which no stock level is locked yet."""
    require_transaction()
    if kind not in HoldKind.values:
        wrong = f"Choose one of: {', '.join(HoldKind.values)}."
        raise Invalid(wrong, fields={"kind": wrong})
    if order.holds.filter(kind=kind, released_at=None).exists():
        raise Conflict(f"{order.ref} is on hold ({kind}) already. Release that hold first.", code="already_held")
    products = list(product_ids_of(order))
    mark_dirty(products, cause="held", reference=order.ref)
    Hold.objects.create(
        order=order, kind=kind, reason=reason, ends_on=ends_on, placed_at=now, placed_by_id=key_of(actor)
    )
    drop(take_all(_planned(lock_claims(order, products))))
    save_order(order)
    said = {"kind": kind, "reason": reason, "ends_on": ends_on.isoformat() if ends_on else None}
    tell(order, "orders.held", actor=actor, now=now, payload=said)
    if kind in QUESTIONS:
        ask_customers([order], kind, actor=actor, now=now)


@entry_verb
def release(
    ref: str, *, kind: str | None = None, actor: Actor | None, now: datetime, version: int | None = None
) -> Order:
    """Release the order's hold of ``kind``, or every hold; raise Forbidden where the actor may not release them all."""
    order = lock_open_order(ref, version=version)
    holds = order.holds.filter(released_at=None)
    if kind is not None:
        holds = holds.filter(kind=kind)
    kinds = sorted(holds.values_list("kind", flat=True))
    if not kinds:
        raise Conflict(f"{order.ref} is not on {f'{kind} ' if kind else ''}hold.", code="not_held")
    refuse_release(actor, kinds)
    mark_dirty(product_ids_of(order), cause="released", reference=order.ref)
    holds.update(released_at=now, released_by_id=key_of(actor))
    save_order(order)
    subject = HOLD_SUBJECT.format(id=order.pk)
    tell(order, "orders.released", actor=actor, now=now, payload={"kinds": kinds}, subject=subject)
    return order


@entry_verb
def cancel_order(ref: str, *, reason: str, actor: Actor | None, now: datetime, version: int | None = None) -> Order:
    """Cancel everything that has not been shipped, give its units back and tell the customer."""
    reason = clean_text(reason, field="reason", max_length=200)
    order = lock_open_order(ref, version=version)
    mark_dirty(product_ids_of(order), cause="cancelled", reference=order.ref)
    cancel_all(order, kind="orders.cancelled", reason=reason, actor=actor, now=now)
    return order


def cancel_all(
    order: Order, *, kind: str, reason: str, actor: Actor | None, now: datetime, said: Mapping[str, Any] | None = None
) -> None:
    """Cancel all open units and close the order; the customer is told by a fact of ``kind``, which also says ``said``.

    A participant: its caller has locked the order and marked its products dirty. Raises Conflict when units are picked.
    """
    require_transaction()
    claims = lock_claims(order, list(product_ids_of(order)))
    _refuse_picked(order, claims)
    payload = {**customer_payloads([order.pk])[order.pk], **(said or {}), "cancel_reason": reason}
    drop(take_all(claims))
    order.lines.filter(open_qty__gt=0).update(cancelled_qty=F("cancelled_qty") + F("open_qty"))
    save_order(order)
    close_if_done(order, now=now)
    tell(order, kind, actor=actor, now=now, payload=payload, subject=f"order:{order.pk}:promise")


@entry_verb
def cancel_line(
    ref: str,
    *,
    position: int,
    qty: int | None = None,
    reason: str,
    actor: Actor | None,
    now: datetime,
    version: int | None = None,
) -> Order:
    """Cancel ``qty`` open units of one line, or all of them. Units without stock go first, picked ones never.

    Cancelling the last open units closes the order, as ``cancel_order`` would, and tells the customer.
    """
    reason = clean_text(reason, field="reason", max_length=200)
    order = lock_open_order(ref, version=version)
    line = _open_line(order, position)
    qty = line.open_qty if qty is None else check_qty(qty, field="qty")
    if qty > line.open_qty:
        raise Conflict(f"Line {position} of {order.ref} has {line.open_qty} open units. Cancel at most that many.")
    # Every open product: the order is worth less now, and rules may rank all its lines by that.
    mark_dirty(product_ids_of(order), cause="line_cancelled", reference=order.ref)
    claims = [claim for claim in lock_claims(order, [line.product_id]) if claim.line_id == line.pk]
    surplus = max(0, sum(claim.qty for claim in claims) - (line.open_qty - qty))
    unpicked = [claim for claim in reversed(claims) if claim.state != AllocationState.PICKED]
    if surplus > sum(claim.qty for claim in unpicked):
        _refuse_picked(order, claims)
    payload = customer_payloads([order.pk])[order.pk]
    drop(take(unpicked, {line.pk: surplus}))
    order.lines.filter(pk=line.pk).update(cancelled_qty=F("cancelled_qty") + qty)
    save_order(order)
    if close_if_done(order, now=now):
        kind, subject, said = "orders.cancelled", f"order:{order.pk}:promise", {**payload, "cancel_reason": reason}
    else:
        kind, subject, said = "orders.line_cancelled", "", {"position": position, "qty": qty, "reason": reason}
    tell(order, kind, actor=actor, now=now, payload=said, subject=subject)
    return order


@entry_verb
def expedite(
    ref: str,
    *,
    reason: str = "",
    ends_on: date | None = None,
    actor: Actor | None,
    now: datetime,
    version: int | None = None,
) -> Order:
    """Mark an order as urgent; the published policy says what that is worth.

    From the morning of ``ends_on`` it is not any more (``handling.ending``). Done again, it changes why and how long.
    """
    reason = clean_text(reason, field="reason", max_length=200)
    ends_on = check_end(ends_on, now=now)
    order = lock_open_order(ref, version=version)
    set_expedited(order, True, reason=reason, ends_on=ends_on, actor=actor, now=now)
    return order


@entry_verb
def un_expedite(ref: str, *, actor: Actor | None, now: datetime, version: int | None = None) -> Order:
    """Take the urgency of an order back."""
    order = lock_open_order(ref, version=version)
    set_expedited(order, False, actor=actor, now=now)
    return order


@entry_verb
def add_note(ref: str, *, body: str, actor: Actor | None, now: datetime) -> OrderNote:
    """Write a note on an order, open or closed, and let those know whom it names (orders.handling.mentions).

    It changes nothing else, so it needs no version and no plan.
    """
    body = clean_text(body, field="body", max_length=MAX_NOTE, multiline=True)
    if not body:
        raise Invalid("Write something first.", fields={"body": "Write something first."})
    order = lock_order(ref)
    note = OrderNote.objects.create(order=order, body=body, author_id=key_of(actor), written_at=now)
    mention(note)
    announce("order", {"orders": [order.ref]})
    return note


def set_expedited(
    order: Order,
    is_expedited: bool,
    *,
    reason: str = "",
    ends_on: date | None = None,
    actor: Actor | None,
    now: datetime,
) -> None:
    """Mark a locked order as urgent, or take that back; participant of the caller's transaction."""
    require_transaction()
    if (order.is_expedited, order.expedite_reason, order.expedite_ends_on) == (is_expedited, reason, ends_on):
        raise Conflict(f"{order.ref} is {'expedited already' if is_expedited else 'not expedited'}.", code="no_change")
    if order.is_expedited != is_expedited:
        mark_dirty(product_ids_of(order), cause="expedited", reference=order.ref)
    order.is_expedited, order.expedite_reason, order.expedite_ends_on = is_expedited, reason, ends_on
    save_order(order, "is_expedited", "expedite_reason", "expedite_ends_on")
    kind = "orders.expedited" if is_expedited else "orders.expedite_taken_back"
    said = {"reason": reason, "ends_on": ends_on.isoformat() if ends_on else None} if is_expedited else {}
    tell(order, kind, actor=actor, now=now, payload=said)


def check_end(ends_on: date | None, *, now: datetime) -> date | None:
    """Return the day on which something is to end by itself; raise Invalid for one that is not to come."""
    if ends_on is not None and ends_on <= timezone.localdate(now):
        wrong = "Choose a day to come: it ends by itself that morning."
        raise Invalid(wrong, fields={"ends_on": wrong})
    return ends_on


def _open_line(order: Order, position: int) -> OrderLine:
    line = order.lines.filter(position=position).first()
    if line is None:
        wrong = f"{order.ref} has no line {position}."
        raise Invalid(wrong, fields={"position": wrong})
    if line.open_qty == 0:
        raise Conflict(f"Line {position} of {order.ref} has no open units. There is nothing left to cancel.")
    return line


def _planned(claims: list[Allocation]) -> list[Allocation]:
    return [claim for claim in claims if claim.state == AllocationState.PLANNED]


def _refuse_picked(order: Order, claims: list[Allocation]) -> None:
    picked = sum(claim.qty for claim in claims if claim.state == AllocationState.PICKED)
    if picked:
        raise Conflict(f"{picked} units of {order.ref} are picked. Have them put back first.", code="picked")
