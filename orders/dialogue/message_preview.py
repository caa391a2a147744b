"""What a message would say about a real order: the words of a template, in force or not, filled in with it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from kernel.errors import NotFound
from kernel.text import is_plain
from notifications.channels.short import render_short, render_short_summary
from notifications.texts.placeholders import QUESTIONS, parsed_date
from notifications.texts.rendering import Mail, OrderNews, render, render_summary
from notifications.texts.words import EMAIL, SUMMARY, Slot, Words
from orders.dialogue.snapshots import customer_payloads
from orders.models import Order, OrderStatus

MOST_IN_SUMMARY = 3
MOST_LOOKED_AT = 200
WHEN_READY = {"line_allocated", "shipped", "feedback_wanted"}
A_WEEK = timedelta(days=7)
ASKED = ("send_ready", "together", "substitute", "cancel")
GIVEN = {"kind": "voucher", "percent": 10, "amount": "0", "code": "··········"}


def preview_order(slot: Slot, *, ref: str = "") -> Order:
    """Return the order to fill words in with: the one named, else one of the newest that the message could be about, if
    possible of a customer who reads its language. Raises NotFound when there is none."""
    orders = Order.objects.select_related("customer")
    if ref:
        named = orders.filter(ref__iexact=ref).first() if is_plain(ref) else None
        if named is None:
            raise NotFound(f"There is no order {ref[:40]}.")
        return named
    waiting = orders.filter(status=OrderStatus.OPEN, promise__isnull=False).select_related(
        "customer", "promise", "plan"
    )
    newest = waiting.order_by("-placed_at", "-pk")[:MOST_LOOKED_AT]
    found = max(newest, key=lambda order: _best(order, slot.kind, slot.language), default=None)
    found = found or orders.order_by("-pk").first()
    if found is None:
        raise NotFound("There is no order yet to show the message with.")
    return found


def preview(slot: Slot, words: Words, order: Order, *, today: date) -> Mail:
    """Render ``words`` as their message would be sent about ``order`` today. Raises Invalid for words that fail."""
    is_mail = slot.channel == EMAIL
    if slot.kind == SUMMARY:
        news = [_news(payload) for payload in _payloads(_orders_of(order))]
        sum_up = render_summary if is_mail else render_short_summary
        return sum_up(news, language=slot.language, today=today, words=words)
    [payload] = _payloads([order.pk])
    if slot.kind in ("shipped", "part_shipped"):
        payload = _as_shipped(payload, lines=None if slot.kind == "shipped" else 1)
    told_on, say = _told_on(slot.kind, payload), render if is_mail else render_short
    payload = _asked(slot.kind, payload, today)
    return say(slot.kind, payload, language=slot.language, told_on=told_on, today=today, words=words)


def _best(order: Order, kind: str, language: str) -> tuple[bool, bool]:
    """Tell whether the message could really be about this order, and whether its customer reads the language."""
    plan = getattr(order, "plan", None)
    fits = plan is not None and (plan.short_units == 0) == (kind in WHEN_READY)
    return fits, order.customer.language == language


def _orders_of(order: Order) -> list[int]:
    others = Order.objects.filter(customer=order.customer_id, status=OrderStatus.OPEN).exclude(pk=order.pk)
    return [order.pk, *others.order_by("-placed_at", "-pk").values_list("pk", flat=True)[: MOST_IN_SUMMARY - 1]]


def _payloads(order_ids: Sequence[int]) -> list[dict[str, Any]]:
    found = customer_payloads(order_ids)
    return [found[pk] for pk in order_ids]


def _news(payload: dict[str, Any]) -> OrderNews:
    return OrderNews("eta_slipped", payload, parsed_date(payload["told_on"]))


def _told_on(kind: str, payload: dict[str, Any]) -> date | None:
    """Return the day the customer was last told; where it is the new day, one a week off, as the message would have."""
    told_on, eta_on = parsed_date(payload["told_on"]), parsed_date(payload["eta_on"])
    if told_on is None or told_on != eta_on:
        return told_on
    return told_on + (A_WEEK if kind == "eta_improved" else -A_WEEK)


def _asked(kind: str, payload: dict[str, Any], today: date) -> dict[str, Any]:
    """Add what only some kinds say: by when to answer, what to answer to, what to choose from, what is given."""
    answer_by_on = (today + A_WEEK).isoformat()
    if kind == "compensated":
        payload = {**payload, "compensation": GIVEN}
    return {"hold": QUESTIONS[0], "asks": ASKED, **payload, "notice": {"answer_by_on": answer_by_on}}


def _as_shipped(payload: dict[str, Any], *, lines: int | None) -> dict[str, Any]:
    """Return the payload as if that many of its lines had left, or all."""
    left = [{"sku": line["sku"], "name": line["name"], "qty": line["open_qty"]} for line in payload["lines"][:lines]]
    return {**payload, "shipped": left, "lines": [] if lines is None else payload["lines"][lines:]}
