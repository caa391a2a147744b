"""A supplier is late: orders that count on the goods get new dates, and their customers hear of it once."""

from __future__ import annotations

from datetime import date, timedelta

from playwright.sync_api import expect

from notifications.texts.languages import language_of
from tests.browser import news
from tests.browser.person import Person, picture
from tests.browser.stack import Stack, eventually

# Purchase orders whose day is the day of whole orders, as their customers know it, who have heard nothing since.
AWAITED = """
    SELECT po.ref, po.expected_on, s.name AS supplier,
        array_agg(DISTINCT o.ref) FILTER (WHERE op.eta_p50 = ALL (ARRAY[lp.eta_p50, r.told_on])) AS gated
    FROM orders_peg g JOIN inventory_purchaseorderline pol ON pol.id = g.purchase_order_line_id
    JOIN inventory_purchaseorder po ON po.id = pol.purchase_order_id JOIN inventory_supplier s ON s.id = po.supplier_id
    JOIN orders_orderline l ON l.id = g.line_id JOIN orders_lineplan lp ON lp.line_id = l.id
    JOIN orders_orderplan op ON op.order_id = l.order_id JOIN orders_order o ON o.id = l.order_id
    JOIN orders_orderpromise r ON r.order_id = o.id
    WHERE po.expected_on > CURRENT_DATE + 2
    GROUP BY po.id, s.id HAVING count(*) FILTER (WHERE op.eta_p50 = ALL (ARRAY[lp.eta_p50, r.told_on])) > 0
        AND NOT bool_or(EXISTS (SELECT 1 FROM notifications_delivery d WHERE d.order_ref = o.ref AND {told}))
        AND NOT bool_or(EXISTS (SELECT 1 FROM orders_hold h WHERE h.order_id = o.id))
    ORDER BY count(*) FILTER (WHERE op.eta_p50 = ALL (ARRAY[lp.eta_p50, r.told_on])) DESC, po.ref LIMIT 1
"""
NEVER_TOLD, NOTHING_WAITS = AWAITED.format(told="true"), AWAITED.format(told="d.state IN ('pending', 'proposed')")


def set_the_day(ops: Person, ref: str, day: date) -> None:
    page = ops.see(f"/purchase-orders/{ref}/")
    page.get_by_label("Expected on").fill(day.isoformat())
    page.get_by_role("button", name="Set the day").click()
    expect(page.locator("#toasts")).to_contain_text(f"{ref} is now expected on {day.day} {day:%B}")


def test_a_purchase_order_moved_out_tells_the_customers_who_count_on_it(
    ops: Person, agent: Person, stack: Stack
) -> None:
    eventually(stack.has_sent_everything, seconds=40)
    awaited = stack.rows(NEVER_TOLD)[0]
    before, mails_before = news.standings(stack), len(stack.mails())
    gated = awaited["gated"][0]
    page = agent.see(f"/triage/?q={gated}")

    set_the_day(ops, awaited["ref"], awaited["expected_on"] + timedelta(days=10))

    expect(page.locator(f"[data-row='{gated}'] .c-status")).to_contain_text("Supplier late")
    order = agent.context.new_page()
    order.goto(f"/orders/{gated}/")
    expect(order.locator(".lines-table").first).to_contain_text(f"late, {awaited['supplier']}")
    picture(order, "order-slipped")
    eventually(stack.is_settled)
    after = news.standings(stack)
    expected = news.should_hear(before, after)
    assert set(awaited["gated"]) <= set(expected)
    assert {expected[ref] for ref in awaited["gated"]} == {"orders.eta_slipped"}
    eventually(stack.has_sent_everything, seconds=40)
    mails = stack.mails()[mails_before:]
    assert news.told(mails) == news.to_tell(before, expected)
    for mail in mails:
        for ref in news.orders_of(mail):
            in_words = language_of(after[ref].language).day(after[ref].eta_on, today=date.today())
            assert in_words in " ".join(news.text_of_mail(mail).split())


def test_a_slip_taken_back_before_the_mail_leaves_tells_nobody(ops: Person, stack: Stack) -> None:
    eventually(stack.has_sent_everything, seconds=40)
    awaited = stack.rows(NOTHING_WAITS)[0]
    before, mails_before = news.standings(stack), len(stack.mails())
    [last] = stack.rows("SELECT max(id) AS id FROM notifications_delivery")

    set_the_day(ops, awaited["ref"], awaited["expected_on"] + timedelta(days=10))
    eventually(stack.is_settled)
    announced = news.should_hear(before, news.standings(stack))
    set_the_day(ops, awaited["ref"], awaited["expected_on"])
    eventually(stack.is_settled)

    assert set(awaited["gated"]) <= set(announced)
    assert {ref: now.eta_on for ref, now in news.standings(stack).items()} == {
        ref: was.eta_on for ref, was in before.items()
    }
    eventually(stack.has_sent_everything, seconds=40)
    assert len(stack.mails()) == mails_before
    unsent = "SELECT DISTINCT state FROM notifications_delivery WHERE order_ref = ANY(%s) AND id > %s"
    states = {row["state"] for row in stack.rows(unsent, list(announced), last["id"] or 0)}
    assert states <= {"superseded", "suppressed"}
