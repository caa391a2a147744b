"""One order in front of a person: what to do about it, what that would do, and taking it back."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import ComeIn
from tests.browser.person import Person, picture, text_of, wait_until_live
from tests.browser.stack import Stack, eventually

# Part of it is here, part is not, and nothing keeps it.
IN_PART = """
    SELECT o.ref, l.position, sum(a.qty)::int AS here, o.version
    FROM orders_orderplan p JOIN orders_order o ON o.id = p.order_id AND o.ship_policy = 'partial'
    JOIN orders_orderline l ON l.order_id = o.id JOIN orders_allocation a ON a.line_id = l.id AND a.state = 0
    WHERE p.short_units > 0 AND p.short_units < p.open_units AND l.open_qty > 1
        AND NOT EXISTS (SELECT FROM orders_hold h WHERE h.order_id = o.id AND h.released_at IS NULL)
        AND NOT EXISTS (SELECT FROM orders_orderterms t WHERE t.order_id = o.id)
    GROUP BY o.ref, l.position, o.version HAVING sum(a.qty) > 1 ORDER BY o.ref LIMIT 1
"""
# A line that waits for units which worse-ranked lines of other orders have.
BEHIND = """
    SELECT o.ref FROM orders_lineplan w JOIN orders_order o ON o.id = w.order_id AND NOT o.is_expedited
    WHERE w.allocated_qty = 0 AND w.outcome = 0 AND EXISTS (
        SELECT FROM orders_lineplan other WHERE other.product_id = w.product_id AND other.order_id <> w.order_id
            AND other.score > w.score AND other.allocated_qty > 0 AND other.outcome = 0)
    ORDER BY w.score DESC, o.ref LIMIT 1
"""
QUIET = """
    SELECT o.ref FROM orders_orderplan p JOIN orders_order o ON o.id = p.order_id
    WHERE p.short_lines > 0 AND NOT o.is_expedited AND o.eta_by_hand_on IS NULL
        AND NOT EXISTS (SELECT FROM orders_hold h WHERE h.order_id = o.id)
    ORDER BY p.score DESC, o.id DESC LIMIT 1 OFFSET 7
