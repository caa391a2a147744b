"""The board's rows on a page, and which of them is current."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page

CURRENT = re.compile(r"(^|\s)cur(\s|$)")


def rows(page: Page) -> Locator:
    return page.locator("[data-row]")
