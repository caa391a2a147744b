"""What happened to an order, newest first, from the ledgers that keep it: dates, holds, notes, shipments, messages."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db.models import Q

from notifications.models import Delivery, DeliveryState, Fact
from orders.models import (
    Decision,
    EtaRevision,
    EtaRevisionKind,
    Hold,
    Order,
    OrderNote,
    OrderStatus,
    Reason,
    Shipment,
)

TEXT_WIDTH = 300


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened. ``before`` and ``after`` are days, where it moved a date."""

    at: datetime
    icon: str
    colour: str
    text: str
    detail: str = ""
    before: date | None = None
    after: date | None = None


def order_timeline(order: Order, revisions: Iterable[EtaRevision], limit: int = 50) -> list[Event]:
    """Return the newest ``limit`` events of ``order``; ``revisions`` are its promise ledger with actors."""
    facts = _facts(order)
    events = [
        *_revisions(revisions),
        *_holds(order),
        *_notes(order),
        *_shipments(order),
        *_choices(order),
        *_messages(order),
        *_cancelled_units(facts),
        *_changes(order, facts),
        _placed(order, facts),
    ]
    return sorted(events, key=lambda event: event.at, reverse=True)[:limit]


def _revisions(revisions: Iterable[EtaRevision]) -> Iterator[Event]:
    for revision in revisions:
        if revision.kind == EtaRevisionKind.PROMISED:
            yield Event(revision.at, "calendar", "", "Promised", after=revision.new_on)
        elif revision.kind == EtaRevisionKind.TOLD:
            yield Event(revision.at, "mail", "is-info", "Told the customer", _who(revision), after=revision.new_on)
        elif revision.kind == EtaRevisionKind.WEIGHED:
            yield _weighed(revision)
        else:
            yield _moved(revision)


def _weighed(revision: EtaRevision) -> Event:
    decision = Decision(revision.decision or Decision.SAME)
    text = "Date kept" if decision >= Decision.KEPT_UNKNOWN else "Date let through"
    return Event(revision.at, "lock", "", text, decision.label, revision.old_on, revision.new_on)


def _moved(revision: EtaRevision) -> Event:
    is_later = bool(revision.old_on and revision.new_on and revision.new_on > revision.old_on)
    colour = "is-late" if is_later else "is-good" if revision.old_on and revision.new_on else ""
    why = revision.note or (Reason(revision.reason).label if revision.reason is not None else "")
    whose = revision.get_origin_display().lower()
    detail = _joined(why, whose, _who(revision))
    return Event(revision.at, "calendar-clock", colour, "ETA moved", detail, revision.old_on, revision.new_on)


def _who(revision: EtaRevision) -> str:
    return str(revision.actor) if revision.actor else ""


def _holds(order: Order) -> Iterator[Event]:
    for hold in Hold.objects.filter(order=order).select_related("placed_by", "released_by"):
        placed = ", ".join(str(part) for part in (hold.reason, hold.placed_by) if part)
        yield Event(hold.placed_at, "pause", "is-hold", f"{hold.get_kind_display()} hold", placed)
        if hold.released_at:
            words = f"{hold.get_kind_display()} hold released"
            yield Event(hold.released_at, "play", "is-good", words, str(hold.released_by or ""))


def _notes(order: Order) -> Iterator[Event]:
    for note in OrderNote.objects.filter(order=order).select_related("author"):
        yield Event(note.written_at, "sticky-note", "", note.body[:TEXT_WIDTH], str(note.author or ""))


def _shipments(order: Order) -> Iterator[Event]:
    for shipment in Shipment.objects.filter(order=order).select_related("actor").prefetch_related("lines"):
        units = sum(line.qty for line in shipment.lines.all())
        yield Event(shipment.shipped_at, "truck", "is-good", f"{units:,} units shipped", str(shipment.actor or ""))


