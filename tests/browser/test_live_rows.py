"""A plan changes ranks while somebody is at the list: what the pointer is on stays where it is."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import ComeIn
from tests.browser.person import Person, picture

pytestmark = pytest.mark.serial

HELD = 4  # the row under the pointer
FURTHER_DOWN = 9  # the row that becomes the first


def refs(page: Page) -> list[str]:
    return page.eval_on_selector_all("[data-row]", "rows => rows.map(row => row.dataset.row)")


def point_at(page: Page, place: int) -> tuple[float, float]:
    box = page.locator("[data-row]").nth(place).bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    return x, y


def under(page: Page, at: tuple[float, float]) -> str:
    found = page.evaluate("([x, y]) => document.elementFromPoint(x, y).closest('[data-row]').dataset.row", list(at))
    return str(found)


def offered(page: Page) -> Locator:
    button = page.locator("[data-apply-rows]")
    expect(button).to_be_visible(timeout=20_000)
    return button


def expedite(colleague: Person, ref: str) -> None:
    page = colleague.see(f"/orders/{ref}/")
    page.keyboard.press("e")
    expect(page.locator("#toasts")).to_contain_text(ref)


def test_rows_stay_under_the_pointer_and_take_their_order_when_it_leaves(ops: Person, come_in: ComeIn) -> None:
    page = ops.see("/triage/")
    before = refs(page)
    at = point_at(page, HELD)
    climber = before[FURTHER_DOWN]

    expedite(come_in("ops"), climber)

    expect(offered(page)).to_have_text("1 rank change, showr")
    expect(page.locator(f"#row-{climber} .c-rank")).to_contain_text("1")  # its values are new, its place is not
    page.wait_for_timeout(3_000)  # longer than a list that nobody is at would wait
    assert refs(page) == before
    assert under(page, at) == before[HELD]
    picture(page, "rank-change-waits")
    page.mouse.move(at[0], 5)
    expect(page.locator("[data-row]").first).to_have_attribute("data-row", climber)
    expect(page.locator("[data-apply-rows]")).to_be_hidden()
    assert refs(page)[1:3] == before[:2]


def test_a_selection_holds_the_order_back_and_one_key_shows_it(ops: Person, come_in: ComeIn) -> None:
    page = ops.see("/triage/")
    before = refs(page)
    page.locator("[data-select]").nth(1).click()
    page.evaluate("document.activeElement.blur()")
    page.mouse.move(300, 5)

    expedite(come_in("ops"), before[FURTHER_DOWN])

    offered(page)
    page.wait_for_timeout(3_000)
    assert refs(page) == before
    page.keyboard.press("r")
    expect(page.locator("[data-row]").first).to_have_attribute("data-row", before[FURTHER_DOWN])
    expect(page.locator(f"#row-{before[1]} [data-select]")).to_be_checked()
    expect(page.locator("[data-selected-count]")).to_have_text("1 selected")


def test_the_keyboards_cursor_holds_the_order_back_and_keeps_its_row(ops: Person, come_in: ComeIn) -> None:
    page = ops.see("/triage/")
    before = refs(page)
    for _ in range(3):
        page.keyboard.press("j")

    expedite(come_in("ops"), before[FURTHER_DOWN])

    button = offered(page)
    assert refs(page) == before
    button.click()
    expect(page.locator("[data-row]").first).to_have_attribute("data-row", before[FURTHER_DOWN])
    expect(page.locator("[data-row].cur")).to_have_attribute("data-row", before[2])
