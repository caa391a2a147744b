"""Everything on the board can be reached from the keyboard."""

from __future__ import annotations

import re

from playwright.sync_api import Page, Request, Route, expect

from tests.browser.board import CURRENT, rows
from tests.browser.person import Person, wait_until_live


def test_j_and_k_walk_enter_opens_and_escape_closes(ops: Person) -> None:
    page = ops.see("/triage/")

    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(rows(page).nth(1)).to_have_class(CURRENT)
    page.keyboard.press("k")
    expect(rows(page).nth(0)).to_have_class(CURRENT)
    page.keyboard.press("Enter")
    first = str(rows(page).nth(0).get_attribute("data-row"))
    expect(page.locator(".panel h2")).to_have_text(first)
    page.keyboard.press("j")
    expect(page.locator(".panel h2")).to_have_text(str(rows(page).nth(1).get_attribute("data-row")))
    page.keyboard.press("Escape")
    expect(page.locator(".panel")).to_have_count(0)


def test_e_expedites_and_z_takes_it_back(ops: Person) -> None:
    page = ops.see("/triage/")
    row = rows(page).nth(4)
    ref = str(row.get_attribute("data-row"))
    for _ in range(5):
        page.keyboard.press("j")

    page.keyboard.press("e")
    expect(page.locator("#toasts")).to_contain_text(f"{ref} is expedited")
    page.keyboard.press("z")
    expect(page.locator("#toasts")).to_contain_text(f"{ref} is no longer expedited")
    expect(page.locator("main")).to_have_count(1)


def test_the_key_of_what_cannot_be_done_says_why(ops: Person) -> None:
    page = ops.see("/triage/?view=hold")
    page.keyboard.press("j")

    page.keyboard.press("s")

    expect(page.locator("#toasts")).to_contain_text("Nothing to split: it is on hold.")
    expect(page.locator(".panel").get_by_role("link", name="Split")).to_have_count(0)


def test_h_opens_the_hold_form_of_an_open_panel_and_escape_leaves_it(ops: Person) -> None:
    page = ops.see("/triage/")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator(".panel")).to_have_count(1)

    page.keyboard.press("h")
    expect(page.locator(".panel").get_by_label("Kind")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".panel").get_by_label("Kind")).not_to_be_visible()
    expect(page.locator(".panel")).to_have_count(1)


def test_a_key_goes_to_the_order_whose_panel_is_under_way(ops: Person) -> None:
    page = ops.see("/triage/")
    first, second = (str(rows(page).nth(n).get_attribute("data-row")) for n in (0, 1))
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator(".panel h2")).to_have_text(first)
    held = hold_panels(page)

    with page.expect_request(lambda request: asks_for_panel(request, second)):
        page.keyboard.press("j")
    page.keyboard.press("h")
    expect(page.locator(".panel").get_by_label("Kind")).not_to_be_visible()
    held[0].continue_()

    expect(page.locator(".panel h2")).to_have_text(second)
    expect(page.locator(".panel").get_by_label("Kind")).to_be_focused()


def test_the_panel_that_was_asked_for_last_stays(ops: Person) -> None:
    page = ops.see("/triage/")
    first, second = (str(rows(page).nth(n).get_attribute("data-row")) for n in (0, 1))
    held = hold_panels(page)
    with page.expect_request(lambda request: asks_for_panel(request, first)):
        rows(page).nth(0).locator("[data-open-panel]").click()
    with page.expect_request(lambda request: asks_for_panel(request, second)):
        rows(page).nth(1).locator("[data-open-panel]").click()

    held[1].continue_()
    expect(page.locator(".panel h2")).to_have_text(second)
    with page.expect_response(lambda response: asks_for_panel(response.request, first)):
        held[0].continue_()

    expect(page.locator(".panel h2")).to_have_text(second)
    expect(page).to_have_url(re.compile(rf"o={second}$"))


def asks_for_panel(request: Request, ref: str = "") -> bool:
    return request.headers.get("hx-target") == "panel-slot" and request.url.endswith(ref)


def hold_panels(page: Page) -> list[Route]:
    """Keep the requests for panels from now on, until each is let go."""
    held: list[Route] = []
    page.route("**/triage/*", lambda route: held.append(route) if asks_for_panel(route.request) else route.continue_())
    return held


def test_slash_finds_d_condenses_and_a_question_mark_lists_the_keys(ops: Person) -> None:
    page = ops.see("/triage/")

    page.keyboard.press("d")
    expect(page.locator("html")).to_have_attribute("data-density", "compact")
    page.keyboard.press("d")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()


def test_f_opens_the_filters_and_escape_leaves_them(ops: Person) -> None:
    page = ops.see("/triage/")

    page.keyboard.press("f")
    expect(page.locator("#f-tier")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#f-tier")).not_to_be_visible()


def test_what_is_typed_in_a_field_is_no_shortcut(ops: Person) -> None:
    page = ops.see("/triage/")

    page.keyboard.press("/")
    page.keyboard.type("jed?")

    expect(page.get_by_role("searchbox")).to_have_value("jed?")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_text("No orders match")).to_be_visible()


def test_g_and_a_letter_go_to_another_page(ops: Person) -> None:
    page = ops.see("/triage/")

    for key, heading in (("i", "Inventory"), ("p", "Purchase orders"), ("m", "Messages"), ("t", "Triage")):
        page.keyboard.press("g")
        page.keyboard.press(key)
        expect(page.get_by_role("heading", level=1)).to_have_text(heading)
        wait_until_live(page)
