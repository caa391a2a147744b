"""What the words of a message may name: a closed list of placeholders, and their values for one fact."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.utils.dateformat import format as format_date

from kernel.errors import Invalid

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")

PLACEHOLDERS: dict[str, str] = {
    "order_ref": "the order's number",
    "customer_name": "whom we write to",
    "placed_date": "the day the order was placed",
    "new_date": "the day the plan says now",
    "safe_date": "the day that nine in ten orders keep",
    "previous_date": "the day the customer was last told",
    "promised_date": "the day we first committed to",
    "reason": "why, in a sentence a customer understands",
    "note": "what a colleague wrote to this customer, if anything",
    "lines": "what still waits and when it comes, as a list",
    "order_link": "the address of the order's own page, where the customer chooses",
    "orders": "in a summary: how many orders it tells of",
}

REASON_SENTENCES: dict[str, str] = {
    "ready": "Everything is in our warehouse now.",
    "frozen": "Your items are being packed.",
    "on_hold": "There is a question about the order that we have to settle first.",
    "ship_complete": "You asked for everything in one delivery, and part of it is still on its way to us.",
    "awaiting_supply": "Part of your order is out of stock, and the next delivery is on its way to our warehouse.",
    "supplier_late": "Our supplier is sending part of your order later than agreed.",
    "stock_short": "Part of your order is out of stock, and we are ordering more.",
    "protected": "The stock we have at hand is already set aside for others.",
    "capacity": "Your items are in our warehouse and wait their turn to be packed.",
    "fill_threshold": "You asked for fewer and fuller parcels, and too little of your order is here yet.",
    "wanted_later": "Your order is timed for the day you asked for.",
    "stands_back": "You asked for everything in one delivery, and the next one to us completes your order.",
    "stands_back": "You asked for everything in one delivery, and the next one to us completes your order.",
    "split_limit": "Your items lie in several warehouses, and we bring them together first.",
    "eta_by_hand": "We have gone through your order again and set a new date.",
}
OTHER_REASON = "The delivery plan of your order has changed."
UNKNOWN_DATE = "a day we do not know yet"


@dataclass(frozen=True, slots=True)
class SaidOfOrder:
    """One order in a summary, as a customer reads it."""

    ref: str
    said: str
    link: str


@dataclass(frozen=True, slots=True)
class MessageLine:
    """One line of an order as a customer reads it."""

    sku: str
    name: str
    qty: int
    when: str


def check_placeholders(text: str, *, field: str) -> None:
    """Raise Invalid naming ``field`` when ``text`` has a placeholder that does not exist, or a stray brace."""
    unknown = sorted({name for name in _PLACEHOLDER.findall(text) if name not in PLACEHOLDERS})
    if unknown or set("{}") & set(_PLACEHOLDER.sub("", text)):
        known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
        what = ", ".join(f"{{{name}}}" for name in unknown) or "a single brace"
        raise Invalid(f"Not a placeholder: {what}. Use {known}.", fields={field: f"Not a placeholder: {what}."})


def fill(text: str, values: Mapping[str, str], *, quote: Callable[[str], str] = str) -> str:
    """Put ``values`` in place of placeholders, each through ``quote``; values are never looked at for placeholders."""
    return _PLACEHOLDER.sub(lambda match: quote(values[match.group(1)]), text)


def hidden_link(order_ref: str) -> str:
    """Return what stands for the address with its key, which only the mail has: what we keep of it opens nothing."""
    return f"{settings.BASE_URL}/o/only-in-the-mail/{order_ref}/"


def values_of(payload: Mapping[str, Any], *, told_on: date | None, today: date) -> dict[str, str]:
    """Return the value of every placeholder except ``lines`` for the payload of an order's fact."""
    order, customer = payload["order"], payload["customer"]
    return {
        "order_ref": order["ref"],
        "customer_name": customer["contact_name"] or customer["name"],
        "placed_date": in_words(parsed_date(order["placed_on"]), today=today),
        "new_date": in_words(parsed_date(payload["eta_on"]), today=today),
        "safe_date": in_words(parsed_date(payload["eta_p90_on"]), today=today),
        "previous_date": in_words(told_on, today=today),
        "promised_date": in_words(parsed_date(payload["promised_on"]), today=today),
        "reason": REASON_SENTENCES.get(payload["reason"], OTHER_REASON),
        "note": payload.get("note", ""),
        "orders": "1",
        "order_link": hidden_link(order["ref"]),
    }


def lines_of(payload: Mapping[str, Any], *, today: date) -> list[MessageLine]:
    """Return the payload's lines in words: what has just left first, then what is set aside or expected."""
    left = [MessageLine(line["sku"], line["name"], line["qty"], "on its way") for line in payload.get("shipped", ())]
    waiting = [
        MessageLine(line["sku"], line["name"], line["open_qty"], _line_when(line, today)) for line in payload["lines"]
    ]
    return left + waiting


def order_news(kind: str, payload: Mapping[str, Any], *, told_on: date | None, today: date) -> SaidOfOrder:
    """Return the news of one order as a line of a summary."""
    day, ref = parsed_date(payload["eta_on"]), payload["order"]["ref"]
    new = in_words(day, today=today)
    if day is None:
        said = "we cannot name a day yet"
    elif kind == "line_allocated":
        said = f"complete, leaves on {new}"
    elif kind == "backordered" or told_on is None:
        said = f"part of it has to wait, expected on {new}"
    else:
        said = f"now expected on {new}, instead of {in_words(told_on, today=today)}"
    return SaidOfOrder(ref, said, hidden_link(ref))


def in_words(day: date | None, *, today: date) -> str:
    """Return ``Saturday 28 November``, with the year when it is not this year's."""
    if day is None:
        return UNKNOWN_DATE
    return format_date(day, "l j F" if day.year == today.year else "l j F Y")


def parsed_date(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None


def _line_when(line: Mapping[str, Any], today: date) -> str:
    if line["allocated_qty"] >= line["open_qty"]:
        return "set aside for you"
    day = parsed_date(line["eta_on"])
    return f"expected {in_words(day, today=today)}" if day else "date not known yet"
