"""Ops works through the board with the mouse and with the keys."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.person import Person, picture, text_of
from tests.browser.stack import Stack

# One line lacks units, and one delivery brings them.
WAITING = """
    SELECT o.ref, p.name, min(po.ref) AS source
    FROM orders_orderplan op JOIN orders_order o ON o.id = op.order_id AND NOT o.is_expedited
    JOIN orders_orderline l ON l.order_id = o.id JOIN inventory_product p ON p.id = l.product_id
    JOIN orders_peg g ON g.line_id = l.id
    JOIN inventory_purchaseorderline i ON i.id = g.purchase_order_line_id
    JOIN inventory_purchaseorder po ON po.id = i.purchase_order_id
    WHERE op.short_lines = 1 AND NOT EXISTS (SELECT FROM orders_hold h WHERE h.order_id = o.id)
    GROUP BY o.ref, p.name HAVING count(*) = 1 ORDER BY o.ref LIMIT 1
"""
STEPS = {
    "Correct the address",
    "Clear the hold",
    "Tell the customer",
    "Ship it",
    "Split, send what is here",
    "Offer a substitute",
    "Chase the supplier",
    "Order more",
    "Wait",
}


def ranks(person: Person) -> list[int]:
    return [int(text) for text in person.page.locator("[data-row] .rank").all_inner_texts()]


def test_ops_signs_in_and_sees_the_worst_order_first(ops: Person, stack: Stack) -> None:
    worst = stack.rows(
        "SELECT o.ref FROM orders_orderplan p JOIN orders_order o ON o.id = p.order_id"
        " ORDER BY p.score DESC, p.placed_at, p.order_id LIMIT 3"
    )

    page = ops.see("/triage/")

    assert [row.get_attribute("data-row") for row in page.locator("[data-row]").all()[:3]] == [r["ref"] for r in worst]
    assert ranks(ops) == list(range(1, len(ranks(ops)) + 1))
    assert page.locator(".topbar").get_by_text("real demand, simulated supply").is_visible()
    picture(page, "triage-light")


def test_the_panel_says_why_this_rank_and_what_each_line_waits_for(ops: Person) -> None:
    page = ops.see("/triage/")

    page.locator("[data-row] [data-open-panel]").nth(3).click()

    panel = page.locator(".panel")
    expect(panel).to_contain_text("Why is this rank 4?")
    expect(panel).to_contain_text("Allocation and pegging")
    points = [float(text) for text in re.findall(r"-?\d+\.\d", text_of(panel.locator(".wf")))]
    assert points
    picture(page, "panel-light")


def test_a_newcomer_sees_why_an_order_waits_and_who_would_be_hurt_by_expediting_it(ops: Person, stack: Stack) -> None:
    one = stack.rows(WAITING)[0]
    page = ops.see(f"/triage/?o={one['ref']}")
    panel = page.locator(".panel")

    expect(panel.locator(".waits")).to_contain_text(f"Waits for {one['name']}")
    expect(panel.locator(".waits").get_by_role("link", name=one["source"])).to_be_visible()
    panel.get_by_role("link", name="Who would wait longer if we expedited it?").click()
    trial = page.locator("#panel-trial")
    expect(trial).to_contain_text("would wait longer")
    before, after = (int(rank) for rank in re.search(r"(\d+) → (\d+)", text_of(trial)).groups())
    assert after < before
    picture(page, "newcomer-why-and-who")

    assert page.url.endswith(f"/triage/?o={one['ref']}")
    assert not stack.rows("SELECT is_expedited FROM orders_order WHERE ref = %s", one["ref"])[0]["is_expedited"]


def test_a_newcomer_reads_what_to_do_about_the_ten_worst_and_does_the_first(ops: Person) -> None:
    page = ops.see("/triage/")
    picture(page, "newcomer-ten-worst")

    words = [text_of(page.locator("[data-row] .c-next").nth(n)) for n in range(10)]
    assert set(words) <= STEPS
    worst = next(n for n, word in enumerate(words) if word != "Wait")
    page.locator("[data-row] [data-open-panel]").nth(worst).click()
    expect(page.locator(".panel .callout").first).to_be_visible()
    picture(page, "newcomer-next-step")


def test_a_newcomer_follows_the_rank_to_the_rule_that_gave_it(ops: Person) -> None:
    page = ops.see("/triage/")
    page.locator("[data-row] [data-open-panel]").first.click()
    rule = page.locator(".panel .wf a").first
    label = text_of(rule)

    rule.click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Priority rules")
    expect(page.locator("[data-rule][data-open]")).to_contain_text(label)
    picture(page, "newcomer-rule")
