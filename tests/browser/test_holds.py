"""A rule that holds orders: made in Setup, its open orders held too, and all of it taken back."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.chromium import PHONE, WIDE
from tests.browser.measures import ALL, WIDER, violations_of
from tests.browser.person import Person, picture


def test_a_rule_is_made_holds_the_open_orders_too_and_is_ended(ops: Person) -> None:
    page = ops.see("/customers/?view=all")
    code = str(page.locator("tbody th a[href^='/customers/']").first.get_attribute("href")).strip("/").split("/")[1]
    ops.see("/setup/holds/")
    expect(page.get_by_text("Nothing holds orders as they come in")).to_be_visible()

    page.get_by_label("Orders of customer").fill(code)
    page.get_by_label("Kind of hold").select_option("fraud")
    page.locator("#new-reason").fill("Looked at by hand")
    page.get_by_role("button", name="Add").click()

    expect(page.locator("#toasts")).to_contain_text("held from now on")
    row = page.locator("section[id^=source-]")
    expect(row).to_contain_text("Looked at by hand")
    picture(page, "setup-holds")
    assert violations_of(Axe(), page, ALL) == []
    page.set_viewport_size(PHONE)
    assert page.evaluate(WIDER) == []
    picture(page, "setup-holds-phone")
    page.set_viewport_size(WIDE)
    row.get_by_role("button", name="too").click()
    page.locator("#bulk-job").get_by_role("button", name="Undo").click()
    expect(page.get_by_role("heading", name="Undo: Hold")).to_be_visible()

    ops.see("/setup/holds/")
    row.get_by_role("button", name="End").click()
    expect(page.get_by_text("Nothing holds orders as they come in")).to_be_visible()
    page.keyboard.press("z")
    expect(row).to_have_count(1)
    row.get_by_role("button", name="End").click()
    expect(row).to_have_count(0)
