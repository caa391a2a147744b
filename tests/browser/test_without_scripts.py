"""The product without JavaScript: every page is a page, every action a form."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import ComeIn
from tests.browser.person import sign_in
from tests.browser.stack import Stack

LAST = "SELECT o.ref FROM orders_orderplan op JOIN orders_order o ON o.id = op.order_id ORDER BY op.score LIMIT 1"


def test_sign_in_read_hold_and_release_by_forms(come_in: ComeIn, stack: Stack) -> None:
    person = come_in("ops", java_script_enabled=False, signed_in=False)
    page = person.page
    ref = stack.rows(LAST)[0]["ref"]

    sign_in(page, "ops")
    page.locator("[data-open-panel]").first.click()
    expect(page.locator(".panel")).to_contain_text("Why is this rank 1?")
    page.goto(f"/orders/{ref}/")
    page.locator("summary", has_text="Hold").click()
    page.get_by_label("Kind").select_option("address")
    page.locator("#hold-reason").fill("No such street")
    page.get_by_role("button", name="Hold order").click()
    expect(page.locator("#toasts")).to_contain_text(f"{ref} is on hold")
    expect(page.locator("#main")).to_contain_text("No such street")
    page.get_by_role("button", name="Release").click()

    expect(page.locator("#toasts")).to_contain_text(f"{ref} is released")


def test_filters_and_pages_are_links_and_forms(come_in: ComeIn) -> None:
    page = come_in("agent", java_script_enabled=False).page
    page.goto("/triage/")
    first = page.locator("[data-row]").first.get_attribute("data-row")

    page.get_by_role("link", name="Next").click()
    assert page.locator("[data-row]").first.get_attribute("data-row") != first
    page.locator("summary", has_text="Filter").click()
    page.get_by_label("SKU", exact=True).fill("22423")
    page.get_by_role("button", name="Show").click()

    assert "sku=22423" in page.url
    assert page.locator("[data-row]").count() > 0
