"""Two people work on one order: nothing is overwritten, and the second learns who was first."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.person import Person
from tests.browser.stack import Stack

QUIET = """
    SELECT o.ref FROM orders_orderplan op JOIN orders_order o ON o.id = op.order_id
    WHERE op.short_lines > 0 AND NOT EXISTS (SELECT 1 FROM orders_hold h WHERE h.order_id = o.id)
    ORDER BY op.score DESC, o.id DESC LIMIT 1 OFFSET 3
"""


def test_the_second_to_save_sees_who_changed_what_and_overwrites_nothing(
    ops: Person, agent: Person, stack: Stack
) -> None:
    agent.expects(409)
    ref = stack.rows(QUIET)[0]["ref"]
    theirs = agent.see(f"/orders/{ref}/")
    theirs.locator("summary", has_text="Cancel").first.click()
    theirs.locator("#cancel-reason").fill("They found it elsewhere")

    page = ops.see(f"/orders/{ref}/")
    page.locator("summary", has_text="Hold").click()
    page.get_by_label("Kind").select_option("payment")
    page.locator("#hold-reason").fill("Card refused")
    page.get_by_role("button", name="Hold order").click()
    expect(page.locator("#toasts")).to_contain_text(f"{ref} is on hold")
    theirs.get_by_role("button", name="Cancel order").click()

    refusal = theirs.get_by_role("alert")
    expect(refusal).to_contain_text(f"Somebody changed {ref} in the meantime")
    expect(refusal).to_contain_text("Olivia Marsh")
    expect(theirs.locator("#main")).to_contain_text("Card refused")
    assert theirs.url.endswith(f"/orders/{ref}/")
    assert stack.rows("SELECT status FROM orders_order WHERE ref = %s", ref)[0]["status"] == "open"
    held = "SELECT h.kind FROM orders_hold h JOIN orders_order o ON o.id = h.order_id WHERE o.ref = %s"
    assert stack.rows(held, ref) == [{"kind": "payment"}]


def test_an_open_page_shows_what_a_colleague_did(ops: Person, agent: Person, stack: Stack) -> None:
    ref = stack.rows(QUIET)[0]["ref"]
    theirs = agent.see(f"/orders/{ref}/")
    page = ops.see(f"/orders/{ref}/")

    page.locator("summary", has_text="Note").click()
    page.get_by_label("Note for colleagues").fill("Customer rang, wants it whole")
    page.get_by_role("button", name="Keep note").click()

    expect(theirs.locator("#activity ~ *, [aria-labelledby=activity]").first).to_contain_text("wants it whole")
