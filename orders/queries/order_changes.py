"""What was changed about an order that no ledger of its own keeps: from the facts, and from the history of its row."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db.models import Q

from kernel.money import exact
from notifications.models import Fact
from orders.models import Order, OrderStatus, ShipPolicy, SubstituteConsent, Way
from orders.queries.events import Event, joined

_KINDS = (
    "orders.taken_in",
    "orders.line_cancelled",
    "orders.cancelled",
    "orders.pinned",
    "orders.unpinned",
    "orders.line_substituted",
    "orders.substitution_undone",
    "orders.split",
    "orders.rejoined",
    "orders.terms_changed",
    "orders.compensation_given",
    "orders.compensation_taken_back",
    "orders.compensation_used",
    "orders.compensation_use_taken_back",
    "orders.called_in_vain",
    "orders.saved_untold",
    "orders.line_eta_set_by_hand",
)


def change_events(order: Order) -> Iterator[Event]:
    """Yield who changed what, with what it was before. Three queries."""
    facts = _facts(order)
    history = list(
        apps.get_model("orders", "OrderEvent")
        .objects.filter(pgh_obj=order.pk)
        .select_related("pgh_context")
        .order_by("pgh_id")
    )
    acted = {fact.payload.get("actor") for fact in facts} | {_user_id(row) for row in history}
    owners = {row.owner_id for row in history}
    names = _named(acted | owners)
    yield _placed(order, facts, names)
    for fact in facts:
        if fact.kind in _WORDS:
            yield _of_fact(fact, names)
    why = next((fact.payload.get("cancel_reason", "") for fact in facts if fact.kind == "orders.cancelled"), "")
    if history and history[0].pgh_label != "insert":
        yield from _of_first(history[0], names)
    for old, new in itertools.pairwise(history):
        yield from _of_row(old, new, names, why)


def _facts(order: Order) -> list[Fact]:
    """Read what was recorded about the order's changes: it says who, and why."""
    wanted = Q()
    for kind in _KINDS:
        wanted |= Q(dedupe_key__startswith=f"{kind}:{order.pk}:v")
    return list(Fact.objects.filter(wanted).order_by("pk"))


def _placed(order: Order, facts: Iterable[Fact], names: Mapping[int | None, str]) -> Event:
    taken_in = next((fact for fact in facts if fact.kind == "orders.taken_in"), None)
    who = names.get(taken_in.payload["actor"], "") if taken_in else ""
    text = f"Order placed, {order.channel}"
    return Event(order.placed_at, "shopping-cart", "", text, joined(order.customer.name, who))


def _cancelled_units(said: Mapping[str, Any]) -> tuple[str, str]:
    return f"{said['qty']:,} units of line {said['position']} cancelled", said["reason"]


def _pinned(said: Mapping[str, Any]) -> tuple[str, str]:
    return f"{said['qty']:,} units in {said['warehouse']} pinned to line {said['position']}", ""


def _unpinned(said: Mapping[str, Any]) -> tuple[str, str]:
    return f"{said['qty']:,} pinned units of line {said['position']} given back to the plan", ""


def _substituted(said: Mapping[str, Any]) -> tuple[str, str]:
    return f"{said['qty']:,} units of {said['sku']} swapped for {said['substitute']}", ""


def _swapped_back(said: Mapping[str, Any]) -> tuple[str, str]:
    return f"{said['substitute']} swapped back for {said['qty']:,} units of {said['sku']}", ""


def _split(said: Mapping[str, Any]) -> tuple[str, str]:
    return f"Split: {said['units']:,} units leave now", ""


def _rejoined(said: Mapping[str, Any]) -> tuple[str, str]:
    return f"Split taken back: {said['units']:,} units wait with the rest", ""


def _terms(_said: Mapping[str, Any]) -> tuple[str, str]:
    return "Terms of delivery changed", ""


def _given(said: Mapping[str, Any]) -> tuple[str, str]:
    return f"Given: {said['given']}", f"{said['days_late']} days late, code {said['code']}"


def _given_back(said: Mapping[str, Any]) -> tuple[str, str]:
    return f"Taken back: {said['given']}", ""


def _used(said: Mapping[str, Any]) -> tuple[str, str]:
    return f"Used: {said['given']}", f"code {said['code']} for {said['used_for']}, {exact(Decimal(said['amount']))} off"


def _used_back(said: Mapping[str, Any]) -> tuple[str, str]:
    return f"Not used after all: {said['given']}", f"code {said['code']}"


def _called(said: Mapping[str, Any]) -> tuple[str, str]:
    return f"Called: {Way(said['way']).label.lower()}", said["note"]


def _saved(said: Mapping[str, Any]) -> tuple[str, str]:
    return f"ETA {said['eta_on']} saved, customer not told", said["why"]


