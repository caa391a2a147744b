"""Somebody was quicker: what they did, what one was about to do, and how it stands now, side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.http import HttpRequest
from django.utils.dateparse import parse_date

from kernel.bounds import whole_number
from orders.models import EtaRevision, Hold, HoldKind, Order, OrderPlan, ShipPolicy, SubstituteConsent
from orders.queries.timeline import order_timeline
from orders.templatetags.display import day

RECENT_EVENTS = 6
_MAY_BE_NONE = {"owner"}
LEEWAY = timedelta(seconds=10)  # from the moment that a verb gives its change to the row's
_ITS_OWN = {"csrfmiddlewaretoken", "version", "seen_owner", "seen_on", "next", "is_undo"}


@dataclass(frozen=True, slots=True)
class Wish:
    """One field of a form that came too late: what it says, and how the order stands now."""

    label: str
    yours: str
    now: str


def seen_version(request: HttpRequest) -> int | None:
    """Return the version of the order that the form was made from."""
    return whole_number(request.POST.get("version", ""))


def wishes(request: HttpRequest, order: Order) -> list[Wish]:
    """Return what the form asked for beside what the order has now; fields that say nothing are left out."""
    return [
        Wish(label, _shown(name, request.POST[name]), now(order))
        for name, (label, now) in _FIELDS.items()
        if request.POST.get(name, "").strip() or (name in _MAY_BE_NONE and name in request.POST)
    ]


def repeated_fields(request: HttpRequest) -> list[tuple[str, str]]:
    """Return the form's fields, to be sent again on top of what the other one did."""
    return [(name, value) for name, values in request.POST.lists() if name not in _ITS_OWN for value in values]


def news(order: Order, revisions: Iterable[EtaRevision], *, seen: int | None) -> dict[str, Any]:
    """Return what happened to the order since the version that was seen, or lately where none is named."""
    found = order_timeline(order, revisions, limit=None).events
    since = _changed_at(order, seen) if seen is not None else None
    fresh = [event for event in found if since is not None and event.at > since]
    return {"events": (fresh or found)[:RECENT_EVENTS], "is_news": bool(fresh)}


def _changed_at(order: Order, version: int) -> datetime | None:
    """Return when the order was first changed after ``version``; None where it was not."""
    states = apps.get_model("orders", "OrderEvent").objects.filter(pgh_obj=order.pk, version__gt=version)
    found: datetime | None = states.order_by("pgh_id").values_list("pgh_created_at", flat=True).first()
    return found - LEEWAY if found else None


def _shown(name: str, value: str) -> str:
    if name == "owner":
        owner_id = whole_number(value)
        return "Nobody" if owner_id is None else str(get_user_model().objects.filter(pk=owner_id).first())
    if name in ("eta_on", "requested_on", "ends_on"):
        return day(_day_of(value))
    if name == "kind":
        return str(dict(HoldKind.choices).get(value, value))
    if name == "ship_policy":
        return str(dict(ShipPolicy.choices).get(value, value))
    if name == "substitutes":
        return str(dict(SubstituteConsent.choices).get(value, value))
    return value


def _day_of(text: str) -> Any:
    try:
        return parse_date(text)
    except ValueError:
        return None


def _eta(order: Order) -> str:
    planned = OrderPlan.objects.filter(pk=order.pk).values_list("eta_p50", flat=True).first()
    return day(order.eta_by_hand_on or planned)


def _holds(order: Order) -> str:
    kinds = Hold.objects.filter(order=order, released_at=None).order_by("pk").values_list("kind", flat=True)
    return ", ".join(str(HoldKind(kind).label) for kind in kinds) or "No hold"


def _ends(order: Order) -> str:
    holds = Hold.objects.filter(order=order, released_at=None, ends_on__isnull=False)
    days = [order.expedite_ends_on] if order.expedite_ends_on else []
    return ", ".join(day(ends_on) for ends_on in (*days, *holds.values_list("ends_on", flat=True))) or "–"


def _open_units(order: Order) -> str:
    rows = order.lines.order_by("position").values_list("position", "open_qty")
    return ", ".join(f"line {position}: {units:,}" for position, units in rows if units) or "Nothing open"


_FIELDS: dict[str, tuple[str, Callable[[Order], str]]] = {
    "eta_on": ("ETA", _eta),
    "requested_on": ("Requested", lambda order: day(order.requested_on)),
    "kind": ("Hold", _holds),
    "owner": ("Owner", lambda order: str(order.owner or "Nobody")),
    "ship_to": ("Address", lambda order: order.ship_to or "None"),
    "ends_on": ("Ends on", _ends),
    "qty": ("Open units", _open_units),
    "ship_policy": ("Ships", lambda order: order.get_ship_policy_display()),
    "substitutes": ("Substitutes", lambda order: order.get_substitutes_display()),
    "sku": ("Substitute", lambda _: "–"),
    "reason": ("Reason", lambda order: order.eta_by_hand_reason or "–"),
}
