"""Cells of the board are edited where they are, by mouse and keyboard, with Undo; whoever was quicker is in sight."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from tests.browser.board import CURRENT, rows
from tests.browser.conftest import ComeIn
from tests.browser.person import Person, picture
from tests.browser.stack import Stack

ETA = "SELECT eta_by_hand_on AS eta, owner_id AS owner, is_expedited AS expedited FROM orders_order WHERE ref = %s"
LATER = (date.today() + timedelta(days=90)).isoformat()


def editor(page: Page) -> Locator:
    return page.locator("[data-editor]:visible")


def row_at(page: Page, place: int) -> tuple[Locator, str]:
    """Return the row that is there now, wherever it goes, and its order."""
    ref = str(rows(page).nth(place).get_attribute("data-row"))
    return page.locator(f"#row-{ref}"), ref


def colleague_expedites(page: Page, ref: str) -> None:
    page.keyboard.press("e")
    expect(page.locator("#toasts")).to_contain_text(f"{ref} is expedited")


def test_a_date_is_changed_by_mouse_in_its_cell_and_taken_back(ops: Person, stack: Stack) -> None:
    page = ops.see("/triage/")
    row, ref = row_at(page, 2)

    row.locator("[data-edit=eta]").click()
    expect(editor(page).get_by_label("New ETA")).to_be_focused()
    editor(page).get_by_label("New ETA").fill(LATER)
    editor(page).get_by_label("Reason").fill("Vessel rerouted")
    picture(page, "cell-eta")
    editor(page).get_by_role("button", name="Set ETA").click()

    expect(page.locator("#toasts")).to_contain_text(f"{ref} is now expected on")
    expect(editor(page)).to_have_count(0)
    expect(page).to_have_url("/triage/")
    assert str(stack.rows(ETA, ref)[0]["eta"]) == LATER
    page.keyboard.press("z")
    expect(page.locator("#toasts")).to_contain_text("follows the plan again")
    expect(page).to_have_url("/triage/")
    assert stack.rows(ETA, ref)[0]["eta"] is None


def test_the_keyboard_edits_the_current_row_and_tab_goes_on(ops: Person, stack: Stack) -> None:
    page = ops.see("/triage/")
    for _ in range(4):
        page.keyboard.press("j")
    row, ref = row_at(page, 3)

    page.keyboard.press("F2")
    expect(editor(page).get_by_label("New ETA")).to_be_focused()
    editor(page).get_by_label("New ETA").fill(LATER)
    editor(page).get_by_label("Reason").focus()
    page.keyboard.type("jjj")  # no shortcuts while typing
    page.keyboard.press("Tab")
    expect(editor(page).get_by_role("button", name="Set ETA")).to_be_focused()
    page.keyboard.press("Tab")

    expect(page.locator("#toasts")).to_contain_text(f"{ref} is now expected on")
    expect(editor(page)).to_have_attribute("aria-label", f"Hold of {ref}")
    expect(row).to_have_class(CURRENT)
    page.keyboard.press("Shift+Tab")
    expect(editor(page)).to_have_attribute("aria-label", f"ETA of {ref}")
    page.keyboard.press("Escape")
    expect(editor(page)).to_have_count(0)
    expect(row.locator("[data-edit=eta]")).to_be_focused()
    assert str(stack.rows(ETA, ref)[0]["eta"]) == LATER


def test_letters_edit_the_row_and_escape_leaves_it_as_it_was(ops: Person, stack: Stack) -> None:
    page = ops.see("/triage/")
    _, ref = row_at(page, 4)
    for _ in range(5):
        page.keyboard.press("j")

    for key, label in (("u", "ETA"), ("w", "Requested date"), ("h", "Hold"), ("o", "Owner"), ("n", "Note")):
        page.keyboard.press(key)
        expect(editor(page)).to_have_attribute("aria-label", f"{label} of {ref}")
        page.keyboard.press("Escape")
        expect(editor(page)).to_have_count(0)
    expect(page.locator(".panel")).to_have_count(0)
    page.keyboard.press("o")
    editor(page).get_by_label("Owner").select_option(label="Olivia Marsh (me)")
    page.keyboard.press("Enter")

    expect(page.locator("#toasts")).to_contain_text(f"Olivia Marsh looks after {ref}")
    assert stack.rows(ETA, ref)[0]["owner"] is not None
    page.keyboard.press("z")
    expect(page.locator("#toasts")).to_contain_text(f"{ref} has no owner")


def test_whoever_comes_second_sees_who_was_first_and_overwrites_nothing(
    ops: Person, come_in: ComeIn, stack: Stack
) -> None:
    ops.expects(409)
    page = ops.see("/triage/")
    row, ref = row_at(page, 6)
    row.locator("[data-edit=eta]").click()
    editor(page).get_by_label("New ETA").fill(LATER)
    editor(page).get_by_label("Reason").fill("Vessel rerouted")

    colleague_expedites(come_in("admin").see(f"/orders/{ref}/"), ref)
    expect(page.locator("[data-apply-rows]")).to_be_visible(timeout=20_000)  # the news is here
    expect(editor(page).get_by_label("Reason")).to_have_value("Vessel rerouted")  # and took nothing away
    page.keyboard.press("Enter")

    expect(editor(page).get_by_role("alert").first).to_contain_text("Ada Lindgren expedited it")
    expect(editor(page)).to_contain_text("Vessel rerouted")
    picture(page, "cell-conflict")
    assert Axe().run(page, context="[data-editor]").response["violations"] == []
    assert stack.rows(ETA, ref)[0] == {"eta": None, "owner": None, "expedited": True}
    editor(page).get_by_role("button", name="Do mine now").click()
    expect(page.locator("#toasts")).to_contain_text(f"{ref} is now expected on")
    assert str(stack.rows(ETA, ref)[0]["eta"]) == LATER


def test_keeping_what_is_there_shows_it(ops: Person, come_in: ComeIn, stack: Stack) -> None:
    ops.expects(409)
    page = ops.see("/triage/")
    row, ref = row_at(page, 8)
    row.locator("[data-edit=hold]").click()
    editor(page).get_by_label("Reason").fill("Look at it again")
    colleague_expedites(come_in("admin").see(f"/orders/{ref}/"), ref)

    editor(page).get_by_role("button", name="Hold order").click()
    editor(page).get_by_role("button", name="Keep what is there").click()

    expect(editor(page)).to_have_count(0)
    expect(row.locator(".c-order")).to_contain_text("expedited")
    assert stack.rows("SELECT 1 AS held FROM orders_hold h JOIN orders_order o ON o.id = h.order_id"
                      " WHERE o.ref = %s AND h.released_at IS NULL", ref) == []  # fmt: skip


def test_a_wrong_entry_is_marked_in_the_cell_and_can_be_mended(ops: Person, stack: Stack) -> None:
    ops.expects(422)
    page = ops.see("/triage/")
    row, ref = row_at(page, 10)
    row.locator("[data-edit=eta]").click()
    editor(page).get_by_label("New ETA").fill(LATER)
    page.evaluate("document.querySelector('[data-editor]').noValidate = true")

    page.keyboard.press("Enter")
    expect(editor(page).get_by_role("alert")).to_contain_text("Say why")
    editor(page).get_by_label("Reason").fill("Vessel rerouted")
    page.keyboard.press("Enter")

    expect(page.locator("#toasts")).to_contain_text(f"{ref} is now expected on")
    assert str(stack.rows(ETA, ref)[0]["eta"]) == LATER


def test_a_press_elsewhere_keeps_what_was_changed(ops: Person, stack: Stack) -> None:
    page = ops.see("/triage/")
    row, ref = row_at(page, 11)
    row.locator("[data-edit=owner]").first.click()
    editor(page).get_by_label("Owner").select_option(label="Olivia Marsh (me)")

    page.get_by_role("heading", level=1).click()

    expect(page.locator("#toasts")).to_contain_text(f"Olivia Marsh looks after {ref}")
    expect(editor(page)).to_have_count(0)
    assert stack.rows(ETA, ref)[0]["owner"] is not None
    page.keyboard.press("z")
    expect(page.locator("#toasts")).to_contain_text(f"{ref} has no owner")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_editors_are_accessible(come_in: ComeIn, scheme: str) -> None:
    person = come_in("ops", color_scheme=scheme)
    page = person.see("/triage/")
    page.keyboard.press("j")
    for key in "uhonw":
        page.keyboard.press(key)
        expect(editor(page)).to_have_count(1)
        found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
        assert [(each["id"], [node["target"] for node in each["nodes"]]) for each in found] == []
        picture(page, f"cell-{key}-{scheme}")
        page.keyboard.press("Escape")


def test_an_agent_edits_what_agents_may(agent: Person) -> None:
    page = agent.see("/triage/")

    expect(rows(page).first.locator("[data-edit=eta]")).to_have_count(1)
    expect(page.locator("[data-edit=hold], [data-edit=expedite]")).to_have_count(0)


def test_on_a_phone_the_editor_stays_on_the_screen_and_cards_say_what_to_do(come_in: ComeIn) -> None:
    page = come_in("ops", viewport={"width": 390, "height": 844}).see("/triage/")
    expect(rows(page).filter(has_text=re.compile("Chase|Tell|Clear|Order more|Split")).first).to_be_visible()

    rows(page).nth(1).locator("[data-edit=eta]").click()

    box = editor(page).bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    assert box["y"] + box["height"] <= 844
    picture(page, "cell-phone")


def test_on_a_phone_a_card_shows_its_owner_who_is_changed_there(come_in: ComeIn, stack: Stack) -> None:
    page = come_in("ops", viewport={"width": 390, "height": 844}, has_touch=True).see("/triage/")
    row, ref = row_at(page, 3)
    expect(row.get_by_role("link", name=ref)).to_be_visible()

    row.locator("[data-edit=owner]:visible").click()
    editor(page).get_by_label("Owner").select_option(label="Olivia Marsh (me)")
    editor(page).get_by_role("button", name="Assign").click()

    expect(page.locator("#toasts")).to_contain_text(f"Olivia Marsh looks after {ref}")
    assert stack.rows(ETA, ref)[0]["owner"] is not None
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(page.locator("#toasts")).to_contain_text(f"{ref} has no owner")


def test_the_requested_date_is_changed_in_its_column_and_on_the_order_s_page(ops: Person, stack: Stack) -> None:
    wanted = "SELECT requested_on AS day FROM orders_order WHERE ref = %s"
    page = ops.see("/triage/?col=requested&sort=-value")
    row, ref = row_at(page, 5)
    before = stack.rows(wanted, ref)[0]["day"]

    row.locator("[data-edit=requested]").click()
    editor(page).get_by_label("Requested date").fill(LATER)
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text(f"{ref} is wanted by")
    expect(row.locator(".c-requested")).not_to_have_text(re.compile("Not set"))
    assert str(stack.rows(wanted, ref)[0]["day"]) == LATER

    ops.see(f"/orders/{ref}/")
    page.keyboard.press("w")
    expect(page.get_by_label("Requested date", exact=True)).to_be_focused()
    page.get_by_role("button", name="No date").click()
    expect(page.locator("#toasts")).to_contain_text(f"{ref} has no requested date")
    page.keyboard.press("z")
    expect(page.locator("#toasts")).to_contain_text(f"{ref} is wanted by")
    assert str(stack.rows(wanted, ref)[0]["day"]) == LATER
    assert before is None or str(before) != LATER


def test_without_scripts_a_cell_leads_to_its_form_and_back(come_in: ComeIn) -> None:
    page = come_in("ops", java_script_enabled=False).page
    page.goto("/triage/?sort=-value")
    row, ref = row_at(page, 13)

    row.locator("[data-edit=eta]").click()
    page.get_by_label("New ETA").fill(LATER)
    page.get_by_label("Reason").fill("Vessel rerouted")
    page.get_by_role("button", name="Set ETA").click()

    expect(page.locator("#toasts")).to_contain_text(f"{ref} is now expected on")
    expect(page).to_have_url("/triage/?sort=-value")
