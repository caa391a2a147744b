"""An agent may postpone a date, with a reason, and may not decide who comes first."""

from __future__ import annotations

from datetime import date, timedelta

from playwright.sync_api import expect

from tests.browser.person import Person, text_of
from tests.browser.stack import Stack, eventually

WAITING = """
    SELECT o.ref, op.eta_p50 FROM orders_orderplan op JOIN orders_order o ON o.id = op.order_id
    WHERE op.short_lines > 0 AND op.eta_p50 > CURRENT_DATE + 2
        AND NOT EXISTS (SELECT 1 FROM notifications_delivery d WHERE d.order_ref = o.ref)
        AND NOT EXISTS (SELECT 1 FROM orders_hold h WHERE h.order_id = o.id)
    ORDER BY op.score, o.id LIMIT 1
"""


def test_an_agent_postpones_an_eta_with_a_reason(agent: Person, stack: Stack) -> None:
    waiting = stack.rows(WAITING)[0]
    later: date = waiting["eta_p50"] + timedelta(days=3)
    page = agent.see(f"/orders/{waiting['ref']}/")

    page.locator("summary", has_text="Update ETA").click()
    page.get_by_label("New ETA").fill(later.isoformat())
    page.get_by_label("Reason").and_(page.locator("#eta-reason")).fill("They close for a week")
    page.get_by_role("button", name="Set ETA").click()

    expect(page.locator("#toasts")).to_contain_text(f"expected on {later.day} {later:%B}")
    expect(page.locator("[aria-labelledby=history]")).to_contain_text("They close for a week")
    assert "Sam Okafor" in text_of(page.locator("[aria-labelledby=history]"))
    plan = "SELECT op.eta_p50 FROM orders_orderplan op JOIN orders_order o ON o.id = op.order_id WHERE o.ref = %s"
    eventually(lambda: stack.rows(plan, waiting["ref"])[0]["eta_p50"] == later)


def test_an_agent_cannot_expedite(agent: Person, stack: Stack) -> None:
    agent.expects(403)
    ref = stack.rows(WAITING)[0]["ref"]
    page = agent.see(f"/triage/?o={ref}")
    expect(page.locator(".panel")).to_be_visible()
    assert page.get_by_role("button", name="Expedite").count() == 0
    assert page.locator("[data-key=e]").count() == 0

    token = page.locator(".panel input[name=csrfmiddlewaretoken]").first.get_attribute("value")
    answer = page.evaluate(
        "([path, token]) => fetch(path, {method: 'POST', headers: {'X-CSRFToken': token}}).then((r) => r.status)",
        [f"/orders/{ref}/expedite/", token],
    )

    assert answer == 403
    assert stack.rows("SELECT is_expedited FROM orders_order WHERE ref = %s", ref) == [{"is_expedited": False}]


def test_an_agent_sees_no_controls_for_stock(agent: Person, stack: Stack) -> None:
    agent.expects(403)
    purchase_order = stack.rows("SELECT ref FROM inventory_purchaseorder WHERE status = 'open' LIMIT 1")[0]["ref"]

    page = agent.see(f"/purchase-orders/{purchase_order}/")
    assert page.get_by_role("button", name="Set the day").count() == 0
    assert page.get_by_role("button", name="Receive").count() == 0
    answer = page.goto("/receive/")

    assert answer is not None
    assert answer.status == 403
    assert page.get_by_role("heading", level=1).count() == 1
