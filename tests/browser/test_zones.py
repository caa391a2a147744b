"""Times on a person's own clock: chosen by hand or as the machine has it, and kept."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.conftest import ComeIn


def test_the_machine_s_zone_is_offered_and_moments_move_with_it(come_in: ComeIn) -> None:
    page = come_in("ops", timezone_id="Asia/Tokyo").see("/plan-runs/")
    moment = page.locator("main time").first
    before = str(moment.get_attribute("title"))
    expect(moment).to_have_attribute("title", re.compile("(GMT|BST)$"))

    page.get_by_label("Account and appearance").click()
    page.get_by_role("link", name="Change").click()
    page.get_by_role("button", name="Use Asia/Tokyo, as this computer").click()

    expect(page).to_have_url("/plan-runs/")
    expect(page.locator("#toasts")).to_contain_text("Times are those of Asia/Tokyo")
    expect(page.locator("main time").first).to_have_attribute("title", re.compile("JST$"))
    assert page.locator("main time").first.get_attribute("title") != before


def test_without_scripts_a_zone_is_chosen_from_the_list(come_in: ComeIn) -> None:
    page = come_in("ops", java_script_enabled=False).page
    page.goto("/time-zone/?next=/exceptions/")

    page.locator("#zone").select_option("America/New_York")
    page.get_by_role("button", name="Show these times").click()

    expect(page).to_have_url("/exceptions/")
