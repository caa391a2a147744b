"""Two people work on one order: nothing is overwritten, and the second learns who was first."""

from __future__ import annotations

from playwright.sync_api import APIResponse, Locator, Page, Request, Response, Route, expect

from tests.browser.person import Person
from tests.browser.stack import Stack, eventually

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

    hold(ops, ref, "Card refused")
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

    keep_note(ops, ref, "Customer rang, wants it whole")

    expect(activity(theirs)).to_contain_text("wants it whole")


def test_a_page_shows_what_happened_while_it_loaded(ops: Person, agent: Person, stack: Stack) -> None:
    ref = stack.rows(QUIET)[0]["ref"]
    streams: list[Route] = []
    agent.page.route("**/live/*", lambda route: streams.append(route))
    agent.page.goto(f"/orders/{ref}/")
    expect(activity(agent.page)).to_be_visible()

    keep_note(ops, ref, "They moved to Leeds")
    expect(activity(agent.page)).not_to_contain_text("Leeds")
    streams[0].continue_()

    expect(activity(agent.page)).to_contain_text("Leeds")


def test_what_came_while_somebody_was_at_a_menu_shows_when_they_leave_it(
    ops: Person, agent: Person, stack: Stack
) -> None:
    ref = stack.rows(QUIET)[0]["ref"]
    theirs = agent.see(f"/orders/{ref}/")
    theirs.locator("summary", has_text="Cancel").first.click()

    with theirs.expect_response(is_refresh):
        keep_note(ops, ref, "Deliver to the back door")
    expect(theirs.locator("#cancel-reason")).to_be_visible()
    expect(activity(theirs)).not_to_contain_text("back door")
    theirs.keyboard.press("Escape")

    expect(activity(theirs)).to_contain_text("back door")


def test_a_panel_that_was_asked_for_before_a_change_and_came_after_it_shows_it(
    ops: Person, agent: Person, stack: Stack
) -> None:
    ref = stack.rows(QUIET)[0]["ref"]
    page = agent.see(f"/triage/?q={ref}")
    held: list[tuple[Route, APIResponse]] = []
    page.route("**/triage/*", lambda route: hold_the_panel(route, held))
    with page.expect_request(asks_for_the_panel):
        page.locator("[data-open-panel]").click()

    with page.expect_response(is_refresh):
        hold(ops, ref, "Address unclear")
    eventually(stack.is_settled)
    [(route, stale)] = held
    assert "Address unclear" not in stale.text()
    route.fulfill(response=stale)

    expect(page.locator(".panel")).to_contain_text("Address unclear")


def is_refresh(response: Response) -> bool:
    return response.request.headers.get("hx-target") == "live"


def asks_for_the_panel(request: Request) -> bool:
    return request.headers.get("hx-target") == "panel-slot"


def hold_the_panel(route: Route, held: list[tuple[Route, APIResponse]]) -> None:
    if asks_for_the_panel(route.request):
        held.append((route, route.fetch()))
    else:
        route.continue_()


def hold(person: Person, ref: str, reason: str) -> None:
    page = person.see(f"/orders/{ref}/")
    page.locator("summary", has_text="Hold").click()
    page.get_by_label("Kind").select_option("payment")
    page.locator("#hold-reason").fill(reason)
    page.get_by_role("button", name="Hold order").click()
    expect(page.locator("#toasts")).to_contain_text(f"{ref} is on hold")


def keep_note(person: Person, ref: str, words: str) -> None:
    page = person.see(f"/orders/{ref}/")
    page.locator("summary", has_text="Note").click()
    page.get_by_label("Note for colleagues").fill(words)
    page.get_by_role("button", name="Keep note").click()
    expect(activity(page)).to_contain_text(words)


def activity(page: Page) -> Locator:
    return page.locator("[aria-labelledby=activity]").first
