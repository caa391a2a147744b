"""A customer's own page on a phone: the link, each choice, and what it did to the plan."""

from __future__ import annotations

import re
from datetime import date
from typing import Any, Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Request, expect

from notifications.texts.languages import language_of
from tests.browser.chromium import PHONE
from tests.browser.conftest import ComeIn
from tests.browser.person import Person
from tests.browser.stack import Stack, eventually

# An order of which part is here and part is not, that nobody holds: all choices are open.
PARTLY_READY = """
    SELECT o.ref FROM orders_orderplan p JOIN orders_order o ON o.id = p.order_id
    WHERE p.short_units > 0 AND p.short_units < p.open_units AND p.open_lines >= 3 AND o.ship_policy = 'partial'
        AND NOT EXISTS (SELECT FROM orders_hold h WHERE h.order_id = o.id AND h.released_at IS NULL)
    ORDER BY o.id LIMIT 1
"""

# One that waits until all of it is here.
KEPT_TOGETHER = PARTLY_READY.replace("'partial'", "'complete'")

# An order of which nothing is here yet.
NOTHING_READY = """
    SELECT o.ref FROM orders_orderplan p JOIN orders_order o ON o.id = p.order_id
    WHERE p.short_units = p.open_units AND p.eta_p50 IS NOT NULL
        AND NOT EXISTS (SELECT FROM orders_hold h WHERE h.order_id = o.id AND h.released_at IS NULL)
    ORDER BY o.id LIMIT 1
"""

# The same as the first with a line that lacks units, and a product of which plenty is free.
SHORT_BESIDE_PLENTY = """
    SELECT o.ref, q.sku AS short, (
        SELECT f.sku FROM inventory_stocklevel s JOIN inventory_product f ON f.id = s.product_id
        WHERE s.on_hand > s.reserved + s.protected + 1000 AND f.id <> q.id ORDER BY f.id LIMIT 1
    ) AS plenty
    FROM orders_orderplan p JOIN orders_order o ON o.id = p.order_id
    JOIN orders_lineplan l ON l.line_id IN (SELECT id FROM orders_orderline WHERE order_id = o.id)
    JOIN inventory_product q ON q.id = l.product_id
    WHERE p.short_units > 0 AND p.short_units < p.open_units AND p.short_lines >= 2 AND o.ship_policy = 'partial'
        AND l.allocated_qty = 0
        AND NOT EXISTS (SELECT FROM orders_hold h WHERE h.order_id = o.id AND h.released_at IS NULL)
    ORDER BY o.id DESC LIMIT 1
"""


def opened(come_in: ComeIn, agent: Person, ref: str) -> Page:
    """Return a phone on which the link that an agent made has been followed."""
    page = agent.see(f"/orders/{ref}/")
    page.get_by_role("button", name="Link for the customer").click()
    toast = page.locator("#toasts")
    expect(toast).to_contain_text("/o/")
    found = re.search(r"/o/[\w-]+/", toast.inner_text())
    assert found is not None
    phone = come_in("customer", signed_in=False, viewport=PHONE, has_touch=True)
    phone.page.goto(found[0])
    return phone.page


def confirm(page: Page, label: str) -> None:
    """Choose and wait until the plan has answered."""
    page.get_by_label(label).check()
    page.get_by_role("button", name="Confirm my choice").click()
    expect(page.get_by_role("status")).to_contain_text("Thank you")
    expect(page.locator("[data-planning]")).to_have_count(0, timeout=20_000)


def choices(stack: Stack, ref: str) -> list[str]:
    made = "SELECT kind FROM orders_customerchoice c JOIN orders_order o ON o.id = c.order_id WHERE o.ref = %s"
    return [row["kind"] for row in stack.rows(f"{made} ORDER BY c.id", ref)]


def planned(stack: Stack, ref: str) -> dict[str, Any]:
    plan = "p.eta_p50, p.short_units, o.ship_policy FROM orders_order o JOIN orders_orderplan p ON p.order_id = o.id"
    return stack.rows(f"SELECT {plan} WHERE o.ref = %s", ref)[0]


def shows_the_day_of_the_plan(page: Page, stack: Stack, ref: str, words: str) -> None:
    day = language_of("en").day(planned(stack, ref)["eta_p50"], today=date.today())
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{words} {day}")


def post_again(page: Page, sent: Request) -> None:
    """Send a form a second time, as whoever kept it would; it is thanked for."""
    headers = {"Content-Type": sent.headers["content-type"], "Referer": page.url}
    answer = page.request.post(sent.url, data=sent.post_data or "", headers=headers)
    assert answer.ok


def test_who_waits_for_everything_says_so_once(come_in: ComeIn, stack: Stack, agent: Person) -> None:
    ref = stack.rows(NOTHING_READY)[0]["ref"]
    page = opened(come_in, agent, ref)
    before = planned(stack, ref)

    with page.expect_request(lambda request: request.method == "POST") as sent:
        confirm(page, "Keep waiting")
    post_again(page, sent.value)

    assert choices(stack, ref) == ["wait"]
    assert planned(stack, ref) == before
    shows_the_day_of_the_plan(page, stack, ref, "We expect to send your order on")


