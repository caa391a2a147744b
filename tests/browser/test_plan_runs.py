"""Whoever asks for a plan sees when it is there, even if it changed nothing."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.person import Person


def test_a_run_that_was_asked_for_says_when_it_is_done(ops: Person) -> None:
    page = ops.see("/plan-runs/")

    for _ in range(2):
        page.get_by_role("button", name="Plan now").press("Enter")
        page.wait_for_url("**/plan-runs/*/")
        expect(page.get_by_text("Planning has started")).to_be_visible()
        expect(page.locator(".topbar .st")).to_have_text("Done")
        expect(page.get_by_text("No times were kept")).to_have_count(0)

    page.get_by_role("link", name="Plan runs").first.click()
    expect(page.locator("#plan-runs-list tbody .st").first).to_have_text("Done")


def test_the_list_says_when_a_run_is_done(ops: Person) -> None:
    page = ops.see("/plan-runs/")
    rows = page.locator("#plan-runs-list tbody tr")
    before = rows.first.locator("th a").inner_text()

    colleague = ops.context.new_page()
    colleague.goto("/plan-runs/")
    colleague.get_by_role("button", name="Plan now").click()
    colleague.wait_for_url("**/plan-runs/*/")
    page.reload()

    expect(rows.first.locator("th a")).not_to_have_text(before)
    expect(rows.first.locator(".st")).to_have_text("Done")
