"""A newcomer finds whom a supplier keeps waiting and moves its day; an administrator sets up and takes back."""

from __future__ import annotations

from datetime import date, timedelta

from playwright.sync_api import expect

from tests.browser.conftest import ComeIn
from tests.browser.person import Person, picture
from tests.browser.stack import Stack, eventually

AWAITED = """
    SELECT s.code, s.name, po.ref, po.expected_on FROM inventory_purchaseorder po
    JOIN inventory_supplier s ON s.id = po.supplier_id
    JOIN inventory_purchaseorderline l ON l.purchase_order_id = po.id
    JOIN orders_peg g ON g.purchase_order_line_id = l.id WHERE po.status = 'open'
    ORDER BY po.expected_on, po.ref LIMIT 1
"""


def test_from_a_supplier_to_who_waits_for_it_and_a_new_day_and_back(ops: Person, stack: Stack) -> None:
    awaited = stack.rows(AWAITED)[0]
    eventually(lambda: stack.rows("SELECT 1 FROM orders_supplierbacklog WHERE waiting_orders > 0"))
    page = ops.see("/suppliers/")
    page.get_by_role("link", name="Waited for").click()
    page.get_by_role("link", name=awaited["name"], exact=True).click()
    expect(page.get_by_role("heading", name="Who waits for them")).to_be_visible()
    expect(page.get_by_role("table", name="Orders that wait").get_by_role("row").nth(1)).to_be_visible()
    picture(page, "supplier-awaited")

    new = date.today() + timedelta(days=12)
    page.get_by_label(f"New day for {awaited['ref']}", exact=True).fill(new.isoformat())
    page.keyboard.press("Enter")

    expect(page.locator("#toasts")).to_contain_text(f"{awaited['ref']} is now expected on {new.day} {new:%B}")
    page.get_by_role("button", name="Undo z").click()
    expect(page.locator("#toasts")).to_contain_text("as before")
    back = stack.rows(f"SELECT expected_on FROM inventory_purchaseorder WHERE ref = '{awaited['ref']}'")
    assert back[0]["expected_on"] == awaited["expected_on"]


def test_a_customer_is_found_by_name_and_their_terms_are_set_and_taken_back(ops: Person, stack: Stack) -> None:
    most = "SELECT c.code, c.name FROM orders_customerbacklog b JOIN orders_customer c ON c.id = b.customer_id"
    eventually(lambda: stack.rows(most))
    customer = stack.rows(f"{most} ORDER BY b.open_value_minor DESC, c.id LIMIT 1")[0]
    page = ops.see("/customers/")
    page.get_by_role("searchbox").fill(customer["name"])
    page.get_by_role("link", name=customer["name"], exact=True).first.click()
    expect(page.get_by_role("heading", name="Promises")).to_be_visible()
    picture(page, "customer-most")

    page.get_by_text("Change terms").click()
    page.get_by_label("Of an order at least, %").fill("80, 0")
    page.get_by_role("button", name="Keep terms").click()

    expect(page.get_by_text("80 %, then any of its units")).to_be_visible()
    page.get_by_role("button", name="Undo z").click()
    expect(page.locator("#toasts")).to_contain_text("as before")
    expect(page.get_by_text("80 %, then any of its units")).to_have_count(0)


def test_picking_capacity_is_set_by_hand_and_an_agent_does_not_see_setup(come_in: ComeIn, stack: Stack) -> None:
    admin, agent = come_in("admin"), come_in("agent")
    warehouse = stack.rows("SELECT code FROM inventory_warehouse WHERE is_active ORDER BY preference, id LIMIT 1")[0]
    page = admin.see("/setup/")
    page.get_by_role("link", name="Warehouses").first.click()
    page.get_by_text("Picking capacity").first.click()
    page.get_by_label("Mon", exact=True).first.fill("many")
    admin.expects(422)
    page.get_by_role("button", name="Keep capacity").first.click()
    expect(page.get_by_role("alert")).to_contain_text("Give whole units")
    page.get_by_label("Mon", exact=True).first.fill("100,000")
    page.get_by_role("button", name="Keep capacity").first.click()

    expect(page.locator("#toasts")).to_contain_text(f"Picking in {warehouse['code']} is changed")
    picture(page, "setup-capacity")
    page.get_by_role("button", name="Undo z").click()
    expect(page.locator("#toasts")).to_contain_text("as before")
    assert not stack.rows("SELECT 1 FROM inventory_pickcapacity")
    expect(agent.see("/triage/").get_by_role("link", name="Setup")).to_have_count(0)
