"""What a message would say about a real order: the words of a template, in force or not, filled in with it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from kernel.errors import NotFound
from kernel.text import is_plain
from notifications.placeholders import parsed_date
from notifications.rendering import Mail, OrderNews, render, render_summary
from notifications.words import SUMMARY, Slot, Words
from orders.models import Order, OrderStatus
from orders.snapshots import customer_payloads

MOST_IN_SUMMARY = 3


def preview_order(language: str, *, ref: str = "") -> Order:
    """Return the order to fill words in with: the one named, else the newest open one, if possible of a customer who
    reads ``language``. Raises NotFound when there is none."""
    orders = Order.objects.select_related("customer")
    if ref:
        named = orders.filter(ref__iexact=ref).first() if is_plain(ref) else None
        if named is None:
            raise NotFound(f"There is no order {ref[:40]}.")
        return named
    waiting = orders.filter(status=OrderStatus.OPEN, promise__isnull=False).order_by("-placed_at", "-pk")
    found = waiting.filter(customer__language=language).first() or waiting.first() or orders.order_by("-pk").first()
    if found is None:
        raise NotFound("There is no order yet to show the message with.")
    return found


def preview(slot: Slot, words: Words, order: Order, *, today: date) -> Mail:
    """Render ``words`` as their message would be sent about ``order`` today. Raises Invalid for words that fail."""
    if slot.kind == SUMMARY:
        news = [_news(payload) for payload in _payloads(_orders_of(order))]
        return render_summary(news, language=slot.language, today=today, words=words)
    [payload] = _payloads([order.pk])
    if slot.kind == "shipped":
        payload = _as_shipped(payload)
    told_on = parsed_date(payload["told_on"])
    return render(slot.kind, payload, language=slot.language, told_on=told_on, today=today, words=words)


def _orders_of(order: Order) -> list[int]:
    others = Order.objects.filter(customer=order.customer_id, status=OrderStatus.OPEN).exclude(pk=order.pk)
    return [order.pk, *others.order_by("-placed_at", "-pk").values_list("pk", flat=True)[: MOST_IN_SUMMARY - 1]]


def _payloads(order_ids: Sequence[int]) -> list[dict[str, Any]]:
    found = customer_payloads(order_ids)
    return [found[pk] for pk in order_ids]


def _news(payload: dict[str, Any]) -> OrderNews:
    return OrderNews("eta_slipped", payload, parsed_date(payload["told_on"]))


def _as_shipped(payload: dict[str, Any]) -> dict[str, Any]:
    left = [{"sku": line["sku"], "name": line["name"], "qty": line["open_qty"]} for line in payload["lines"]]
    return {**payload, "shipped": left, "lines": []}
