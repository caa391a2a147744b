"""From what cannot complete to a mended order, without leaving the queue; and through a list order by order."""

from __future__ import annotations

from playwright.sync_api import APIResponse, Route, expect

from tests.browser.board import rows
from tests.browser.conftest import ComeIn
from tests.browser.person import Person, picture, wait_until_live


def test_an_exception_is_taken_snoozed_and_brought_back(ops: Person) -> None:
    page = ops.see("/exceptions/?kind=credit")
    row = rows(page).nth(0)
    ref = str(row.get_attribute("data-row"))
    picture(page, "exceptions")

    row.get_by_role("button", name=f"Take {ref}").click()
    expect(page.locator("#toasts")).to_contain_text(f"{ref} is yours")
    page.get_by_role("link", name="Mine").click()
    expect(rows(page)).to_have_count(1)
    page.locator(f"summary[aria-label='Snooze {ref}']").click()
    page.locator(f"#row-{ref} button[name=until_on]").first.click()
    expect(page.get_by_text("Nothing stands in the way")).to_be_visible()
    page.keyboard.press("z")

    expect(rows(page)).to_have_count(1)


def test_a_row_is_given_to_a_colleague_where_it_is(ops: Person) -> None:
    page = ops.see("/exceptions/?kind=payment")
    row = rows(page).nth(1)
    ref = str(row.get_attribute("data-row"))

    row.locator("[data-edit=owner]").click()
    page.locator("[data-editor]").get_by_label("Owner").select_option(label="Ada Lindgren")
    page.keyboard.press("Enter")

    expect(page.locator("#toasts")).to_contain_text(f"Ada Lindgren looks after {ref}")
    expect(page.locator(f"#row-{ref} .c-owner")).to_have_text("Ada Lindgren")
    page.keyboard.press("z")
    expect(page.locator("#toasts")).to_contain_text(f"{ref} has no owner")


def test_what_opens_below_the_edge_is_brought_in_sight(come_in: ComeIn) -> None:
    page = come_in("ops", viewport={"width": 1440, "height": 560}).see("/exceptions/")
    low = page.locator("[data-row] summary").last
    low.evaluate("(node) => node.scrollIntoView({ block: 'end' })")

    low.click()

    expect(page.locator("details[open] > .pop")).to_be_in_viewport(ratio=0.9)


def test_a_hold_is_released_in_place(ops: Person) -> None:
    page = ops.see("/exceptions/?kind=address")
    ref = str(rows(page).nth(0).get_attribute("data-row"))

    rows(page).nth(0).get_by_role("button", name="Release").click()

    expect(page.locator("#toasts")).to_contain_text(f"{ref} is released")
    expect(page.locator(f"#row-{ref}")).to_have_count(0)
    page.keyboard.press("z")
    expect(page.locator("#toasts")).to_contain_text(f"{ref} is on hold")


def test_an_answer_asked_for_before_a_release_does_not_bring_the_row_back(ops: Person) -> None:
    page = ops.see("/exceptions/?kind=address")
    ref = str(rows(page).nth(0).get_attribute("data-row"))
    held: list[tuple[Route, APIResponse]] = []

    def hold_first(route: Route) -> None:
        if held or route.request.headers.get("hx-target") != "live":
            return route.continue_()
        return held.append((route, route.fetch()))

    page.route("**/exceptions/**", hold_first)
    with page.expect_request(lambda request: request.headers.get("hx-target") == "live"):
        page.evaluate("document.dispatchEvent(new Event('backlog:look'))")
    rows(page).nth(0).get_by_role("button", name="Release").click()
    expect(page.locator(f"#row-{ref}")).to_have_count(0)
    route, stale = held[0]
    assert f"row-{ref}" in stale.text()
    page.evaluate(
        "ref => new MutationObserver(() => (window.cameBack ||= Boolean(document.getElementById(`row-${ref}`))))"
        ".observe(document.body, { childList: true, subtree: true })",
        ref,
    )
    with page.expect_response(lambda response: response.request.headers.get("hx-target") == "live"):
        route.fulfill(response=stale)
    with page.expect_response(lambda response: response.request.headers.get("hx-target") == "live"):
        pass  # what was thrown away is asked for anew
    assert not page.evaluate("window.cameBack")


def test_what_came_with_an_answer_works_at_once(ops: Person) -> None:
    page = ops.see("/exceptions/?kind=credit")
    ref = str(rows(page).nth(0).get_attribute("data-row"))
    page.evaluate(
        "window.stays = true; document.addEventListener('htmx:afterSwap',"
        " () => setTimeout(() => document.querySelector('#toasts [data-key=z]').click()), { once: true })"
    )

    rows(page).nth(0).get_by_role("button", name="Release").click()

    expect(page.locator("#toasts")).to_contain_text(f"{ref} is on hold")
    assert page.evaluate("window.stays"), "the form was sent as a page of its own"


