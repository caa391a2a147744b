"""Find or do anything from one field, by keyboard alone."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.board import rows
from tests.browser.conftest import ComeIn
from tests.browser.person import Person, picture


def test_an_order_is_a_few_letters_and_enter_away(ops: Person) -> None:
    page = ops.see("/triage/")
    ref = str(rows(page).nth(3).get_attribute("data-row"))

    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox", name="Order, customer, SKU or command")).to_be_focused()
    page.keyboard.type(ref[3:])
    expect(page.get_by_role("option", name=ref)).to_have_attribute("aria-selected", "true")
    picture(page, "palette")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text(ref)


def test_the_arrows_move_and_pages_are_found_by_name(ops: Person) -> None:
    page = ops.see("/triage/")

    page.keyboard.press("Control+k")
    page.keyboard.type("purchase")
    expect(page.get_by_role("option", name="Purchase orders")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("Purchase orders")


def test_what_the_page_can_do_is_offered_and_done(ops: Person) -> None:
    page = ops.see("/triage/")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator(".panel h2")).to_be_visible()

    page.keyboard.press("Control+k")
    page.keyboard.type("hold")
    page.keyboard.press("Enter")

    expect(page.locator("#hold-kind")).to_be_focused()
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_escape_leaves_it_and_letters_in_it_are_no_shortcuts(ops: Person) -> None:
    page = ops.see("/triage/")

    page.keyboard.press("Control+k")
    page.keyboard.type("jjxe")
    expect(page.get_by_role("combobox")).to_have_value("jjxe")
    page.keyboard.press("Escape")

    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator("[data-row].cur")).to_have_count(0)


def test_without_scripts_it_is_a_page(come_in: ComeIn) -> None:
    page = come_in("ops", java_script_enabled=False).page
    page.goto("/triage/")

    page.get_by_role("link", name="Find").click()
    page.get_by_role("searchbox").fill("SO-1")
    page.get_by_role("button", name="Find").click()

    expect(page.get_by_role("heading", name="Orders")).to_be_visible()


def test_the_row_that_the_keyboard_is_at_offers_its_cells(ops: Person) -> None:
    page = ops.see("/triage/")
    ref = str(rows(page).nth(0).get_attribute("data-row"))
    page.keyboard.press("j")

    page.keyboard.press("Control+k")
    page.keyboard.type("change the eta")
    expect(page.get_by_role("option", name=f"{ref}: Change the ETA")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")

    expect(page.locator("[data-editor]").get_by_label("New ETA")).to_be_focused()


def test_what_is_a_page_of_ours_is_not_said_to_be_missing(ops: Person) -> None:
    page = ops.see("/triage/")

    page.keyboard.press("Control+k")
    page.keyboard.type("simul")
    expect(page.locator("#palette-results .none")).to_have_count(1)
    expect(page.get_by_role("option", name="Simulations")).to_be_visible()
    expect(page.get_by_text("No order, customer")).not_to_be_visible()
    page.keyboard.type("xyz")

    expect(page.get_by_text("No order, customer")).to_be_visible()