def _line_eta(said: Mapping[str, Any]) -> tuple[str, str]:
    if said["new_on"] is None:
        return f"ETA of line {said['position']} given back to the plan", said["reason"]
    return f"ETA of line {said['position']} set by hand: {said['new_on']}", said["reason"]


_WORDS = {
    "orders.line_cancelled": ("ban", "is-late", _cancelled_units),
    "orders.pinned": ("lock", "", _pinned),
    "orders.unpinned": ("undo-2", "", _unpinned),
    "orders.line_substituted": ("replace", "", _substituted),
    "orders.substitution_undone": ("undo-2", "", _swapped_back),
    "orders.split": ("split", "", _split),
    "orders.rejoined": ("undo-2", "", _rejoined),
    "orders.terms_changed": ("scale", "", _terms),
    "orders.compensation_given": ("scale", "is-info", _given),
    "orders.compensation_taken_back": ("undo-2", "", _given_back),
    "orders.compensation_used": ("check", "is-good", _used),
    "orders.compensation_use_taken_back": ("undo-2", "", _used_back),
    "orders.called_in_vain": ("message-square", "", _called),
    "orders.saved_untold": ("calendar-clock", "", _saved),
    "orders.line_eta_set_by_hand": ("calendar-clock", "", _line_eta),
}


def _of_fact(fact: Fact, names: Mapping[int | None, str]) -> Event:
    icon, colour, words = _WORDS[fact.kind]
    text, why = words(fact.payload)
    return Event(fact.occurred_at, icon, colour, text, joined(why, names.get(fact.payload.get("actor"), "")))


def _of_row(old: Any, new: Any, names: Mapping[int | None, str], why_cancelled: str) -> Iterator[Event]:
    """Yield what differs between two states of the order's row."""
    who, at = names.get(_user_id(new), ""), new.pgh_created_at
    if old.is_expedited and not new.is_expedited:
        yield Event(at, "zap", "", "No longer expedited", who or _over(old.expedite_ends_on))
    elif _expedite(old) != _expedite(new):
        until = f" until {new.expedite_ends_on:%-d %b}" if new.expedite_ends_on else ""
        yield Event(at, "zap", "", f"Expedited{until}", joined(new.expedite_reason, who))
    if old.status != new.status:
        detail = joined(why_cancelled, who) if new.status == OrderStatus.CANCELLED else who
        yield Event(at, "package-check", "", f"Order {new.get_status_display().lower()}", detail)
    if old.ship_policy != new.ship_policy:
        policies = (ShipPolicy(old.ship_policy).label, ShipPolicy(new.ship_policy).label)
        yield Event(at, "boxes", "", "Delivery changed:", who, *policies)
    if old.requested_on != new.requested_on:
        days = (old.requested_on or "no day", new.requested_on or "no day")
        yield Event(at, "calendar-clock", "", "Wanted by:", who, *days)
    if old.substitutes != new.substitutes:
        said = (SubstituteConsent(old.substitutes).label, SubstituteConsent(new.substitutes).label)
        yield Event(at, "replace", "", "Substitutes:", who, *said)
    if old.owner_id != new.owner_id:
        owners = (names.get(old.owner_id) or "nobody", names.get(new.owner_id) or "nobody")
        yield Event(at, "user-plus", "", "Owner:", who, *owners)
    if old.ship_to != new.ship_to:
        yield Event(at, "map-pin", "", "Address changed" if old.ship_to else "Address added", who or "the customer")


def _expedite(row: Any) -> tuple[Any, ...]:
    return row.is_expedited, row.expedite_reason, row.expedite_ends_on


def _over(ends_on: date | None) -> str:
    return f"over since {ends_on:%-d %b}" if ends_on else ""


def _of_first(row: Any, names: Mapping[int | None, str]) -> Iterator[Event]:
    """Yield what made the first state that is kept of an order which was here before: its verb says what it was."""
    verb = row.pgh_context.metadata.get("verb", "") if row.pgh_context else ""
    who, at = names.get(_user_id(row), ""), row.pgh_created_at
    if verb in _FIRST:
        icon, text = _FIRST[verb]
        yield Event(at, icon, "", text, who)
    elif verb == "assign":
        yield Event(at, "user-plus", "", "Owner:", who, after=names.get(row.owner_id) or "nobody")


_FIRST = {
    "expedite": ("zap", "Expedited"),
    "un_expedite": ("zap", "No longer expedited"),
    "correct_address": ("map-pin", "Address changed"),
    "change_address": ("map-pin", "Address changed"),
    "choose_shipping": ("boxes", "Delivery changed"),
    "change_requested": ("calendar-clock", "Requested date changed"),
}


def _named(ids: set[int | None]) -> dict[int | None, str]:
    known = [key for key in ids if key is not None]
    return {user.pk: str(user) for user in get_user_model().objects.filter(pk__in=known)} if known else {}


def _user_id(row: Any) -> int | None:
    return row.pgh_context.metadata.get("user") if row.pgh_context else None
