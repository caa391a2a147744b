"""The list of rules by keyboard alone: conditions grow, shrink and turn round, and the focus is never lost."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import ComeIn
from tests.browser.drafts import begin_draft, saved


def press(page: Page, control: Locator) -> None:
    """Press Enter on a control, then wait until the list has been drawn anew."""
    control.focus()
    page.keyboard.press("Enter")
    saved(page)


def button(page: Page, verb: str) -> Locator:
    return page.locator(f'form.build button[value="{verb}"]').first


def test_a_nested_condition_is_built_without_a_mouse(come_in: ComeIn) -> None:
    page = begin_draft(come_in("admin"))
    press(page, page.get_by_role("link", name="Edit Open value of the order"))

    press(page, button(page, "branch:when"))
    expect(page.locator('[id="rules.value-when-a"]')).to_be_focused()
    press(page, button(page, "branch:when"))
    expect(page.locator('[id="rules.value-when.1-a"]')).to_be_focused()
    press(page, button(page, "group:when"))
    expect(page.locator('[id="rules.value-when.2.0-a"]')).to_be_focused()
    press(page, button(page, "negate:when.1"))
    expect(page.locator("body")).not_to_be_focused()
    words = "Customer tier is platinum and not (Expedited is yes)"
    words += " and (Age of the order is at least 7 or Open value of the order is at least 500)"
    expect(page.locator("[data-rule=value] .l2")).to_contain_text(words)
    expect(page.locator("form.build .finding")).to_have_count(0)

    press(page, button(page, "drop:when.2"))
    press(page, button(page, "drop:when.1"))
    expect(page.locator("body")).not_to_be_focused()
    expect(page.locator("[data-rule=value] .l2")).to_contain_text("Where Customer tier is platinum")


def test_a_rule_is_added_named_copied_and_removed_without_a_mouse(come_in: ComeIn) -> None:
    page = begin_draft(come_in("admin"))
    page.locator("#add-rules").select_option("customer.rating")

    press(page, page.get_by_role("button", name="Add rule"))
    expect(page.get_by_label("Name", exact=True)).to_be_focused()
    page.keyboard.type("Unhappy")
    page.keyboard.press("Tab")
    saved(page)
    expect(page.locator("[data-rule]").last).to_contain_text("Unhappy")
    press(page, button(page, "copy"))
    expect(page.get_by_label("Name", exact=True)).to_be_focused()
    press(page, button(page, "remove"))

    expect(page.locator("[data-rule]")).to_have_count(7)
    expect(page.locator("body")).not_to_be_focused()


def test_a_slider_is_moved_by_arrow_keys_and_taken_back_by_z(come_in: ComeIn) -> None:
    page = begin_draft(come_in("admin"))
    said = page.locator("[data-rule=tier] .l2")
    before = said.inner_text()

    page.get_by_label("Weight of Customer tier").focus()
    page.keyboard.press("ArrowRight")
    saved(page)
    expect(said).not_to_have_text(before)
    page.keyboard.press("z")

    expect(said).to_have_text(before)


def test_stock_is_divided_in_every_way_and_each_list_begins_by_itself(come_in: ComeIn) -> None:
    page = begin_draft(come_in("admin"))

    for way, add, words in (
        ("By segments with guarantees", "Add segment", "Gets everything it asks for"),
        ("By quotas", "Add quota", "At least 10 % of each product"),
    ):
        page.get_by_role("button", name=way).click()
        page.get_by_role("button", name=add).click()
        saved(page)
        entries = page.locator(f"[data-rules={'segments' if 'segment' in add else 'quotas'}] > [data-rule]")
        expect(entries.nth(0)).to_contain_text(f"{words}")
        expect(entries.nth(0)).to_contain_text("Customer tier is platinum")
        expect(entries.nth(1)).to_contain_text("Customer tier is gold")
    page.get_by_role("button", name="By fair share").click()
    page.get_by_label("Divide what is on hand between").select_option("customer.code")
    saved(page)
    page.get_by_role("button", name="By rank alone").click()

    saved(page)
    expect(page.get_by_label("Orders that ship together")).to_be_visible()


def test_a_quota_is_counted_over_a_week(come_in: ComeIn) -> None:
    page = begin_draft(come_in("admin"))
    page.get_by_role("button", name="By quotas").click()
    page.get_by_role("button", name="Add quota").click()
    saved(page)
    entry = page.locator("[data-rules=quotas] > [data-rule]").last

    entry.get_by_label("Counted over days").fill("7")
    page.keyboard.press("Tab")
    saved(page)

    expect(entry).to_contain_text("At least 10 % of each product, counted over 7 d")


def test_points_by_value_that_are_no_number_are_marked(come_in: ComeIn) -> None:
    admin = come_in("admin")
    admin.expects(422)
    page = begin_draft(admin)
    page.get_by_role("link", name="Edit Customer tier").click()

    page.get_by_label("Points for gold").fill("many")
    page.get_by_label("Points for gold").press("Tab")

    row = page.locator(".pairs li", has=page.get_by_label("Points for gold"))
    expect(row).to_contain_text("must be a number")
    expect(page.get_by_label("Points for gold")).to_have_attribute("aria-invalid", "true")
