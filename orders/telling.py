"""A colleague tells a customer a date: by a message that goes before all others, or on the telephone.

Locks: the order, the pools if the date is not the plan's, the promise last. Raises NotFound, and Conflict when the
order is closed, was changed since ``version``, or was never promised a day.
"""

from __future__ import annotations

from datetime import date, datetime

from kernel.errors import Conflict, Invalid
from kernel.people import Actor, key_of
from kernel.text import clean_text
from kernel.transactions import entry_verb
from notifications.languages import DEFAULT, language_of
from orders.editing import lock_open_order, save_order, tell
from orders.eta import set_eta
from orders.models import EtaRevision, EtaRevisionKind, Order, OrderPlan, OrderPromise
from orders.replanning.facts import ETA_IMPROVED, ETA_RESTORED, ETA_SLIPPED
from orders.snapshots import customer_payloads

BY_PHONE = "orders.told_by_phone"
MAX_NOTE = 500
SUBJECT = "order:{id}:promise"


@entry_verb
def tell_date(
    ref: str,
    *,
    eta_on: date,
    reason: str,
    note: str = "",
    actor: Actor | None,
    now: datetime,
    version: int | None = None,
) -> Order:
    """Write to the customer that the order comes on ``eta_on``, for ``reason`` (one of the languages' reasons).

    A day that is not the plan's is set by hand, so that the plan keeps it. What waits to be sent about this order is
    overtaken by this message, which no cool-down holds back: a colleague decided. ``note`` is a paragraph of theirs.
    """
    why = reason_sentence(reason)
    note = clean_text(note, field="note", max_length=MAX_NOTE, multiline=True)
    order = lock_open_order(ref, version=version)
    if not order.customer.email:
        raise Conflict(f"{order.customer.name} has no e-mail address. Call, then mark the date as told.")
    _take_date(order, eta_on, why, actor=actor, now=now)
    promise = _promise(order)
    kind = ETA_IMPROVED if eta_on < promise.told_on else ETA_SLIPPED
    payload = {
        **customer_payloads([order.pk])[order.pk],
        "eta_on": eta_on.isoformat(),
        "reason": reason,
        "note": note,
        "by_colleague": True,
    }
    tell(order, kind, actor=actor, now=now, payload=payload, subject=_subject(order))
    _announce(promise, eta_on, kind, now)
    return order


@entry_verb
def told_by_phone(
    ref: str, *, eta_on: date, note: str = "", actor: Actor | None, now: datetime, version: int | None = None
) -> Order:
    """Keep that a colleague told the customer ``eta_on`` in person; messages that wait are overtaken by it."""
    note = clean_text(note, field="note", max_length=150)
    order = lock_open_order(ref, version=version)
    _take_date(order, eta_on, "Told by telephone.", actor=actor, now=now)
    promise = _promise(order)
    said = {"eta_on": eta_on.isoformat(), "note": note}
    tell(order, BY_PHONE, actor=actor, now=now, payload=said, subject=_subject(order))
    EtaRevision.objects.create(
        order=order,
        kind=EtaRevisionKind.TOLD,
        old_on=promise.told_on,
        new_on=eta_on,
        note=f"By telephone. {note}".strip(),
        actor_id=key_of(actor),
        at=now,
    )
    promise.told_on, promise.told_kind, promise.told_at = eta_on, BY_PHONE, now
    promise.save(update_fields=["told_on", "told_kind", "told_at"])
    _announce(promise, eta_on, BY_PHONE, now)
    return order


@entry_verb
def take_back(ref: str, *, eta_by_hand_on: date | None, actor: Actor | None, now: datetime) -> Order:
    """Take back a message that has not left: the customer keeps the date they have, the order the one it had by hand.

    What has left cannot be taken back; then the customer is told the old date anew, as news.
    """
    order = lock_open_order(ref)
    if order.eta_by_hand_on != eta_by_hand_on:
        set_eta(order, eta_on=eta_by_hand_on, reason="Taken back.", actor=actor, now=now)
    promise = _promise(order)
    payload = {**customer_payloads([order.pk])[order.pk], "eta_on": promise.told_on.isoformat()}
    save_order(order)
    tell(order, ETA_RESTORED, actor=actor, now=now, payload=payload, subject=_subject(order))
    _announce(promise, promise.told_on, ETA_RESTORED, now)
    return order


def reason_sentence(reason: str) -> str:
    """Return the sentence of a reason that customers may read; raise Invalid for any other."""
    sentences = language_of(DEFAULT).reasons
    if reason not in sentences:
        raise Invalid("Choose a reason from the list.", fields={"reason": "Choose a reason from the list."})
    return sentences[reason]


def _take_date(order: Order, eta_on: date, why: str, *, actor: Actor | None, now: datetime) -> None:
    planned = OrderPlan.objects.filter(order=order).values_list("eta_p50", flat=True).first()
    if eta_on == (order.eta_by_hand_on or planned):
        save_order(order)
    else:
        set_eta(order, eta_on=eta_on, reason=why[:200], actor=actor, now=now)


def _promise(order: Order) -> OrderPromise:
    promise = OrderPromise.objects.select_for_update(no_key=True).filter(order=order).first()
    if promise is None:
        raise Conflict(f"{order.ref} was never promised a day. The first day that the plan finds is told by itself.")
    return promise


def _announce(promise: OrderPromise, eta_on: date, kind: str, now: datetime) -> None:
    promise.announced_on, promise.announced_kind, promise.announced_at = eta_on, kind, now
    promise.kept_on = promise.kept_because = None  # a colleague decided, so nothing is kept back
    promise.save(update_fields=["announced_on", "announced_kind", "announced_at", "kept_on", "kept_because"])


def _subject(order: Order) -> str:
    return SUBJECT.format(id=order.pk)
