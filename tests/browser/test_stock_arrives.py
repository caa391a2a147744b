"""Stock arrives for a product that orders wait for: pages change by themselves, the right customers hear of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser import news
from tests.browser.person import Person, picture, text_of, wait_until_live
from tests.browser.stack import Stack, eventually

pytestmark = pytest.mark.serial

LIVE_SECONDS = 2.0

# Products whose stock alone would complete orders, of which no customer has heard anything yet.
SCARCE = """
    SELECT p.id, p.sku, sum(l.open_qty - lp.allocated_qty)::int AS short_qty,
        (array_agg(o.ref ORDER BY o.id) FILTER (WHERE op.short_lines = 1))[1] AS gated
    FROM orders_lineplan lp JOIN orders_orderline l ON l.id = lp.line_id
    JOIN inventory_product p ON p.id = lp.product_id JOIN orders_order o ON o.id = lp.order_id
    JOIN orders_orderplan op ON op.order_id = lp.order_id
    WHERE lp.allocated_qty < l.open_qty
    GROUP BY p.id HAVING count(*) FILTER (WHERE op.short_lines = 1) > 0
        AND NOT bool_or(EXISTS (SELECT 1 FROM notifications_delivery d WHERE d.order_ref = o.ref))
        AND NOT bool_or(EXISTS (SELECT 1 FROM orders_hold h WHERE h.order_id = o.id))
    ORDER BY count(*) FILTER (WHERE op.short_lines = 1) DESC, p.sku LIMIT 1
"""


def test_stock_received_on_one_page_changes_other_pages_and_tells_the_right_customers(
    ops: Person, agent: Person, stack: Stack, record_property: Callable[[str, object], None]
) -> None:
    scarce = stack.rows(SCARCE)[0]

    def receive() -> None:
        page = ops.see(f"/receive/?sku={scarce['sku']}")
        page.get_by_label("Units").fill(str(scarce["short_qty"]))
        page.get_by_label("Reference").fill("Delivery note 4711")
        page.get_by_role("button", name="Receive stock").click()
        expect(page.locator("#toasts")).to_contain_text(f"{scarce['short_qty']} units of {scarce['sku']} received")

    record_property("seconds_until_seen", watch_it_arrive(agent, stack, scarce, receive))


def test_stock_received_through_the_api_does_the_same(
    agent: Person, stack: Stack, api_key: str, record_property: Callable[[str, object], None]
) -> None:
    scarce = stack.rows(SCARCE)[0]

    def receive() -> None:
        body = {"sku": scarce["sku"], "warehouse": "LDS", "qty": scarce["short_qty"], "reference": "API"}
        status, answer = stack.request("POST", "/api/v1/stock/receipts/", key=api_key, body=body)
        assert status == 201, answer

    record_property("seconds_until_seen", watch_it_arrive(agent, stack, scarce, receive))


def watch_it_arrive(agent: Person, stack: Stack, scarce: dict[str, Any], receive: Callable[[], None]) -> float:
    """Watch two open pages while stock is received, compare the mails with the plans; return how soon it showed."""
    sku, gated = scarce["sku"], scarce["gated"]
    eventually(stack.has_sent_everything, seconds=40)
    before, mails_before = news.standings(stack), len(stack.mails())
    product = agent.see(f"/inventory/{sku}/")
    board = agent.context.new_page()
    board.goto(f"/triage/?sku={sku}")
    wait_until_live(board)
    loads: list[str] = []
    for page in (product, board):
        page.on("framenavigated", lambda frame: loads.append(frame.url))
    row = board.locator(f"[data-row='{gated}']")
    was = text_of(row)

    receive()
    expect(row.locator(".c-status")).to_contain_text("Ready to ship", timeout=10_000)
    seconds = time.time() - received_at(stack, scarce)

    assert seconds <= LIVE_SECONDS, f"the board changed {seconds:.2f} s after the receipt"
    expect(product.locator("[aria-labelledby=waiting] tr", has_text=gated)).to_contain_text("Ready to ship")
    assert "none" in text_of(row.locator(".c-short"))
    assert text_of(row) != was
    assert loads == []
    picture(board, f"live-{sku}")
    eventually(stack.is_settled)
    same_as_reloaded(product, "[aria-labelledby=waiting]")
    same_as_reloaded(board, "[data-live-rows]")
    compare_mails(stack, before, mails_before, gated)
    return seconds


def received_at(stack: Stack, scarce: dict[str, Any]) -> float:
    """Return when the request that received the stock came in."""
    latest = "SELECT max(at) AS at FROM inventory_stockmovement WHERE product_id = %s"
    return float(stack.rows(latest, scarce["id"])[0]["at"].timestamp())


def same_as_reloaded(page: Page, selector: str) -> None:
    """Check that what changed by itself is what a new look shows."""
    shown = sorted(text_of(page.locator(selector)).split())
    page.reload()
    assert sorted(text_of(page.locator(selector)).split()) == shown


def compare_mails(stack: Stack, before: dict[str, news.Standing], mails_before: int, gated: str) -> None:
    expected = news.should_hear(before, news.standings(stack))
    assert expected[gated] == "orders.line_allocated"

    eventually(stack.has_sent_everything, seconds=40)

    mails = stack.mails()[mails_before:]
    assert news.told(mails) == news.to_tell(before, expected)
    sent = stack.rows("SELECT order_ref, kind FROM notifications_delivery WHERE state = 'sent'")
    kinds = {row["order_ref"]: row["kind"] for row in sent}
    told = [ref for mail in mails for ref in news.orders_of(mail)]
    assert {ref: kinds[ref] for ref in told}.items() <= expected.items()
