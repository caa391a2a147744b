"""An agent clears the day's slips by keyboard alone."""

from __future__ import annotations

import re
import time

from playwright.sync_api import expect

from tests.browser.person import Person, wait_until_live
from tests.browser.stack import Stack, eventually

SLIPS = 20
SECONDS = 180
# Customers with an address who were told an earlier day than the plan says, as after a bad night.
MAKE_SLIPS = """
    UPDATE orders_orderpromise SET told_on = told_on - 5, announced_at = now() - interval '3 hours'
    WHERE order_id IN (
        SELECT p.order_id FROM orders_orderplan p
        JOIN orders_order o ON o.id = p.order_id JOIN orders_customer c ON c.id = o.customer_id
        WHERE p.short_units > 0 AND p.eta_p50 > current_date + 6 AND c.email <> ''
            AND NOT EXISTS (SELECT FROM orders_hold h WHERE h.order_id = o.id AND h.released_at IS NULL)
        ORDER BY p.order_id LIMIT 20
    ) RETURNING order_id
"""


def test_a_macro_fills_in_by_one_key_and_all_of_it_is_taken_back(stack: Stack, agent: Person) -> None:
    stack.change(MAKE_SLIPS)
    page = agent.see("/eta/")
    wait_until_live(page)
    ref = str(page.locator("[data-telling-form]").get_attribute("data-telling-form"))

    page.keyboard.press("w")
    expect(page.locator("[name=macro]")).to_have_count(1)
    expect(page.locator("#telling-note")).to_have_value(re.compile("not the first time"))
    expect(page.locator(".mail-text")).to_contain_text("not the first time")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#toasts")).to_contain_text(f"{ref} is told")
    owner = "SELECT owner_id FROM orders_order WHERE ref = %s"
    assert stack.rows(owner, ref)[0]["owner_id"] is not None
    page.locator("#toasts form button").first.click()

    expect(page.locator("#toasts")).to_contain_text(f"{ref}: message taken back")
    assert stack.rows(owner, ref)[0]["owner_id"] is None


def test_twenty_slips_are_told_by_keyboard_within_three_minutes(stack: Stack, agent: Person) -> None:
    made = {row["order_id"] for row in stack.change(MAKE_SLIPS)}
    assert len(made) == SLIPS
    page = agent.see("/eta/")
    started = time.monotonic()

    told = []
    for _ in range(SLIPS):
        wait_until_live(page)
        heading = page.locator("[data-telling-form]")
        ref = str(heading.get_attribute("data-telling-form"))
        page.keyboard.press("1")
        page.keyboard.press("Control+Enter")
        expect(page.locator("#toasts")).to_contain_text(f"{ref} is told")
        told.append(ref)
    seconds = time.monotonic() - started

    print(f"{SLIPS} slips told in {seconds:.1f} s, {seconds / SLIPS:.1f} s each")
    assert len(set(told)) == SLIPS
    assert seconds < SECONDS
    sent = "SELECT count(DISTINCT order_ref) AS orders FROM notifications_delivery WHERE state = 'sent'"
    eventually(lambda: stack.rows(f"{sent} AND order_ref = ANY(%s)", told)[0]["orders"] == SLIPS, seconds=60)


def test_the_key_that_sends_leads_to_the_call_where_no_message_reaches_the_customer(
    stack: Stack, agent: Person
) -> None:
    unreached = stack.change("""
        UPDATE orders_orderpromise SET told_on = told_on - 5, announced_at = now() - interval '9 hours'
        WHERE order_id = (
            SELECT p.order_id FROM orders_orderplan p
            JOIN orders_order o ON o.id = p.order_id JOIN orders_customer c ON c.id = o.customer_id
            WHERE p.short_units > 0 AND p.eta_p50 > current_date + 6 AND c.email = ''
                AND NOT EXISTS (SELECT FROM orders_hold h WHERE h.order_id = o.id AND h.released_at IS NULL)
            ORDER BY p.order_id LIMIT 1
        ) RETURNING order_id
    """)
    ref = stack.rows("SELECT ref FROM orders_order WHERE id = %s", unreached[0]["order_id"])[0]["ref"]
    page = agent.see(f"/eta/?ref={ref}")

    page.keyboard.press("Control+Enter")

    expect(page.locator("#call-note")).to_be_focused()
    assert not stack.rows("SELECT FROM orders_telling t JOIN orders_order o ON o.id = t.order_id WHERE o.ref = %s", ref)
