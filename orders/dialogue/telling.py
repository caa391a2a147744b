"""A colleague tells a customer a date: by a message that goes before all others, on the telephone, or not yet.

Each time is kept (``Telling``) with what it changed, so that it can be taken back. Locks: the order, the budget if
something is given, the pools, the stock levels if the order is held, the promise last. Raises NotFound, and Conflict
when the order is closed, was changed since ``version``, or was never promised a day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from inventory.dirty import mark_dirty
from kernel.errors import Conflict, Forbidden, Invalid
from kernel.live import announce
from kernel.people import Actor, key_of
from kernel.text import clean_text
from kernel.transactions import entry_verb
from notifications.outbox import record_fact
from notifications.texts.languages import DEFAULT, language_of
from orders.dialogue.compensating import GIVEN, TAKEN_BACK, grant, kept_of, said_of, withdraw
from orders.dialogue.questions import HOLD_SUBJECT
from orders.dialogue.reaching import require_way
from orders.dialogue.snapshots import customer_payloads
from orders.handling.editing import lock_open_order, product_ids_of, save_order, tell
from orders.handling.eta import set_eta
from orders.handling.lifecycle import place_hold, set_expedited
from orders.models import (
    UNTOLD,
    EtaRevision,
    EtaRevisionKind,
    Macro,
    Order,
    OrderPlan,
    OrderPromise,
    ShipPolicy,
    Snooze,
    Telling,
    Way,
)
from orders.queries.customer_order import ways_on
from orders.replanning.facts import ETA_IMPROVED, ETA_RESTORED, ETA_SLIPPED

BY_PHONE = "orders.told_by_phone"
CALLED_IN_VAIN = "orders.called_in_vain"
FOLLOW_UP = "orders.follow_up"
SAVED_UNTOLD = "orders.saved_untold"
MAX_NOTE, MAX_WHY = 500, 150
SUBJECT = "order:{id}:promise"
CALLS_WITHOUT_ANSWER = (Way.VOICEMAIL, Way.NO_ANSWER)


@dataclass(frozen=True, slots=True)
class Besides:
    """What else is done in the same go: send what is ready, compensate by a step of the ladder, what a macro says, ask
    the customer to choose how to go on."""

    splits: bool = False
    asks: bool = False
    step_id: int | None = None
    macro_id: int | None = None


NOTHING = Besides()


@entry_verb
def tell_date(
    ref: str,
    *,
    eta_on: date,
    reason: str,
    note: str = "",
    besides: Besides = NOTHING,
    actor: Actor | None,
    now: datetime,
    version: int | None = None,
) -> Telling:
    """Write to the customer that the order comes on ``eta_on``, for ``reason`` (one of the languages' reasons).

    A day that is not the plan's is set by hand, so that the plan keeps it. What waits to be sent about this order is
    overtaken by this message, which no cool-down holds back: a colleague decided. ``note`` is a paragraph of theirs. It
    goes by the customer's first channel that works; raises Conflict where none does.
    """
    why = reason_sentence(reason)
    note = clean_text(note, field="note", max_length=MAX_NOTE, multiline=True)
    order = lock_open_order(ref, version=version)
    require_way(order.customer, instead="Call, then mark the date as told.")
    telling = _begin(order, Way.MAIL, eta_on, note, besides, actor=actor, now=now)
    given = grant(order, besides.step_id, eta_on=eta_on, actor=actor, now=now) if besides.step_id else None
    _take_date(order, eta_on, why, actor=actor, now=now)
    _do_besides(order, telling, besides, actor=actor, now=now)
    promise = _promise(order)
    kind = news_of(eta_on, promise.told_on)
    telling.asks = ways_on(order) if besides.asks else []
    payload: dict[str, Any] = {
        **customer_payloads([order.pk])[order.pk],
        "eta_on": eta_on.isoformat(),
        "reason": reason,
        "note": note,
        "by_colleague": True,
        "asks": telling.asks,
    }
    telling.fact_key = f"{kind}:{order.pk}:v{order.version}"
    if given:
        given.fact_key = telling.fact_key
        given.save()
        telling.compensation, payload["compensation"] = given, said_of(given)
        tell(order, GIVEN, actor=actor, now=now, payload=kept_of(given))
    tell(order, kind, actor=actor, now=now, payload=payload, subject=_subject(order))
    _announce(promise, eta_on, kind, now)
    telling.save()
    return telling


@entry_verb
def told_by_phone(
    ref: str,
    *,
    eta_on: date,
    note: str = "",
    besides: Besides = NOTHING,
    actor: Actor | None,
    now: datetime,
    version: int | None = None,
) -> Telling:
    """Keep that a colleague told the customer ``eta_on`` in person; messages that wait are overtaken by it."""
    note = clean_text(note, field="note", max_length=150)
    order = lock_open_order(ref, version=version)
    telling = _begin(order, Way.REACHED, eta_on, note, besides, actor=actor, now=now)
    given = grant(order, besides.step_id, eta_on=eta_on, actor=actor, now=now) if besides.step_id else None
    _take_date(order, eta_on, "Told by telephone.", actor=actor, now=now)
    _do_besides(order, telling, besides, actor=actor, now=now)
    promise = _promise(order)
    telling.fact_key = f"{BY_PHONE}:{order.pk}:v{order.version}"
    if given:
        given.fact_key = telling.fact_key
        given.save()
        telling.compensation = given
        tell(order, GIVEN, actor=actor, now=now, payload=kept_of(given))
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
    telling.save()
    return telling


@entry_verb
def called_in_vain(ref: str, *, way: str, note: str = "", actor: Actor | None, now: datetime) -> Telling:
    """Keep that a colleague called and left a voicemail, or reached nobody. The customer still has to be told."""
    if way not in CALLS_WITHOUT_ANSWER:
        raise Invalid("Say how the call ended.", fields={"by": "Say how the call ended."})
    note = clean_text(note, field="note", max_length=150)
    order = lock_open_order(ref)
    telling = Telling.objects.create(order=order, way=way, note=note, actor_id=key_of(actor), at=now)
    record_fact(
        CALLED_IN_VAIN,
        payload={"order": {"id": order.pk, "ref": order.ref}, "actor": key_of(actor), "way": way, "note": note},
        dedupe_key=f"{CALLED_IN_VAIN}:{order.pk}:v{order.version}:{telling.pk}",
        now=now,
    )
    announce("order", {"orders": [order.ref]})
    return telling


@entry_verb
def save_untold(
    ref: str, *, eta_on: date, why: str, actor: Actor | None, now: datetime, version: int | None = None
) -> Telling:
    """Keep ``eta_on`` without telling the customer now; ``why`` is for colleagues and may not be empty.

    Messages that wait about the order's date are overtaken. The date stands as announced, so that the customer hears,
    and the slip is back in the queue, only when it moves again.
    """
    why = clean_text(why, field="why", max_length=MAX_WHY)
    if not why:
        raise Invalid("Say why the customer is not told.", fields={"why": "Say why the customer is not told."})
    order = lock_open_order(ref, version=version)
    telling = _begin(order, Way.KEPT, eta_on, why, NOTHING, actor=actor, now=now)
    _take_date(order, eta_on, f"Not told: {why}", actor=actor, now=now)
    _do_besides(order, telling, NOTHING, actor=actor, now=now)
    promise = _promise(order)
    telling.fact_key = f"{SAVED_UNTOLD}:{order.pk}:v{order.version}"
    said = {"eta_on": eta_on.isoformat(), "why": why}
    tell(order, SAVED_UNTOLD, actor=actor, now=now, payload=said, subject=_subject(order))
    _announce(promise, eta_on, SAVED_UNTOLD, now)
    Snooze.objects.filter(order=order, kind=UNTOLD).delete()
    telling.save()
    return telling


@entry_verb
def take_back(telling_id: int, *, actor: Actor | None, now: datetime) -> Order:
    """Take back a message that has not left, and what was done with it: the customer keeps the date they have.

    What has left cannot be taken back; then the customer is told the old date anew, as news. Raises Conflict when the
    order was changed since, or what was given with it is known to the customer.
    """
    ref = Order.objects.filter(tellings=telling_id).values_list("ref", flat=True).first()
    order = lock_open_order(ref or "")
    telling = Telling.objects.select_related("compensation").get(pk=telling_id)
    if telling.way not in (Way.MAIL, Way.KEPT) or telling.taken_back_at:
        raise Conflict("This cannot be taken back: tell the customer anew.", code="no_change")
    before = telling.before
    if before["version"] != order.version:
        raise Conflict(f"{order.ref} was changed since. Tell the customer anew.", code="stale")
    if telling.compensation:
        withdraw(telling.compensation, actor=actor, now=now)
        tell(order, TAKEN_BACK, actor=actor, now=now, payload=kept_of(telling.compensation))
    by_hand_on = date.fromisoformat(before["eta_by_hand_on"]) if before["eta_by_hand_on"] else None
    if order.eta_by_hand_on != by_hand_on:
        set_eta(order, eta_on=by_hand_on, reason="Taken back.", actor=actor, now=now, is_undo=True)
    mark_dirty(product_ids_of(order), cause="told", reference=order.ref)
    order.owner_id, order.ship_policy = before["owner_id"], before["ship_policy"]
    if order.is_expedited != before["is_expedited"]:
        set_expedited(order, before["is_expedited"], actor=actor, now=now)
    if before.get("hold_kind"):
        held = order.holds.filter(kind=before["hold_kind"], released_at=None)
        held.update(released_at=now, released_by_id=key_of(actor))
        said, about = {"kinds": [before["hold_kind"]]}, HOLD_SUBJECT.format(id=order.pk)
        tell(order, "orders.released", actor=actor, now=now, payload=said, subject=about)
    promise = _promise(order)
    payload = {**customer_payloads([order.pk])[order.pk], "eta_on": promise.told_on.isoformat()}
    save_order(order, "owner", "ship_policy")
    tell(order, ETA_RESTORED, actor=actor, now=now, payload=payload, subject=_subject(order))
    _announce(promise, promise.told_on, ETA_RESTORED, now)
    telling.taken_back_at = now
    telling.save(update_fields=["taken_back_at"])
    return order


def news_of(eta_on: date, told_on: date) -> str:
    """Return the kind of news that a day is to a customer who was told another, or the same."""
    if eta_on == told_on:
        return FOLLOW_UP
    return ETA_IMPROVED if eta_on < told_on else ETA_SLIPPED


def reason_sentence(reason: str) -> str:
    """Return the sentence of a reason that customers may read; raise Invalid for any other."""
    sentences = language_of(DEFAULT).reasons
    if reason not in sentences:
        raise Invalid("Choose a reason from the list.", fields={"reason": "Choose a reason from the list."})
    return sentences[reason]


def _begin(
    order: Order, way: Way, eta_on: date, note: str, besides: Besides, *, actor: Actor | None, now: datetime
) -> Telling:
    """Return an unsaved telling with what taking it back would bring back."""
    before = {
        "eta_by_hand_on": order.eta_by_hand_on.isoformat() if order.eta_by_hand_on else None,
        "owner_id": order.owner_id,
        "ship_policy": order.ship_policy,
        "is_expedited": order.is_expedited,
    }
    return Telling(
        order=order,
        way=way,
        eta_on=eta_on,
        note=note,
        macro_id=besides.macro_id,
        before=before,
        actor_id=key_of(actor),
        at=now,
    )


def _take_date(order: Order, eta_on: date, why: str, *, actor: Actor | None, now: datetime) -> None:
    planned = OrderPlan.objects.filter(order=order).values_list("eta_p50", flat=True).first()
    if eta_on == (order.eta_by_hand_on or planned):
        save_order(order)
    else:
        set_eta(order, eta_on=eta_on, reason=why[:200], actor=actor, now=now)


def _do_besides(order: Order, telling: Telling, besides: Besides, *, actor: Actor | None, now: datetime) -> None:
    """Do what the macro says, and let what is ready leave; the order's version is the last one afterwards."""
    macro = _macro(besides.macro_id, actor)
    if macro and macro.takes_over and actor is not None:
        order.owner_id = key_of(actor)
    if besides.splits and order.ship_policy != ShipPolicy.PARTIAL:
        mark_dirty(product_ids_of(order), cause="told", reference=order.ref)
        order.ship_policy = ShipPolicy.PARTIAL
    save_order(order, "owner", "ship_policy")
    if macro and macro.expedites and not order.is_expedited:
        set_expedited(order, True, actor=actor, now=now)
    if macro and macro.hold_kind and not order.holds.filter(kind=macro.hold_kind, released_at=None).exists():
        place_hold(order, kind=macro.hold_kind, reason=macro.name, actor=actor, now=now)
        telling.before["hold_kind"] = macro.hold_kind
    telling.before["version"] = order.version


def _macro(macro_id: int | None, actor: Actor | None) -> Macro | None:
    macro = Macro.objects.filter(pk=macro_id, removed_at=None).first() if macro_id else None
    if macro_id and macro is None:
        raise Conflict("This macro was removed meanwhile. Choose another one.", code="stale")
    if macro and missing_permissions(macro, actor):
        raise Forbidden(f"You may not do all of “{macro.name}”. Ask operations.")
    return macro


def missing_permissions(macro: Macro, actor: Actor | None) -> list[str]:
    """Return what a macro does that this person may not."""
    needed = {
        "orders.expedite_order": macro.expedites,
        "orders.hold_order": bool(macro.hold_kind),
        "orders.assign_order": macro.takes_over,
        "orders.compensate": macro.compensates,
    }
    return [name for name, is_needed in needed.items() if is_needed and actor and not actor.has_perm(name)]


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
