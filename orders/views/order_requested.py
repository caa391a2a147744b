"""The day by which the customer wants an order, changed where it is shown."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from orders.handling.requesting import change_requested
from orders.models import Order
from orders.views.actions import action, day_of, done, field_of, who


@action("orders.intake_order")
def requested(request: HttpRequest, ref: str) -> HttpResponse:
    """Set the requested date, or none. An Undo carries the former one in its address, and the one it takes back."""
    is_undo = "is_undo" in request.POST
    read = _day_or_none if is_undo else day_of
    wanted = None if "clear" in request.POST else read(request, "requested_on")
    before = get_object_or_404(Order, ref=ref).requested_on
    seen = (_day_or_none(request, "seen_on"),) if is_undo else None
    order = change_requested(ref, requested_on=wanted, instead_of=seen, **who(request))
    on = order.requested_on
    text = f"{ref} is wanted by {on.day} {on:%B}" if on else f"{ref} has no requested date"
    again = {"requested_on": _text(before), "seen_on": _text(on)}
    return done(request, ref, text, undo="orders:requested", again=again)


def _day_or_none(request: HttpRequest, name: str) -> date | None:
    return day_of(request, name) if field_of(request, name) else None


def _text(day: date | None) -> str:
    return day.isoformat() if day else ""