"""


def test_an_order_is_split_from_the_keyboard_and_made_whole_again(ops: Person, stack: Stack) -> None:
    one = stack.rows(IN_PART)[0]
    page = ops.see(f"/orders/{one['ref']}/")

    page.keyboard.press("s")
    page.wait_for_url("**/split/")
    units = page.locator(f"[name=line-{one['position']}]")
    expect(page.get_by_label("Leaves now", exact=True)).to_be_visible()
    units.fill("1")
    expect(page.locator("#split-halves")).to_contain_text(re.compile(r"1 unit,|units,"))
    picture(page, "split")
    units.press("Tab")
    page.get_by_role("button", name="Split the order").press("Enter")

    expect(page.locator("#toasts")).to_contain_text(f"{one['ref']} is split")
    pinned = "SELECT count(*) AS n FROM orders_allocation a JOIN orders_orderline l ON l.id = a.line_id"
    pinned += " JOIN orders_order o ON o.id = l.order_id WHERE o.ref = %s AND a.state = 1"
    assert stack.rows(pinned, one["ref"])[0]["n"] > 0
    wait_until_live(page)
    page.keyboard.press("z")
    expect(page.locator("#toasts")).to_contain_text(f"{one['ref']} is whole again")
    assert stack.rows(pinned, one["ref"])[0]["n"] == 0


def test_who_would_be_hurt_by_expediting_is_asked_on_the_page(ops: Person, stack: Stack) -> None:
    ref = stack.rows(BEHIND)[0]["ref"]
    page = ops.see(f"/orders/{ref}/")

    page.get_by_role("link", name="Who would wait longer if we expedited it?").click()

    trial = page.locator("#order-trial")
    expect(trial).to_contain_text("would wait longer")
    expect(trial).to_contain_text("Rank")
    assert page.url.endswith(f"/orders/{ref}/")
    assert not stack.rows("SELECT is_expedited FROM orders_order WHERE ref = %s", ref)[0]["is_expedited"]


def test_a_colleague_is_named_by_a_few_letters_and_finds_the_note(ops: Person, agent: Person, stack: Stack) -> None:
    ref = stack.rows(QUIET)[0]["ref"]
    tom = stack.rows("SELECT name FROM accounts_user WHERE email = 'agent@example.com'")[0]["name"]
    theirs = agent.see("/triage/")
    badge = theirs.locator("#mention-count")
    expect(badge).to_be_hidden()
    page = ops.see(f"/orders/{ref}/")

    page.keyboard.press("n")
    page.keyboard.type(f"Please ring them, @{tom[:2].lower()}")
    names = page.get_by_role("listbox", name="Colleagues")
    expect(names.get_by_role("option").first).to_contain_text(tom)
    picture(page, "mention")
    page.keyboard.press("Enter")
    expect(page.locator("#note-body")).to_have_value(f"Please ring them, @{tom} ")
    expect(names).to_be_hidden()
    page.keyboard.press("Control+Enter")
    expect(page.locator("#toasts")).to_contain_text(f"Note kept on {ref}")

    expect(badge).to_have_text("1 unread")  # without a look at another page
    theirs.keyboard.press("g")
    theirs.keyboard.press("n")
    theirs.wait_for_url("**/mentions/")
    mention = theirs.locator(".mention").first
    expect(mention.locator(".at")).to_have_text(f"@{tom}")
    mention.get_by_role("link", name=ref).click()
    expect(theirs.locator("#main")).to_contain_text("named you")
    theirs.get_by_role("button", name="Mark read").click()
    expect(theirs.locator("#toasts")).to_contain_text("Marked as read")
    expect(theirs.locator("#main")).not_to_contain_text("named you")
    expect(theirs.get_by_role("link", name="Mentions")).not_to_contain_text("1")


def test_escape_leaves_the_names_and_then_the_form(ops: Person, stack: Stack) -> None:
    page = ops.see(f"/orders/{stack.rows(QUIET)[0]['ref']}/")
    page.keyboard.press("n")
    page.keyboard.type("@")
    names = page.get_by_role("listbox", name="Colleagues")
    expect(names).to_be_visible()

    page.keyboard.press("Escape")
    expect(names).to_be_hidden()
    expect(page.locator("#note-body")).to_be_focused()


def change_eta(page: Page) -> None:
    page.locator("#main summary", has_text="Update ETA").click()
    page.locator("#eta-on").fill("2027-02-01")
    page.locator("#eta-reason").fill("Supplier rang")
    page.get_by_role("button", name="Set ETA").click()


def place_hold(page: Page) -> None:
    page.locator("#main summary", has_text="Hold").click()
    page.get_by_label("Kind").select_option("payment")
    page.locator("#hold-reason").fill("Card refused")
    page.get_by_role("button", name="Hold order").click()


def cancel_a_unit(page: Page) -> None:
    page.locator(".line-item summary").first.click()
    popover = page.locator(".line-item details[open]")
    popover.get_by_label("Cancel units").fill("1")
    popover.get_by_label("Reason").fill("Wants fewer")
    popover.get_by_role("button", name="Cancel units").click()


def change_address(page: Page) -> None:
    page.locator("#main summary", has_text="Address").click()
    page.get_by_label("Send it to").fill("Imogen Hale\n2 Low Street\nYork YO1 1AB")
    page.get_by_role("button", name="Change address").click()


@pytest.mark.parametrize(
    ("role", "act", "said"),
    [
        ("admin", change_eta, "1 Feb 2027"),
        ("admin", place_hold, "Payment"),
        ("agent", cancel_a_unit, "Wants fewer"),
        ("agent", change_address, "2 Low Street"),
    ],
)
def test_the_second_sees_both_and_does_theirs_on_top(
    ops: Person, come_in: ComeIn, stack: Stack, role: str, act: object, said: str
) -> None:
    assert callable(act)
    second = come_in(role)
    second.expects(409)
    ref = stack.rows(QUIET)[0]["ref"]
    theirs = second.see(f"/orders/{ref}/")
    status, page = "SELECT is_expedited, version FROM orders_order WHERE ref = %s", ops.see(f"/orders/{ref}/")
    theirs.evaluate("document.querySelectorAll('[data-live-part]').forEach((part) => part.removeAttribute('id'))")

    page.keyboard.press("e")
    expect(page.locator("#toasts")).to_contain_text(f"{ref} is expedited")
    act(theirs)

    expect(theirs.get_by_role("alert")).to_contain_text("Olivia Marsh expedited it")
    expect(theirs.locator("#main")).to_contain_text("What happened meanwhile")
    expect(theirs.locator("[aria-labelledby=wishes]")).to_contain_text(said)
    before = stack.rows(status, ref)[0]
    picture(theirs, f"conflict-{role}-{act.__name__}")
    theirs.get_by_role("button", name="Do mine now").click()
    expect(theirs.locator("#toasts .toast")).to_contain_text(ref)

    after = stack.rows(status, ref)[0]
    assert (before["is_expedited"], after["is_expedited"]) == (True, True)
    assert after["version"] == before["version"] + 1


def test_a_note_is_kept_beside_what_a_colleague_changed(ops: Person, agent: Person, stack: Stack) -> None:
    ref = stack.rows(QUIET)[0]["ref"]
    theirs = agent.see(f"/orders/{ref}/")
    theirs.locator("#main summary", has_text="Note").click()
    theirs.get_by_label("Note for colleagues").fill("They ring back on Monday")

    page = ops.see(f"/orders/{ref}/")
    page.keyboard.press("e")
    expect(page.locator("#toasts")).to_contain_text(f"{ref} is expedited")
    theirs.get_by_role("button", name="Keep note").click()

    expect(theirs.locator("#main")).to_contain_text("They ring back on Monday")
    expect(theirs.locator("#main")).to_contain_text("Expedited")


def test_paper_has_the_list_and_nothing_else(ops: Person) -> None:
    page = ops.see("/picking/")
    expect(page.get_by_role("button", name="Print")).to_be_visible()

    page.emulate_media(media="print")

    for gone in (".side", ".topbar", ".views", ".filters"):
        assert not page.locator(gone).first.is_visible()
    assert page.locator(".paper-head").is_visible()
    assert text_of(page.locator(".paper-head b")).startswith("Pick list, ")
    assert b"/Count" in page.pdf(prefer_css_page_size=True)


def test_split_and_comparison_work_without_scripts(come_in: ComeIn, stack: Stack) -> None:
    one = stack.rows(IN_PART)[0]
    page = come_in("ops", java_script_enabled=False).page
    page.goto(f"/orders/{one['ref']}/split/")

    page.locator(f"[name=line-{one['position']}]").fill("1")
    page.get_by_role("button", name="Show the dates").click()
    assert f"line-{one['position']}=1" in page.url
    page.get_by_role("button", name="Split the order").click()
    expect(page.locator("#toasts")).to_contain_text(f"{one['ref']} is split")
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(page.locator("#toasts")).to_contain_text("whole again")

    page.goto(f"/orders/{one['ref']}/runs/")
    expect(page.locator("h1")).to_have_text("Compare plan runs")
    eventually(stack.is_settled)


@pytest.mark.parametrize("screen", ["", "split/", "runs/", "activity/"])
def test_nothing_is_cut_off_at_twice_the_size(come_in: ComeIn, stack: Stack, screen: str) -> None:
    """1440 × 900 at 200 % is a window of 720 × 450 pixels."""
    page = come_in("ops", viewport={"width": 720, "height": 450}).page
    page.goto(f"/orders/{stack.rows(IN_PART)[0]['ref']}/{screen}")

    assert page.evaluate("document.documentElement.scrollWidth") <= 720
    cut = """() => [...document.querySelectorAll('#main *')].filter((node) => {
      const style = getComputedStyle(node);
      return node.clientHeight && style.overflowY === 'hidden' && node.scrollHeight > node.clientHeight + 2
        && node.checkVisibility() && !node.closest('svg, .vh') && !node.matches('.vh, .sheet, .order-sheet, .l1, .l2');
    }).map((node) => `${node.tagName}.${node.className}`)"""
    assert page.evaluate(cut) == []
