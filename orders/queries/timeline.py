"""What happened to an order, newest first, from the ledgers that keep it: dates, holds, notes, shipments, messages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from notifications.models import Delivery, DeliveryState
from orders.models import (
    Decision,
    EtaRevision,
    EtaRevisionKind,
    Hold,
    Order,
    OrderNote,
    PickRecord,
    Reason,
    Shipment,
)
from orders.queries.events import TEXT_WIDTH, Event, joined
from orders.queries.order_changes import change_events

NOTES, DATES, MESSAGES, CHANGES = "notes", "dates", "messages", "changes"
GROUPS = ((NOTES, "Notes"), (DATES, "Dates"), (MESSAGES, "Messages"), (CHANGES, "Changes"))


@dataclass(frozen=True, slots=True)
class Timeline:
    """The newest events, and how many there are in all."""

    events: list[Event]
    total: int


def order_timeline(order: Order, revisions: Iterable[EtaRevision], limit: int | None = 50, group: str = "") -> Timeline:
    """Return the newest ``limit`` events of ``order`` (None: all), or of one group of them.

    ``revisions`` are its promise ledger with actors. A fixed number of queries, however much happened.
    """
    readers: dict[str, Callable[[], Iterable[Event]]] = {
        NOTES: lambda: _notes(order),
        DATES: lambda: _revisions(revisions),
        MESSAGES: lambda: [*_messages(order), *_choices(order), *_delays(order)],
        CHANGES: lambda: [*_holds(order), *_departures(order), *change_events(order)],
    }
    chosen = [group] if group in readers else list(readers)
    events = [event for name in chosen for event in readers[name]()]
    events.sort(key=lambda event: event.at, reverse=True)
    return Timeline(events[:limit], len(events))


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
    run = f"run {revision.run_id}" if revision.run_id else ""
    detail = joined(why, whose, _who(revision) or run)
    return Event(revision.at, "calendar-clock", colour, "ETA moved", detail, revision.old_on, revision.new_on)


def _who(revision: EtaRevision) -> str:
    return str(revision.actor) if revision.actor else ""


def _holds(order: Order) -> Iterator[Event]:
    found = Hold.objects.filter(order=order).select_related("placed_by", "released_by", "source__created_by")
    for hold in found:
        placed = joined(hold.reason, _placed(hold))
        until = f" until {hold.ends_on:%-d %b}" if hold.ends_on else ""
        yield Event(hold.placed_at, "pause", "is-hold", f"{hold.get_kind_display()} hold{until}", placed)
        if hold.released_at:
            words = f"{hold.get_kind_display()} hold released"
            by = str(hold.released_by or "") or ("by itself" if hold.ends_on else "")
            yield Event(hold.released_at, "play", "is-good", words, by)


def _placed(hold: Hold) -> str:
    """Say who placed a hold: somebody, or a rule and who made that."""
    if hold.source is None:
        return str(hold.placed_by or "")
    return f"by rule, made by {hold.source.created_by or 'the system'}"


def _notes(order: Order) -> Iterator[Event]:
    notes = OrderNote.objects.filter(order=order).select_related("author").prefetch_related("mentions__person")
    for note in notes:
        names = tuple(str(mention.person) for mention in note.mentions.all())
        author = str(note.author or "")
        yield Event(note.written_at, "sticky-note", "", note.body, author, names=names, note_id=note.pk)


def _departures(order: Order) -> Iterator[Event]:
    """Read what left, and what was picked or put back by hand, once a time; shipping picks by itself."""
    shipments = list(Shipment.objects.filter(order=order).select_related("actor").prefetch_related("lines"))
    for shipment in shipments:
        left = sum(line.qty for line in shipment.lines.all())
        yield Event(shipment.shipped_at, "truck", "is-good", f"{left:,} units shipped", str(shipment.actor or ""))
    shipped_at = {shipment.shipped_at for shipment in shipments}
    units: dict[tuple[datetime, str, str], int] = defaultdict(int)
    for pick in PickRecord.objects.filter(line__order=order).select_related("warehouse", "actor").order_by("at"):
        if pick.at not in shipped_at:
            units[pick.at, pick.warehouse.name, str(pick.actor or "")] += pick.qty
    for (at, where, who), qty in units.items():
        icon, done = ("package-check", "picked") if qty > 0 else ("undo-2", "put back")
        yield Event(at, icon, "", f"{abs(qty):,} units {done} in {where}", who)


def _delays(order: Order) -> Iterator[Event]:
    """Read notices of delay that the law asked for, and how each ended."""
    for notice in order.delay_notices.select_related("ended_by"):
        asks = f"must agree by {notice.answer_by_on:%-d %b}" if notice.needs_consent else "may cancel"
        yield Event(notice.given_at, "scale", "is-risk", f"Notice of delay: {asks}", "", notice.from_on, notice.to_on)
        if notice.needs_consent and notice.ended_at:
            yield Event(notice.ended_at, "scale", "", notice.get_outcome_display(), str(notice.ended_by or ""))


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
