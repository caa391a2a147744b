"""Ticking orders and acting on all of them, by mouse, by keyboard and without scripts."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.board import rows
from tests.browser.conftest import ComeIn
from tests.browser.person import Person, picture
from tests.browser.stack import Stack, eventually

EXPEDITED = "SELECT count(*) AS n FROM orders_order WHERE is_expedited AND status = 'open'"

# From the end: others of these tests expedite orders, which then come first, and cannot be expedited again.
LAST_FIRST = "/triage/?sort=-rank"

# Others of these tests may have given one to somebody: who has it already cannot get it again.
HELD_BY_NOBODY = (
    "SELECT count(DISTINCT h.order_id) AS n FROM orders_hold h JOIN orders_order o ON o.id = h.order_id"
    " WHERE h.released_at IS NULL AND o.owner_id IS NULL"
)


def ticked(page: Page) -> list[str]:
    # In one step: a live refresh may untick a box between two.
    values: list[str] = page.locator("[data-select]:checked").evaluate_all("boxes => boxes.map(box => box.value)")
    return values


def test_x_and_shift_x_select_a_range_and_one_key_acts_on_it_and_z_takes_it_back(ops: Person, stack: Stack) -> None:
    page = ops.see(LAST_FIRST)
    before = stack.rows(EXPEDITED)

    for key in ("j", "x", "j", "j", "X"):
        page.keyboard.press(key)
    expect(page.locator("[data-selected-count]")).to_have_text("3 selected")
    picture(page, "selection")
    page.keyboard.press("e")
    expect(page.locator("#jobs")).to_contain_text("3 orders expedited")
    expect(page.locator("[data-select]:checked")).to_have_count(0)
    assert stack.rows(EXPEDITED)[0]["n"] == before[0]["n"] + 3
    page.keyboard.press("z")
    expect(page.locator("#jobs")).to_contain_text("no longer expedited")
    assert stack.rows(EXPEDITED) == before


def test_a_selection_outlives_paging_and_goes_with_the_action(ops: Person) -> None:
    page = ops.see("/triage/")
    first = str(rows(page).nth(0).get_attribute("data-row"))
    rows(page).nth(0).locator("[data-select]").click()

    page.get_by_role("link", name="Next page").click()
    expect(page.locator(f"#row-{first}")).to_have_count(0)
    expect(page.locator("[data-selected-value]")).to_contain_text("1 on other pages")
    rows(page).nth(1).locator("[data-select]").click()
    page.keyboard.press("o")
    page.get_by_role("button", name="Assign orders").click()

    expect(page.locator("#jobs")).to_contain_text("2 orders assigned")
    page.get_by_role("link", name="My orders").click()
    expect(page.locator(f"#row-{first}")).to_be_visible()
    page.keyboard.press("z")
    expect(page.locator("#jobs")).to_contain_text("no longer assigned")


def test_a_whole_page_and_its_end_by_escape(ops: Person) -> None:
    page = ops.see("/triage/")

    page.get_by_label("Select this page").click()
    assert len(ticked(page)) == rows(page).count()
    page.keyboard.press("Escape")
    assert ticked(page) == []
    page.keyboard.press("Control+a")
    assert len(ticked(page)) == rows(page).count()
    rows(page).nth(0).locator("[data-select]").click()
    assert page.get_by_label("Select this page").evaluate("box => box.indeterminate")


def test_shift_click_selects_what_lies_between(ops: Person) -> None:
    page = ops.see("/triage/")

    rows(page).nth(1).locator("[data-select]").click()
    rows(page).nth(4).locator("[data-select]").click(modifiers=["Shift"])

    assert len(ticked(page)) == 4


def test_a_refusal_keeps_the_selection(ops: Person) -> None:
    ops.expects(422)
    page = ops.see("/triage/")
    rows(page).nth(0).locator("[data-select]").click()

    page.keyboard.press("u")
    page.locator("#bulk-eta-reason").fill("Strike")
    page.get_by_role("button", name="Set ETAs").click()
    expect(page.get_by_role("alert")).to_contain_text("either a day or a number of days")
    page.get_by_role("link", name="Back to the list").click()

    expect(page.locator("[data-selected-count]")).to_have_text("1 selected")


def test_all_that_match_are_done_in_the_background_while_one_watches(ops: Person, stack: Stack) -> None:
    page = ops.see("/triage/?view=hold")
    held = int(stack.rows(HELD_BY_NOBODY)[0]["n"])
    rows(page).nth(0).locator("[data-select]").click()
    page.locator("[data-select-all]").check()
    page.keyboard.press("o")
    page.get_by_role("button", name="Assign orders").click()

    expect(page.locator("#jobs")).to_contain_text(f"{held} order")
    eventually(lambda: stack.rows("SELECT 1 FROM orders_bulkjob WHERE status = 'running'") == [])
    expect(page.locator("#jobs progress")).to_have_count(0)
    page.keyboard.press("z")
    expect(page.locator("#jobs")).to_contain_text("no longer assigned")


def test_without_scripts_ticked_orders_can_be_acted_on(come_in: ComeIn, stack: Stack) -> None:
    page = come_in("ops", java_script_enabled=False).page
    page.goto(LAST_FIRST)

    page.locator("[data-select]").nth(2).check()
    page.locator("[data-select]").nth(3).check()
    page.get_by_role("button", name="Expedite").click()
    expect(page.locator("#jobs")).to_contain_text("2 orders expedited")
    page.get_by_role("button", name="Undo").click()

    expect(page.locator("#jobs")).to_contain_text("no longer expedited")


def test_n_and_c_write_about_the_selection_and_not_about_the_current_row(agent: Person) -> None:
    page = agent.see(LAST_FIRST)
    page.keyboard.press("x")

    for key, label in (("n", "Note for colleagues"), ("c", "Reason to cancel")):
        page.keyboard.press(key)
        expect(page.get_by_role("heading", name="Triage")).to_be_in_viewport()
        expect(page.locator("#bulk .pop:visible")).to_be_in_viewport(ratio=1)
        field = page.locator("#bulk").get_by_label(label)
        expect(field).to_be_focused()
        expect(field).to_have_value("")
        page.keyboard.press("Escape")
        expect(field).to_be_hidden()

    expect(page.locator(".panel")).to_have_count(0)
    expect(page.locator("[data-editor]")).to_have_count(0)


def test_the_navigation_marks_the_page_that_an_action_led_to(agent: Person) -> None:
    page = agent.see("/triage/")
    current = page.locator(".side .nav [aria-current]")
    expect(current).to_have_attribute("title", "Triage")

    page.locator("[data-select]").first.check()
    page.keyboard.press("m")
    page.wait_for_url("**/eta/bulk/**")

    expect(current).to_have_attribute("title", "ETA updates")
    page.go_back()
    expect(current).to_have_attribute("title", "Triage")
