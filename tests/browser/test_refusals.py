"""Wrong input to a form: words where they were typed, a status that says so, and nothing changed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from playwright.sync_api import Response, expect

from tests.browser.conftest import ComeIn
from tests.browser.person import Person, forms_unchecked, sign_in, wait_until_live
from tests.browser.stack import Stack

YESTERDAY = (date.today() - timedelta(days=1)).isoformat()

# Everything that a form could change. Counting and summing is enough: a refused form leaves all of it.
CONTENT = """
    SELECT (SELECT sum(on_hand) FROM inventory_stocklevel) AS on_hand,
        (SELECT count(*) FROM inventory_stockmovement) AS movements,
        (SELECT count(*) FROM inventory_receipt) AS receipts,
        (SELECT sum(version) FROM inventory_purchaseorder) AS purchase_orders,
        (SELECT sum(version) FROM orders_order) AS orders,
        (SELECT count(*) FROM orders_ordernote) AS notes,
        (SELECT count(*) FROM orders_hold) AS holds,
        (SELECT count(*) FROM notifications_fact) AS facts
"""
WAITING = """
    SELECT o.ref FROM orders_orderplan p JOIN orders_order o ON o.id = p.order_id
    WHERE p.short_lines > 0 AND NOT EXISTS (SELECT 1 FROM orders_hold h WHERE h.order_id = o.id)
    ORDER BY p.score DESC, o.id LIMIT 1
"""


@dataclass(frozen=True)
class Wrong:
    """A form, what is typed into it, and words of the answer. ``menu`` is what has to be opened first."""

    page: str
    button: str
    typed: dict[str, str]
    words: str
    menu: str = ""


WRONG = {
    "an unknown product": Wrong(
        "/receive/", "Receive stock", {"#receive-sku": "NO-SUCH", "#receive-qty": "1"}, "NO-SUCH"
    ),
    "no units at all": Wrong(
        "/receive/", "Receive stock", {"#receive-sku": "{sku}", "#receive-qty": "0"}, "greater than or equal to 1"
    ),
    "a number beyond all stock": Wrong(
        "/receive/",
        "Receive stock",
        {"#receive-sku": "{sku}", "#receive-qty": "99999999999"},
        "less than or equal",
    ),
    "letters for a number": Wrong(
        "/inventory/{sku}/", "Adjust stock", {"#adjust-qty": "", "#adjust-reason": "Counted"}, "required", menu="Adjust"
    ),
    "more taken than there is": Wrong(
        "/inventory/{sku}/",
        "Adjust stock",
        {"#adjust-qty": "-999999", "#adjust-reason": "Counted"},
        "Nothing was changed",
        menu="Adjust",
    ),
    "a correction without a reason": Wrong(
        "/inventory/{sku}/", "Adjust stock", {"#adjust-qty": "-1", "#adjust-reason": ""}, "required", menu="Adjust"
    ),
    "no day for a purchase order": Wrong("/purchase-orders/{po}/", "Set the day", {"#expected-on": ""}, "required"),
    "a day of long ago": Wrong(
        "/purchase-orders/{po}/", "Set the day", {"#expected-on": "1066-10-14"}, "Nothing was changed"
    ),
    "goods that arrive tomorrow": Wrong(
        "/purchase-orders/{po}/", "Receive these units", {"#received-on": "2099-01-01"}, "Nothing was changed"
    ),
    "an ETA in the past": Wrong(
        "/orders/{order}/",
        "Set ETA",
        {"#eta-on": YESTERDAY, "#eta-reason": "They asked"},
        "Nothing was changed",
        menu="Update ETA",
    ),
    "an ETA without a reason": Wrong(
        "/orders/{order}/", "Set ETA", {"#eta-on": "2099-01-01", "#eta-reason": ""}, "Say why", menu="Update ETA"
    ),
    "a cancellation without a reason": Wrong(
        "/orders/{order}/", "Cancel order", {"#cancel-reason": ""}, "Nothing was changed", menu="Cancel"
    ),
    "a simulation of nobody's delay": Wrong("/simulations/new/", "Run", {}, "Not started"),
    "an empty note": Wrong("/orders/{order}/", "Keep note", {"#note-body": "   "}, "Nothing was changed", menu="Note"),
}


@pytest.mark.parametrize("case", WRONG.values(), ids=WRONG)
def test_a_wrong_form_is_refused_in_words_and_changes_nothing(ops: Person, stack: Stack, case: Wrong) -> None:
    ops.expects(409, 422)
    names = {
        "order": stack.rows(WAITING)[0]["ref"],
        "sku": "22423",
        "po": stack.rows("SELECT ref FROM inventory_purchaseorder WHERE status = 'open' ORDER BY id LIMIT 1")[0]["ref"],
    }
    page = ops.see(case.page.format(**names))
    before = stack.rows(CONTENT)
    forms_unchecked(page)
    if case.menu:
        page.locator("main summary", has_text=case.menu).first.click()
    for field, text in case.typed.items():
        page.locator(field).fill(text.format(**names))

    with page.expect_response(lambda response: response.request.method == "POST") as answer:
        page.get_by_role("button", name=case.button, exact=True).click()

    assert answer.value.status in {409, 422}
    expect(page.locator("main")).to_contain_text(case.words)
    expect(page.get_by_role("alert").first).to_be_visible()
    assert stack.rows(CONTENT) == before


def test_a_refused_form_is_at_the_address_it_came_from_and_stays_live(agent: Person, stack: Stack) -> None:
    agent.expects(409, 422)
    ref = stack.rows(WAITING)[0]["ref"]
    page = agent.see(f"/eta/?ref={ref}")
    forms_unchecked(page)
    form = page.locator("[data-telling-form]")

    for _ in range(2):
        page.locator("[name=other_on]").fill("2001-01-01")
        form.evaluate("form => HTMLFormElement.prototype.submit.call(form)")
        expect(page.get_by_role("alert").first).to_be_visible()
        expect(page).to_have_url(re.compile(rf"/eta/\?ref={ref}$"))
        wait_until_live(page)

        with page.expect_response(lambda answer: answer.request.headers.get("hx-target") == "live") as refreshed:
            page.evaluate("document.dispatchEvent(new Event('backlog:look'))")
        assert refreshed.value.status == 200


@pytest.mark.parametrize(
    "address",
    [
        "/triage/?sort=colour",
        "/triage/?after=nonsense",
        "/triage/?view=%00",
        "/triage/?promised_before=tomorrow",
        "/inventory/?view=colour",
        "/purchase-orders/?after=nonsense",
        "/messages/?state=colour",
        "/plan-runs/?kind=colour",
        "/orders/%00/",
        "/inventory/NO-SUCH/",
        "/purchase-orders/PO-0/",
        "/messages/999999999999/",
    ],
)
def test_an_address_that_cannot_be_read_says_so_and_leads_back(ops: Person, address: str) -> None:
    ops.expects(400, 404)

    answer = ops.page.goto(address)

    assert isinstance(answer, Response)
    assert answer.status in {400, 404}
    expect(ops.page.get_by_role("heading", level=1)).to_have_count(1)
    expect(ops.page.locator("main a").first).to_be_visible()


def test_a_wrong_password_is_refused_in_words(come_in: ComeIn) -> None:
    stranger = come_in("ops", signed_in=False)
    page = stranger.page
    page.goto("/sign-in/")

    page.get_by_label("Work email").fill("ops@example.com")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()

    expect(page.get_by_role("alert")).to_be_visible()
    sign_in(page, "ops")


def test_every_page_carries_the_strict_policy(ops: Person) -> None:
    answer = ops.page.goto("/triage/")

    assert answer is not None
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