def _choices(order: Order) -> Iterator[Event]:
    for choice in order.customer_choices.all():
        yield Event(choice.made_at, "user", "is-info", f"Customer: {choice.get_kind_display()}", choice.details)
    for feedback in order.feedback.all():
        text = f"Customer rated us {feedback.rating} of 5"
        yield Event(feedback.given_at, "smile", "is-info", text, feedback.comment[:TEXT_WIDTH])


def _messages(order: Order) -> Iterator[Event]:
    """Read messages sent, but for those about a date: the ledger says those better."""
    sent = Delivery.objects.filter(order_ref=order.ref, state=DeliveryState.SENT)
    for message in sent.filter(kind__in=("orders.shipped", "orders.cancelled")):
        if message.sent_at:
            yield Event(message.sent_at, "mail", "is-info", message.subject_line[:TEXT_WIDTH], message.recipient)


def _facts(order: Order) -> list[Fact]:
    """Read what was recorded when the order came in and when units were cancelled: it says who, and why."""
    kinds = ("orders.taken_in", "orders.line_cancelled", "orders.cancelled")
    starts = [Q(dedupe_key__startswith=f"{kind}:{order.pk}:v") for kind in kinds]
    return list(Fact.objects.filter(starts[0] | starts[1] | starts[2]).order_by("pk"))


def _placed(order: Order, facts: Iterable[Fact]) -> Event:
    taken_in = [fact for fact in facts if fact.kind == "orders.taken_in"]
    people = _people(taken_in)
    detail = _joined(order.customer.name, *(people.get(fact.payload["actor"], "") for fact in taken_in))
    return Event(order.placed_at, "shopping-cart", "", f"Order placed, {order.channel}", detail)


def _cancelled_units(facts: Iterable[Fact]) -> Iterator[Event]:
    cancelled = [fact for fact in facts if fact.kind == "orders.line_cancelled"]
    people = _people(cancelled)
    for fact in cancelled:
        text = f"{fact.payload['qty']:,} units of line {fact.payload['position']} cancelled"
        detail = _joined(fact.payload["reason"], people.get(fact.payload["actor"], ""))
        yield Event(fact.occurred_at, "ban", "is-late", text, detail)


def _changes(order: Order, facts: Iterable[Fact]) -> Iterator[Event]:
    """Read changes that no ledger of ours keeps out of the history of the order row."""
    why = next((fact.payload.get("cancel_reason", "") for fact in facts if fact.kind == "orders.cancelled"), "")
    history = list(
        apps.get_model("orders", "OrderEvent")
        .objects.filter(pgh_obj=order.pk)
        .select_related("pgh_context")
        .order_by("pgh_id")
    )
    people = _named({_user_id(row) for row in history})
    for old, new in itertools.pairwise(history):
        who = people.get(_user_id(new), "")
        if old.is_expedited != new.is_expedited:
            words = "Expedited" if new.is_expedited else "No longer expedited"
            yield Event(new.pgh_created_at, "zap", "", words, who)
        if old.status != new.status:
            detail = _joined(why, who) if new.status == OrderStatus.CANCELLED else who
            yield Event(new.pgh_created_at, "package-check", "", f"Order {new.get_status_display().lower()}", detail)
        if old.ship_policy != new.ship_policy:
            yield Event(new.pgh_created_at, "boxes", "", new.get_ship_policy_display(), who)


def _people(facts: Iterable[Fact]) -> dict[int | None, str]:
    return _named({fact.payload["actor"] for fact in facts})


def _named(ids: set[int | None]) -> dict[int | None, str]:
    known = [key for key in ids if key is not None]
    return {user.pk: str(user) for user in get_user_model().objects.filter(pk__in=known)} if known else {}


def _joined(*parts: str) -> str:
    return ", ".join(part for part in parts if part)


def _user_id(row: Any) -> int | None:
    return row.pgh_context.metadata.get("user") if row.pgh_context else None
