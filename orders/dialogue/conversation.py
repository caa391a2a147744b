"""What we do about a mail that a customer wrote: answer it, say which order it is about, or lay it aside.

Locks: the order, then the reply. An answer goes out like any message, once, and can be taken back until it does.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from kernel.errors import Conflict, Invalid, NotFound
from kernel.live import announce
from kernel.people import Actor, key_of
from kernel.text import clean_text
from kernel.transactions import entry_verb
from notifications.delivering.relevance import ANSWERED
from notifications.models import Delivery, DeliveryState, Reply, ReplyState
from notifications.outbox import record_fact
from orders.dialogue.snapshots import customer_payloads
from orders.handling.editing import lock_order
from orders.models import Order

WITHDRAWN = "orders.answer_withdrawn"
MAX_ANSWER = 5000
_GONE = (DeliveryState.SENDING, DeliveryState.SENT, DeliveryState.UNCERTAIN)


@entry_verb
def answer_reply(reply_id: int, *, answer: str, actor: Actor | None, now: datetime) -> Reply:
    """Write back to whoever wrote. Raises Conflict when a colleague was faster, or no order is named yet."""
    answer = clean_text(answer, field="answer", max_length=MAX_ANSWER, multiline=True)
    if not answer:
        raise Invalid("Write something first.", fields={"answer": "Write something first."})
    order, reply = _locked_with_order(reply_id)
    if reply.state == ReplyState.ANSWERED:
        raise Conflict(f"{_who(reply)} has answered already. Take that answer back, or write once they reply.")
    if order is None:
        raise Conflict("Say first which order this is about.", code="no_order")
    if not reply.sender:
        raise Conflict("This mail names no sender, so there is nobody to answer.", code="no_sender")
    _close(reply, ReplyState.ANSWERED, actor, now, answer=answer)
    payload = customer_payloads([order.pk])[order.pk]
    payload["customer"] |= {"email": reply.sender, "contact_name": _called(reply, payload["customer"])}
    payload |= {"note": answer, "in_reply_to": reply.message_id, "eta_on": None}
    key = f"{ANSWERED}:{reply.pk}:{now.isoformat()}"
    record_fact(ANSWERED, payload=payload, dedupe_key=key, subject=_subject(reply), now=now)
    return reply


def _called(reply: Reply, customer: Mapping[str, Any]) -> str:
    """Return whom an answer greets: as they sign their mails, else as whom we know at that address, else by company."""
    is_known = reply.sender.lower() == customer["email"].lower()
    return reply.sender_name or (customer["contact_name"] if is_known else "") or reply.customer_name


@entry_verb
def withdraw_answer(reply_id: int, *, actor: Actor | None, now: datetime) -> Reply:
    """Take an answer back that has not left. Raises Conflict when it has, or when there is none."""
    _order, reply = _locked_with_order(reply_id)
    if reply.state != ReplyState.ANSWERED or reply.handled_at is None:
        raise Conflict("There is no answer to take back.")
    written = Delivery.objects.filter(fact__subject=_subject(reply), fact__occurred_at=reply.handled_at)
    if written.filter(state__in=_GONE).exists():
        raise Conflict("The answer has left already.", code="sent")
    key = f"{WITHDRAWN}:{reply.pk}:{now.isoformat()}"
    record_fact(WITHDRAWN, payload={"actor": key_of(actor)}, dedupe_key=key, subject=_subject(reply), now=now)
    _open(reply)
    return reply


@entry_verb
def attach_reply(reply_id: int, *, ref: str, actor: Actor | None) -> Reply:
    """Say which order a mail is about. Raises Conflict when it is known already."""
    order = lock_order(ref.strip())
    reply = _locked(reply_id)
    if reply.order_ref and reply.order_ref != order.ref:
        raise Conflict(f"This is about {reply.order_ref}.")
    reply.order_ref, reply.customer_name = order.ref, order.customer.name
    reply.save(update_fields=["order_ref", "customer_name"])
    _announce(reply)
    return reply


@entry_verb
def lay_aside(reply_id: int, *, actor: Actor | None, now: datetime) -> Reply:
    """Take a mail off the list that needs no answer, such as a thank-you. Twice is once."""
    reply = _locked(reply_id)
    if reply.state == ReplyState.ANSWERED:
        raise Conflict(f"{_who(reply)} has answered already.")
    _close(reply, ReplyState.DONE, actor, now)
    return reply


@entry_verb
def take_up(reply_id: int, *, actor: Actor | None) -> Reply:
    """Put a mail that was laid aside back on the list."""
    reply = _locked(reply_id)
    if reply.state == ReplyState.DONE:
        _open(reply)
    return reply


def _locked(reply_id: int) -> Reply:
    reply = Reply.objects.select_for_update(of=("self",), no_key=True).filter(pk=reply_id).first()
    if reply is None:
        raise NotFound("There is no such reply.")
    return reply


def _locked_with_order(reply_id: int) -> tuple[Order | None, Reply]:
    ref = Reply.objects.filter(pk=reply_id).values_list("order_ref", flat=True).first()
    order = lock_order(ref) if ref else None
    return order, _locked(reply_id)


def _close(reply: Reply, state: ReplyState, actor: Actor | None, now: datetime, answer: str = "") -> None:
    reply.state, reply.answer, reply.handled_at, reply.handled_by_id = state, answer, now, key_of(actor)
    _save(reply)


def _open(reply: Reply) -> None:
    reply.state, reply.answer, reply.handled_at, reply.handled_by_id = ReplyState.WAITING, "", None, None
    _save(reply)


def _save(reply: Reply) -> None:
    reply.save(update_fields=["state", "answer", "handled_at", "handled_by"])
    _announce(reply)


def _announce(reply: Reply) -> None:
    announce("message", {"orders": [reply.order_ref] if reply.order_ref else []})


def _who(reply: Reply) -> str:
    return str(reply.handled_by) if reply.handled_by else "A colleague"


def _subject(reply: Reply) -> str:
    return f"reply:{reply.pk}"
