"""What the words of a message may name: a closed list of placeholders, and their values for one fact."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings

from kernel.errors import Invalid
from notifications.languages import Language

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
    note: str


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


def values_of(payload: Mapping[str, Any], *, language: Language, told_on: date | None, today: date) -> dict[str, str]:
    """Return the value of every placeholder except ``lines`` for the payload of an order's fact."""
    order, customer = payload["order"], payload["customer"]
    return {
        "order_ref": order["ref"],
        "customer_name": customer["contact_name"] or customer["name"],
        "placed_date": language.day(parsed_date(order["placed_on"]), today=today),
        "new_date": language.day(parsed_date(payload["eta_on"]), today=today),
        "safe_date": language.day(parsed_date(payload["eta_p90_on"]), today=today),
        "previous_date": language.day(told_on, today=today),
        "promised_date": language.day(parsed_date(payload["promised_on"]), today=today),
        "reason": language.reason(payload["reason"]),
        "note": payload.get("note", ""),
        "orders": "1",
        "order_link": hidden_link(order["ref"]),
    }


def lines_of(payload: Mapping[str, Any], *, language: Language, today: date) -> list[MessageLine]:
    """Return the payload's lines in words: what has just left first, then what is set aside or expected."""
    gone = language.say("on_its_way")
    left = [MessageLine(line["sku"], line["name"], line["qty"], gone) for line in payload.get("shipped", ())]
    waiting = [
        MessageLine(line["sku"], line["name"], line["open_qty"], _line_when(line, language, today))
        for line in payload["lines"]
    ]
    return left + waiting


def order_news(
    kind: str, payload: Mapping[str, Any], *, language: Language, told_on: date | None, today: date
) -> SaidOfOrder:
    """Return the news of one order as a line of a summary."""
    day, ref = parsed_date(payload["eta_on"]), payload["order"]["ref"]
    new, old = language.day(day, today=today), language.day(told_on, today=today)
    if day is None:
        name = "news_undated"
    elif kind == "line_allocated":
        name = "news_complete"
    elif kind == "backordered" or told_on is None:
        name = "news_waits"
    else:
        name = "news_moved"
    return SaidOfOrder(ref, language.say(name, day=new, old=old), payload.get("note", ""), hidden_link(ref))


def hidden_link(order_ref: str) -> str:
    """Return what stands for the address with its key, which only the mail has: what we keep of it opens nothing."""
    return f"{settings.BASE_URL}/o/only-in-the-mail/{order_ref}/"


def parsed_date(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None


def _line_when(line: Mapping[str, Any], language: Language, today: date) -> str:
    if line["allocated_qty"] >= line["open_qty"]:
        return language.say("set_aside")
    day = parsed_date(line["eta_on"])
    return language.say("expected", day=language.day(day, today=today)) if day else language.say("no_day")