def test_an_action_whose_answer_failed_can_be_repeated_at_once(ops: Person) -> None:
    ops.expects(503)
    page = ops.see("/exceptions/?kind=credit")
    ref = str(rows(page).nth(0).get_attribute("data-row"))
    page.route("**/release/", lambda route: route.fulfill(status=503), times=1)

    rows(page).nth(0).get_by_role("button", name="Release").click()
    expect(page.locator("#toasts")).to_contain_text("Try again")
    rows(page).nth(0).get_by_role("button", name="Release").click()

    expect(page.locator("#toasts")).to_contain_text(f"{ref} is released")
    page.keyboard.press("z")
    expect(page.locator("#toasts")).to_contain_text(f"{ref} is on hold")
    assert len(ops.watch.complaints) == 1  # htmx's word for a failed answer
    assert "503" in ops.watch.complaints.pop()


def test_the_words_of_an_action_stay_their_time_after_others(ops: Person) -> None:
    ops.page.clock.install()
    ops.page.goto("/exceptions/?kind=credit")
    ref = str(rows(ops.page).nth(0).get_attribute("data-row"))
    page = ops.see(f"/orders/{ref}/")

    page.keyboard.press("s")
    expect(page.locator("#toasts")).to_contain_text("Nothing to split")
    page.clock.fast_forward(7_000)
    page.locator("summary", has_text="Note").click()
    page.get_by_label("Note for colleagues").fill("They will ring back")
    page.get_by_role("button", name="Keep note").click()
    kept = page.locator("[data-toast]", has_text="Note kept")
    expect(kept).to_be_visible()
    page.clock.fast_forward(3_000)

    expect(kept).to_be_visible()


def test_z_undoes_the_last_action_after_its_words_have_gone(ops: Person) -> None:
    ops.page.clock.install()
    page = ops.see("/exceptions/?kind=credit")
    ref = str(rows(page).nth(0).get_attribute("data-row"))

    rows(page).nth(0).get_by_role("button", name="Release").click()
    toast = page.locator("[data-toast]", has_text=f"{ref} is released")
    expect(toast).to_be_visible()
    page.clock.fast_forward(9_000)
    expect(toast).to_be_hidden()
    page.keyboard.press("z")

    expect(page.locator("#toasts")).to_contain_text(f"{ref} is on hold")
    page.clock.fast_forward(61_000)
    expect(page.locator("[data-toast]")).to_have_count(0)


def test_j_and_k_lead_through_the_list_that_an_order_was_opened_from(ops: Person) -> None:
    page = ops.see("/triage/?sort=-value")
    first, second = (str(rows(page).nth(n).get_attribute("data-row")) for n in (0, 1))

    rows(page).nth(0).get_by_role("link", name=first).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(first)
    wait_until_live(page)
    page.keyboard.press("j")
    expect(page.get_by_role("heading", level=1)).to_have_text(second)
    expect(page.locator("[data-step=k]")).to_be_visible()
    page.keyboard.press("k")
    expect(page.get_by_role("heading", level=1)).to_have_text(first)
    page.get_by_role("link", name="Triage").last.click()
    expect(page).to_have_url("/triage/?sort=-value")


def test_a_view_is_saved_and_found_among_the_tabs(ops: Person) -> None:
    page = ops.see("/triage/?view=late&sort=-value")

    page.get_by_label("Save this view").first.click()
    page.get_by_label("Save this view as").fill("Dear and late")
    page.get_by_role("button", name="Save view").click()

    expect(page.locator("#toasts")).to_contain_text("Dear and late")
    tab = page.get_by_role("link", name="Dear and late")
    expect(tab).to_have_attribute("aria-current", "page")
    page.get_by_label("Save this view").first.click()
    page.get_by_role("button", name="Delete “Dear and late”").click()
    expect(tab).to_have_count(0)


def test_without_scripts_an_exception_is_mended(come_in: ComeIn) -> None:
    page = come_in("ops", java_script_enabled=False).page
    page.goto("/exceptions/?kind=credit")
    ref = str(rows(page).nth(0).get_attribute("data-row"))

    rows(page).nth(0).get_by_role("button", name="Release").click()

    expect(page.locator("#toasts")).to_contain_text(f"{ref} is released")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(f"#row-{ref}")).to_have_count(1)
