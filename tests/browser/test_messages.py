"""Admins close and open the valve of all messages."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import ComeIn


def test_the_valve_says_what_its_button_does_next(come_in: ComeIn) -> None:
    page = come_in("admin").see("/messages/rules/")

    page.get_by_role("button", name="Pause all").click()
    expect(page.locator("#valve")).to_contain_text("Messages are paused")
    expect(page.locator("#valve button")).to_have_text("Resume")
    page.get_by_role("button", name="Resume").click()

    expect(page.locator("#valve")).to_contain_text("Messages go out")
    expect(page.locator("#valve button")).to_have_text("Pause all")
