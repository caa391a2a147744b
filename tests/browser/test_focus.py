"""The keyboard's place outlives the button that it pressed."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.board import rows
from tests.browser.person import Person


def test_the_keyboard_stays_in_the_row_whose_button_it_pressed(ops: Person) -> None:
    page = ops.see("/exceptions/?kind=credit")
    row = rows(page).nth(2)
    ref = str(row.get_attribute("data-row"))

    page.keyboard.press("Tab")
    row.get_by_role("button", name=f"Take {ref}").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text(f"{ref} is yours")
    expect(page.locator(f"#row-{ref} :focus")).to_have_count(1)

    page.keyboard.press("z")
    expect(page.locator("#toasts")).to_contain_text(f"{ref} has no owner")


def test_a_row_that_is_gone_leaves_the_keyboard_in_its_list(ops: Person) -> None:
    page = ops.see("/exceptions/?kind=credit")
    row = rows(page).nth(1)
    ref = str(row.get_attribute("data-row"))

    page.keyboard.press("Tab")
    row.get_by_role("button", name="Release").focus()
    page.keyboard.press("Enter")
    expect(page.locator(f"#row-{ref}")).to_have_count(0)
    expect(page.locator("[role=region]:focus")).to_have_count(1)

    page.keyboard.press("z")
    expect(page.locator(f"#row-{ref}")).to_have_count(1)


def test_whoever_points_is_not_put_into_the_list(ops: Person) -> None:
    page = ops.see("/exceptions/?kind=credit")
    row = rows(page).nth(1)
    ref = str(row.get_attribute("data-row"))

    row.get_by_role("button", name="Release").click()
    expect(page.locator(f"#row-{ref}")).to_have_count(0)
    expect(page.locator("body")).to_be_focused()

    page.keyboard.press("z")
    expect(page.locator(f"#row-{ref}")).to_have_count(1)
