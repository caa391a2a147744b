"""Rules that ask about the day and about what was told: added, changed and explained on the page."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import ComeIn
from tests.browser.drafts import begin_draft, saved


def test_a_rule_for_the_end_of_the_month_gives_points_by_value_and_alone_the_day_moves_nobody(come_in: ComeIn) -> None:
    page = begin_draft(come_in("admin"))
    page.locator("#add-rules").select_option("time.days_to_month_end")
    page.get_by_role("button", name="Add rule").click()
    saved(page)
    added = page.locator("[data-rule]").last
    expect(added).to_contain_text("Days until the month ends is at least 7")
    expect(page.locator("form.build").locator(".finding, .callout")).to_have_count(0)

    page.get_by_label("Attribute", exact=True).select_option("time.weekday")
    saved(page)
    page.get_by_label("Value", exact=True).select_option("friday")
    saved(page)
    expect(added).to_contain_text("Day of the week is Friday")

    page.get_by_label("Reads", exact=True).select_option("time.day_of_month")
    saved(page)
    expect(page.locator("form.build .callout.is-risk")).to_contain_text("Tells of the day alone")


def test_points_for_whom_we_let_down_are_drawn_and_named_by_the_time(come_in: ComeIn) -> None:
    page = begin_draft(come_in("admin"))
    page.locator("#add-rules").select_option("plan.times_slipped")
    page.get_by_role("button", name="Add rule").click()
    saved(page)

    expect(page.locator("[data-rule]").last).to_contain_text("points per time")
    expect(page.locator("form.build").locator(".finding, .callout")).to_have_count(0)
