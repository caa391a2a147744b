"""Rules that hold orders as they come in: of a customer, of a product, or of both together.

Locks: the source. Orders that are in already stay as they are; ``orders_caught`` are those that a rule would have held.
An order that comes in while a rule is made may get past it, and is then among these.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from inventory.queries import product_by_sku
from inventory.setup_history import check_version, record_change
from kernel.bounds import check_day
from kernel.errors import Conflict, Invalid, NotFound
from kernel.people import Actor, key_of
from kernel.text import clean_text, is_plain
from kernel.transactions import entry_verb, require_transaction, sqlstate
from notifications.outbox import record_fact
from notifications.texts.placeholders import QUESTIONS
from orders.dialogue.questions import ask_customers
from orders.handling.editing import tell
from orders.models import Customer, Hold, HoldKind, HoldSource, Order, OrderLine, OrderStatus

SETUP_KIND = "hold_source"
UNIQUE_VIOLATION = "23505"
_NAME_LENGTH = 70


@entry_verb
def add_hold_source(
    *,
    customer: str = "",
    sku: str = "",
    kind: str,
    reason: str = "",
    last_on: date | None = None,
    actor: Actor | None,
    now: datetime,
) -> HoldSource:
    """Hold every order of a customer, with a product, or both, that comes in from now until ``last_on`` is over.

    Raises Invalid for what is missing or unknown, Conflict where the same is in force already.
    """
    if kind not in HoldKind.values:
        wrong = f"Choose one of: {', '.join(HoldKind.values)}."
        raise Invalid(wrong, fields={"kind": wrong})
    if not customer.strip() and not sku.strip():
        wrong = "Name a customer, a product, or both."
        raise Invalid(wrong, fields={"customer": wrong})
    source = HoldSource(
        customer=_customer(customer.strip()) if customer.strip() else None,
        product=product_by_sku(sku) if sku.strip() else None,
        kind=kind,
        reason=clean_text(reason, field="reason", max_length=200),
        last_on=_last_day(last_on, now),
        created_at=now,
        created_by_id=key_of(actor),
    )
    _keep_once(source)
    _record(source, None, actor, now)
    return source


@entry_verb
def change_hold_source(
    source_id: int,
    *,
    reason: str,
    last_on: date | None,
    actor: Actor | None,
    now: datetime,
    version: int | None = None,
) -> HoldSource:
    """Set the reason and the last day of a source in force; ``version`` is that of ``inventory.setup_history``."""
    source = _lock(source_id, version)
    if source.ended_at is not None:
        raise Conflict("This has ended. Add it anew.", code="ended")
    before = document_of(source)
    source.reason = clean_text(reason, field="reason", max_length=200)
    if last_on != source.last_on:
        source.last_on = _last_day(last_on, now)
    source.save(update_fields=["reason", "last_on"])
    _record(source, before, actor, now)
    return source


@entry_verb
def end_hold_source(source_id: int, *, actor: Actor | None, now: datetime, version: int | None = None) -> HoldSource:
    """Let orders in again. Those that it held stay on hold: somebody releases them."""
    source = _lock(source_id, version)
    if source.ended_at is not None:
        raise Conflict("This has ended already.", code="ended")
    before = document_of(source)
    source.ended_at = now
    source.save(update_fields=["ended_at"])
    _record(source, before, actor, now)
    return source


@entry_verb
def restore_hold_source(
    source_id: int, *, document: Mapping[str, Any], actor: Actor | None, now: datetime, version: int | None = None
) -> HoldSource:
    """Make a source what its document says, as it was before a change. Raises Conflict where another took its place."""
    source = _lock(source_id, version)
    before = document_of(source)
    source.reason = document["reason"]
    source.last_on = date.fromisoformat(document["last_on"]) if document["last_on"] else None
    source.ended_at = None if document["in_force"] else now
    _keep_once(source)
    _record(source, before, actor, now)
    return source


def hold_by_rule(order: Order, *, now: datetime) -> None:
    """Hold a new order by every kind of the sources that its open lines match, the oldest source of a kind.

    Takes part in intake, whose caller has marked the order's pools. One query where nothing matches.
    """
    require_transaction()
    products = OrderLine.objects.filter(order=order, open_qty__gt=0).values("product")
    found = in_force(timezone.localdate(now)).filter(
        Q(customer=None) | Q(customer=order.customer_id), Q(product=None) | Q(product__in=products)
    )
    sources = {source.kind: source for source in found.order_by("-pk")}
    if not sources:
        return
    kinds = sorted(sources)
    Hold.objects.bulk_create(
        Hold(order=order, kind=kind, reason=sources[kind].reason, source=sources[kind], placed_at=now) for kind in kinds
    )
    reasons = "; ".join(filter(None, (sources[kind].reason for kind in kinds)))
    said = {"kind": ", ".join(kinds), "reason": reasons, "ends_on": None, "by_rule": [sources[k].pk for k in kinds]}
    tell(order, "orders.held", actor=None, now=now, payload=said)
    for kind in kinds:
        if kind in QUESTIONS:
            ask_customers([order], kind, actor=None, now=now)


def in_force(today: date) -> QuerySet[HoldSource]:
    """Return the sources that catch orders today."""
    return HoldSource.objects.filter(Q(last_on=None) | Q(last_on__gte=today), ended_at=None)


def orders_caught(source: HoldSource) -> QuerySet[Order]:
    """Return the open orders that a source matches and that are not on such a hold."""
    held = Hold.objects.filter(order=OuterRef("pk"), kind=source.kind, released_at=None)
    orders = Order.objects.filter(~Exists(held), status=OrderStatus.OPEN)
    if source.customer_id is not None:
        orders = orders.filter(customer=source.customer_id)
    if source.product_id is not None:
        lines = OrderLine.objects.filter(product=source.product_id, open_qty__gt=0)
        orders = orders.filter(pk__in=lines.values("order"))
    return orders


def document_of(source: HoldSource) -> dict[str, Any]:
    """Return what changes of a source are compared by."""
    last_on = source.last_on.isoformat() if source.last_on else None
    return {"reason": source.reason, "last_on": last_on, "in_force": source.ended_at is None}


def name_of(source: HoldSource) -> str:
    """Return what its history calls a source: its key, then words."""
    codes = (source.customer.code if source.customer else "", source.product.sku if source.product else "")
    subject = " × ".join(filter(None, codes))
    return f"{source.pk}:{source.get_kind_display()}, {subject}"[:_NAME_LENGTH]


def _lock(source_id: int, version: int | None) -> HoldSource:
    rows = HoldSource.objects.select_related("customer", "product").select_for_update(of=("self",), no_key=True)
    source = rows.filter(pk=source_id).first()
    if source is None:
        raise NotFound("There is no such rule of holds.")
    check_version(SETUP_KIND, name_of(source), version)
    return source


def _keep_once(source: HoldSource) -> None:
    try:
        with transaction.atomic():
            source.save()
    except IntegrityError as error:
        if sqlstate(error) != UNIQUE_VIOLATION:
            raise
        wrong = "Such orders are held for this already. Change that rule instead."
        raise Conflict(wrong, code="exists", fields={"kind": wrong}) from error


def _record(source: HoldSource, before: Mapping[str, Any] | None, actor: Actor | None, now: datetime) -> None:
    name, after = name_of(source), document_of(source)
    record_change(SETUP_KIND, name, before=before, after=after, actor=actor, now=now)
    record_fact(
        "orders.hold_source_changed",
        payload={"source": source.pk, "name": name.partition(":")[2], **after, "actor": key_of(actor)},
        dedupe_key=f"hold_source:{source.pk}:{now.isoformat()}",
        now=now,
    )


def _customer(code: str) -> Customer:
    customer = Customer.objects.filter(code=code).first() if is_plain(code) else None
    if customer is None:
        wrong = f"There is no customer {code[:40]}."
        raise Invalid(wrong, fields={"customer": wrong})
    return customer


def _last_day(day: date | None, now: datetime) -> date | None:
    if day is not None and check_day(day, field="last_on") < timezone.localdate(now):
        wrong = "Give today or a day to come, or none."
        raise Invalid(wrong, fields={"last_on": wrong})
    return day