def test_each_choice_works_on_a_phone_and_changes_the_plan(come_in: ComeIn, stack: Stack, agent: Person) -> None:
    ref = stack.rows(KEPT_TOGETHER)[0]["ref"]
    page = opened(come_in, agent, ref)
    expect(page).to_have_url(re.compile(rf"/my-order/{ref}/$"))
    shows_the_day_of_the_plan(page, stack, ref, "We expect to send your order on")

    with page.expect_request(lambda request: request.method == "POST") as sent:
        confirm(page, "Send what’s ready now")
    assert planned(stack, ref)["ship_policy"] == "partial"
    expect(page.locator("main")).to_contain_text("You asked for what is ready.")
    shows_the_day_of_the_plan(page, stack, ref, "We expect to send the rest of your order on")

    confirm(page, "Keep it together")
    shows_the_day_of_the_plan(page, stack, ref, "We expect to send your order on")
    together = planned(stack, ref)
    assert together["ship_policy"] == "complete"
    post_again(page, sent.value)
    eventually(stack.is_settled)
    assert planned(stack, ref) == together, "the form that was sent first does nothing when it is sent again"
    assert choices(stack, ref) == ["send_ready", "together"]

    page.get_by_text("Change whom we ask for").click()
    page.get_by_label("Name", exact=True).fill("Sam Hill")
    page.get_by_role("button", name="Keep this contact").click()
    expect(page.get_by_role("status")).to_contain_text("We ask for you there")

    page.get_by_text("Change the address").click()
    page.get_by_label("Name, street").fill("Ann Brook\n1 Mill Lane\nLeeds LS1 4AP")
    page.get_by_role("button", name="Send it here").click()
    expect(page.get_by_role("status")).to_contain_text("new address")

    page.get_by_text("Cancel items or the whole order").click()
    page.locator("input[type=checkbox][name=position]").first.check()
    page.get_by_role("button", name="Cancel what I ticked").click()
    expect(page.get_by_role("status")).to_contain_text("Cancelled")
    cancelled = "SELECT sum(cancelled_qty) AS units FROM orders_orderline l JOIN orders_order o ON o.id = l.order_id"
    eventually(lambda: stack.rows(f"{cancelled} WHERE o.ref = %s", ref)[0]["units"])

    page.get_by_label("Good", exact=True).check(force=True)
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("Thank you for telling us")
    assert stack.rows("SELECT rating FROM orders_feedback") == [{"rating": 4}]
    assert choices(stack, ref) == ["send_ready", "together", "contact", "address", "cancel"]


def test_a_substitute_is_taken_and_the_rest_cancelled_in_german_on_a_phone(
    come_in: ComeIn, stack: Stack, agent: Person, api_key: str
) -> None:
    found = stack.rows(SHORT_BESIDE_PLENTY)[0]
    ref, rule = found["ref"], {"sku": found["plenty"], "needs_consent": True}
    body = {"substitutes": [rule]}
    status, answer = stack.request("POST", f"/api/v1/products/{found['short']}/substitutes/", key=api_key, body=body)
    assert status == 200, answer
    page = opened(come_in, agent, ref)
    page.get_by_role("link", name="Deutsch").click()

    page.get_by_text("Etwas anderes nehmen").click()
    page.get_by_role("button", name="Nehmen").first.click()
    expect(page.get_by_role("status")).to_contain_text("Danke. Wir senden das stattdessen.")
    expect(page.locator("[data-planning]")).to_have_count(0, timeout=20_000)
    assert stack.rows("SELECT is_agreed FROM orders_linesubstitution") == [{"is_agreed": True}]

    page.get_by_text("Artikel oder die ganze Bestellung stornieren").click()
    page.get_by_role("button", name="Senden, was da ist, den Rest stornieren").click()
    expect(page.get_by_role("status")).to_contain_text("Storniert, wie gewünscht.")
    cancelled = "SELECT sum(cancelled_qty) AS units FROM orders_orderline l JOIN orders_order o ON o.id = l.order_id"
    assert stack.rows(f"{cancelled} WHERE o.ref = %s", ref)[0]["units"] > 0
    expect(page.locator("[data-planning]")).to_have_count(0, timeout=60_000)
    assert choices(stack, ref) == ["substitute", "cancel_rest"]


def test_the_page_is_accessible_and_fits_in_light_and_dark(come_in: ComeIn, stack: Stack, agent: Person) -> None:
    page = opened(come_in, agent, stack.rows(PARTLY_READY)[0]["ref"])

    schemes: tuple[Literal["light", "dark"], ...] = ("light", "dark")
    for scheme in schemes:
        page.emulate_media(color_scheme=scheme)
        page.reload()
        for details in page.locator("details").all():
            details.evaluate("node => (node.open = true)")
        found = Axe().run(page).response["violations"]
        assert [(each["id"], each["nodes"][0]["html"], each["nodes"][0]["failureSummary"]) for each in found] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_without_scripts_a_choice_is_made_and_seen(come_in: ComeIn, stack: Stack, agent: Person) -> None:
    ref = stack.rows(PARTLY_READY)[0]["ref"]
    url = opened(come_in, agent, ref).url
    agent.page.get_by_role("button", name="Link for the customer").click()
    found = re.search(r"/o/[\w-]+/", agent.page.locator("#toasts").inner_text())
    assert found is not None
    page = come_in("customer", signed_in=False, viewport=PHONE, java_script_enabled=False).page
    page.goto(found[0])
    assert page.url == url

    page.get_by_label("Keep it together").check()
    page.get_by_role("button", name="Confirm my choice").click()

    expect(page.get_by_role("status")).to_contain_text("We keep your order together")
