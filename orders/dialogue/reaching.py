"""How a customer would be written to if somebody did it now, which colleagues have to know before they promise it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Exists, OuterRef, Q

from kernel.errors import Conflict
from notifications.channels.gateways import carriers
from notifications.channels.routing import Route, routes_to
from notifications.models import Channel, Preference
from orders.models import Customer

ASKED = ("code", "email", "phone", "wants_email")
_ADDRESS = {Channel.SMS: "sms_to", Channel.CHAT: "chat_to", Channel.PUSH: "push_to"}


def route_to(customer: Customer) -> Route:
    """Return by which channels a customer hears of news, the best first; three queries."""
    (route,) = routes_to([{name: getattr(customer, name) for name in ASKED}])
    return route


def routes_by_code(customers: Iterable[Mapping[str, Any]]) -> dict[str, Route]:
    """Return the routes of customers, given as rows with ``ASKED``, by code; three queries."""
    distinct = list({row["code"]: row for row in customers}.values())
    return dict(zip((row["code"] for row in distinct), routes_to(distinct), strict=True))


def require_way(customer: Customer, *, instead: str) -> None:
    """Raise Conflict when no message reaches a customer, with the reason and what to do ``instead``."""
    route = route_to(customer)
    if not route.ways:
        raise Conflict(f"{customer.name} cannot be written to: {in_a_sentence(route.why_not)}. {instead}")


def in_a_sentence(why_not: str) -> str:
    """Return why there is no way as the middle of a sentence."""
    is_name = why_not[1:2].isupper()  # SMS
    return why_not if is_name else why_not[:1].lower() + why_not[1:]


def has_short_way(path: str = "") -> Q:
    """Tell of rows whether their customer, at ``path`` (``order__customer__``), has an address for SMS, chat or push
    that they chose, or that stands in for e-mail where they chose nothing. One query when it is asked for."""
    carried = carriers()
    theirs = Preference.objects.filter(customer_code=OuterRef(f"{path}code"))
    has_phone = ~Q(**{f"{path}phone": ""})
    found = Q(pk__in=())
    for channel in map(Channel, carried.urls):
        chosen = theirs.filter(channels__contains=[channel])
        found |= Q(Exists(chosen.exclude(**{_ADDRESS[channel]: ""})))
        if channel == Channel.SMS:
            found |= Q(Exists(chosen)) & has_phone
    if Channel.SMS in carried.fallbacks:
        found |= ~Q(Exists(theirs)) & has_phone
    return found
