"""What colleagues tried and gave, as an order's timeline shows it: calls without an answer, compensation."""

from __future__ import annotations

from collections.abc import Iterator

from orders.models import Compensation, Order, Telling, Way
from orders.queries.events import Event, joined


def telling_events(order: Order) -> Iterator[Event]:
    """Yield calls in vain, what was given and what was taken back; two queries."""
    calls = Telling.objects.filter(order=order, way__in=(Way.VOICEMAIL, Way.NO_ANSWER)).select_related("actor")
    for call in calls:
        words = f"Called: {call.get_way_display().lower()}"
        yield Event(call.at, "message-square", "", words, joined(call.actor, call.note))
    for given in Compensation.objects.filter(order=order).select_related("step", "given_by", "taken_back_by"):
        detail = joined(given.given_by or "the system", f"{given.days_late} days late", f"code {given.code}")
        yield Event(given.given_at, "scale", "is-info", f"Given: {given.step}", detail)
        if given.taken_back_at:
            yield Event(given.taken_back_at, "undo-2", "", f"Taken back: {given.step}", str(given.taken_back_by or ""))
