"""Take the README's pictures of a running product: `python -m tests.browser.pictures URL DIRECTORY`."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.browser.chromium import PHONE, WIDE, launch
from tests.browser.person import sign_in, wait_until_live

BACKTEST_MS = 600_000


def take(url: str, directory: Path) -> None:
    """Photograph what people see: the board with its panel (light, dark, on a phone), the scarcest product, the rules,
    a template, the flow, a back-test, the agents' workspace, and the customer's page on a phone, in two languages."""
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
        for role, see in (("admin", _rules), ("ops", _figures), ("agent", _telling)):
            context = chromium.new_context(base_url=url, viewport=WIDE, color_scheme="light", reduced_motion="reduce")
            page = context.new_page()
            sign_in(page, role)
            see(page, directory)
        chromium.close()


def _rules(page: Page, directory: Path) -> None:
    page.goto("/rules/")
    page.get_by_role("button", name="Edit a copy").click()
    page.locator(".big3").wait_for()
    page.reload()  # without the toast
    page.locator(".big3").wait_for()
    page.screenshot(path=directory / "rules-light.png")
    page.goto("/messages/templates/email/eta_slipped/en/")
    page.frame_locator(".words-frame").locator("h1").wait_for()
    page.screenshot(path=directory / "template-light.png")


def _figures(page: Page, directory: Path) -> None:
    page.goto("/flow/")
    wait_until_live(page)
    page.screenshot(path=directory / "flow-light.png")
    page.goto("/studies/")
    page.get_by_label("Live through the last weeks").fill("4")
    page.get_by_role("button", name="Compare the strategies").click()
    page.locator("#compare").wait_for(timeout=BACKTEST_MS)
    page.screenshot(path=directory / "backtest-light.png")


def _telling(page: Page, directory: Path) -> None:
    _somebody_to_write_to(page)
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


def _somebody_to_write_to(page: Page) -> None:
    for tab in ("/eta/", "/eta/?tab=silent"):
        page.goto(tab)
        for address in page.locator("[data-queue-item]").evaluate_all("links => links.map((link) => link.href)"):
            page.goto(address)
            if page.get_by_role("button", name="Send and next").is_enabled():
                wait_until_live(page)
                return


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
