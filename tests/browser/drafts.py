"""A draft of rules on a page."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.person import Person


def begin_draft(person: Person) -> Page:
    page = person.see("/rules/")
    page.get_by_role("button", name="Edit a copy").click()
    page.wait_for_url(re.compile(r"/rules/\d+/"))
    expect(page.locator(".big3")).to_be_visible()
    return page


def saved(page: Page) -> None:
    """Wait until no request is under way, then until the draft says that it is saved."""
    expect(page.locator(".htmx-request")).to_have_count(0)
    expect(page.locator(".saved")).to_contain_text("Saved")
