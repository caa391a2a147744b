"""Take the README's pictures of a running product: `python -m tests.browser.pictures URL DIRECTORY`."""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.browser.chromium import PHONE, WIDE, launch
from tests.browser.person import sign_in, wait_until_live


def take(url: str, directory: Path) -> None:
    """Photograph what ops sees: the board with its panel (light, dark, on a phone) and the scarcest product."""
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
        chromium.close()


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
