"""Take the README's pictures of a running product: `python -m tests.browser.pictures URL DIRECTORY`."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.browser.chromium import PHONE, WIDE, launch
from tests.browser.person import sign_in, wait_until_live


def take(url: str, directory: Path) -> None:
    """Photograph what people see: the board with its panel (light, dark, on a phone), the scarcest product, the rules,
    a template, the agents' workspace, and the customer's page on a phone, in English and in German."""
    directory.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        chromium = launch(playwright)
        for name, viewport, scheme in (("light", WIDE, "light"), ("dark", WIDE, "dark"), ("phone", PHONE, "light")):
            context = chromium.new_context(
                base_url=url, viewport=viewport, color_scheme=scheme, reduced_motion="reduce"
            )
            page = context.new_page()
            sign_in(page, "ops")
            _board(page, has_panel=viewport is WIDE)
            page.screenshot(path=directory / f"triage-{name}.png")
            if name == "light":
                _scarcest_product(page)
                page.screenshot(path=directory / "product-light.png")
        for role, see in (("admin", _rules), ("agent", _telling)):
            context = chromium.new_context(base_url=url, viewport=WIDE, color_scheme="light", reduced_motion="reduce")
            page = context.new_page()
            sign_in(page, role)
            see(page, directory)
        chromium.close()


def _rules(page: Page, directory: Path) -> None:
    page.goto("/rules/")
    page.get_by_role("button", name="Edit a copy").click()
    page.locator(".big3").wait_for()
    page.screenshot(path=directory / "rules-light.png")
    page.goto("/messages/templates/email/eta_slipped/en/")
    page.frame_locator(".words-frame").locator("h1").wait_for()
    page.screenshot(path=directory / "template-light.png")


def _telling(page: Page, directory: Path) -> None:
    page.goto("/eta/")
    wait_until_live(page)
    page.screenshot(path=directory / "telling-light.png")
    page.goto("/triage/")
    ref = page.locator("[data-row]", has_text="Supplier late").first.get_attribute("data-row")
    page.goto(f"/orders/{ref}/")
    page.get_by_role("button", name="Link for the customer").click()
    page.locator("#toasts", has_text="/o/").wait_for()
    found = re.search(r"/o/[\w-]+/", page.locator("#toasts").inner_text())
    assert found is not None
    page.set_viewport_size(PHONE)
    page.goto(found[0])
    page.screenshot(path=directory / "customer-phone.png")
    page.goto(f"{page.url}?language=de")
    page.screenshot(path=directory / "customer-phone-de.png")


def _board(page: Page, *, has_panel: bool) -> None:
    page.goto("/triage/")
    wait_until_live(page)
    if has_panel:
        page.locator("[data-row]", has_text="Supplier late").first.locator("[data-open-panel]").click()
        page.locator(".panel").wait_for()


def _scarcest_product(page: Page) -> None:
    page.goto("/inventory/")
    page.locator("tbody a").first.click()
    page.locator("[aria-labelledby=waiting]").wait_for()
    wait_until_live(page)


if __name__ == "__main__":
    take(sys.argv[1], Path(sys.argv[2]))
