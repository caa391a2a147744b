"""Ops works through the board with the mouse and with the keys."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.person import Person, picture, text_of
from tests.browser.stack import Stack


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
