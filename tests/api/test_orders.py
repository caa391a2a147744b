from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

from inventory.models import DirtyMark, StockLevel
from orders.models import Allocation, LinePlan, Order, OrderPromise, Outcome, Peg, Policy, PolicyStatus, Reason
from orders.planning.presets import BALANCED_PRIORITY
from tests.api.bodies import order_body
from tests.api.conftest import Api
from tests.factories import TODAY
from tests.factories.inventory import make_product, make_purchase_order, make_stock
from tests.factories.orders import allocate, make_customer, make_line, make_order, make_order_plan

ORDER_FIELDS = {
    "ref", "channel", "external_id", "status", "customer", "placed_at", "requested_on", "promised_on", "told_on",
    "eta_p50", "eta_p90", "reason", "score", "rank", "ship_policy", "open_value", "lines",
}  # fmt: skip
LINE_FIELDS = {
    "position", "sku", "ordered_qty", "shipped_qty", "cancelled_qty", "allocated_qty", "pegged_qty", "eta_p50",
    "eta_p90", "reason", "score", "score_parts", "allocations", "pegs",
}  # fmt: skip


def _planned_order() -> Order:
    """An order of 5, 2 on hand and 3 pegged, with the plan that says so."""
    product = make_product("MUG")
    make_stock(product, on_hand=2)
    purchase = make_purchase_order([(product, 10)])
    order = make_order([(product, 5)])
    line = make_line(order)
    allocate(line, 2)
    Peg.objects.create(line=line, purchase_order_line=purchase.lines.get(), product=product, qty=3)
    policy = Policy.objects.create(name="P", version=1, status=PolicyStatus.PUBLISHED, rules=BALANCED_PRIORITY)
    eta = TODAY + timedelta(days=10)
    plan = {"score": 101.0, "reason": Reason.SUPPLIER_LATE, "eta_p50": eta, "eta_p90": eta + timedelta(days=3)}
    points = [0.0, 0.0, 100.0, 0.0, 0.0, 1.0]
    LinePlan.objects.create(
        line=line, order=order, product=product, points=points, outcome=Outcome.PLANNED, allocated_qty=2, pegged_qty=3,
        policy_id=policy.pk, **plan,
    )  # fmt: skip
    make_order_plan(order, promised_on=TODAY, **plan)
    OrderPromise.objects.create(order=order, promised_on=TODAY, announced_on=TODAY, told_on=TODAY)
    return order


def test_an_order_shows_its_plan_its_claims_and_why(api: Api) -> None:
    order = _planned_order()

    shown = api.get(f"orders/{order.ref}/").json()

    assert set(shown) >= ORDER_FIELDS
    assert (shown["rank"], shown["reason"], shown["score"]) == (1, "supplier_late", 101.0)
    assert (shown["promised_on"], shown["told_on"], shown["eta_p50"]) == ("2026-11-16", "2026-11-16", "2026-11-26")
    assert shown["open_value"] == "12.50"
    (line,) = shown["lines"]
    assert set(line) >= LINE_FIELDS
    assert (line["allocated_qty"], line["pegged_qty"]) == (2, 3)
    assert line["allocations"] == [{"warehouse": "MAIN", "qty": 2, "state": "planned"}]
    assert [(peg["expected_on"], peg["qty"]) for peg in line["pegs"]] == [("2026-11-26", 3)]
    assert {"rule": "Customer tier", "points": 100.0} in line["score_parts"]
    assert sum(part["points"] for part in line["score_parts"]) == line["score"]


def test_an_order_without_a_plan_has_no_rank_and_no_date(api: Api) -> None:
    order = make_order([(make_product(), 1)])

    shown = api.get(f"orders/{order.ref}/").json()

    assert [shown[name] for name in ("rank", "score", "eta_p50", "reason", "promised_on")] == [None] * 5


def test_an_order_is_taken_in_once(api: Api) -> None:
    make_product("MUG")

    first = api.post("orders/", order_body())
    again = api.post("orders/", order_body())

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["ref"] == again.json()["ref"]
    assert first.json()["customer"]["tier"] == "gold"
    assert DirtyMark.objects.count() == 1


def test_the_same_name_with_other_content_is_a_conflict(api: Api) -> None:
    make_product("MUG")
    api.post("orders/", order_body())

    other = api.post("orders/", order_body(lines=[{"sku": "MUG", "qty": 4, "unit_price": "2.50"}]))

    assert other.status_code == 409
    assert Order.objects.get().lines.get().ordered_qty == 3


def test_wrong_fields_are_named_and_nothing_is_kept(api: Api) -> None:
    make_product("MUG")
    body = order_body(lines=[{"sku": "MUG", "qty": 1, "unit_price": "1"}, {"sku": "NO", "qty": 0, "unit_price": "-1"}])

    shapes = api.post("orders/", body)
    body["lines"][1] |= {"qty": 1, "unit_price": "1"}
    unknown = api.post("orders/", body)

    assert (shapes.status_code, unknown.status_code) == (422, 422)
    assert set(shapes.json()["fields"]) == {"lines.1.qty", "lines.1.unit_price"}
    assert set(unknown.json()["fields"]) == {"lines.1.sku"}
    assert not Order.objects.exists()


def test_the_life_of_an_order(api: Api) -> None:
    product = make_product("MUG")
    make_stock(product, on_hand=5)
    order = make_order([(product, 5)])
    allocate(make_line(order), 5)

    held = api.post(f"orders/{order.ref}/hold/", {"kind": "credit", "reason": "over limit"})
    assert [hold["kind"] for hold in held.json()["holds"]] == ["credit"]
    assert held.json()["lines"][0]["allocated_qty"] == 0
    assert api.post(f"orders/{order.ref}/ship/").status_code == 409
    assert api.post(f"orders/{order.ref}/release/").json()["holds"] == []
    assert api.post(f"orders/{order.ref}/expedite/").json()["is_expedited"] is True
    assert api.post(f"orders/{order.ref}/expedite/", {"expedite": False}).json()["is_expedited"] is False
    assert api.post(f"orders/{order.ref}/note/", {"body": "rang\nthem"}).status_code == 201
    allocate(make_line(order), 3)
    shipped = api.post(f"orders/{order.ref}/ship/", {"lines": [{"position": 1, "qty": 2}]})
    assert shipped.json()["lines"][0]["shipped_qty"] == 2
    part = api.post(f"orders/{order.ref}/cancel/", {"position": 1, "qty": 1, "reason": "asked"})
    assert part.json()["lines"][0]["cancelled_qty"] == 1
    assert api.post(f"orders/{order.ref}/ship/").json()["lines"][0]["shipped_qty"] == 3
    done = api.post(f"orders/{order.ref}/cancel/", {"reason": "asked"})
    assert done.json()["status"] == "shipped"
    assert api.post(f"orders/{order.ref}/cancel/", {"reason": "again"}).status_code == 409
    assert StockLevel.objects.get().on_hand == 2
    assert not Allocation.objects.exists()


def test_no_body_means_the_usual(api: Api) -> None:
    order = make_order([(make_product(), 1)])

    assert api.raw("POST", f"orders/{order.ref}/expedite/", b"").json()["is_expedited"] is True


def test_a_hold_and_an_expedite_end_on_a_day(api: Api) -> None:
    order = make_order([(make_product(), 1)])
    urgent, held = f"orders/{order.ref}/expedite/", f"orders/{order.ref}/hold/"

    expedited = api.post(urgent, {"reason": "promised", "ends_on": "2099-01-05"}).json()
    assert (expedited["expedite_reason"], expedited["expedite_ends_on"]) == ("promised", "2099-01-05")
    on_hold = api.post(held, {"kind": "credit", "ends_on": "2099-01-06"}).json()
    assert on_hold["holds"][0]["ends_on"] == "2099-01-06"

    past = api.post(urgent, {"ends_on": "2020-01-05"})
    assert (past.status_code, list(past.json()["fields"])) == (422, ["ends_on"])
    idle = api.post(urgent, {"expedite": False, "reason": "enough"})
    assert (idle.status_code, list(idle.json()["fields"])) == (422, ["reason"])
    over = api.post(urgent, {"expedite": False}).json()
    assert (over["is_expedited"], over["expedite_reason"], over["expedite_ends_on"]) == (False, "", None)


def test_a_date_by_hand_with_a_reason_and_back(api: Api) -> None:
    order = make_order([(make_product(), 1)])

    by_hand = api.post(f"orders/{order.ref}/eta/", {"eta_on": "2099-01-05", "reason": "supplier rang"})
    back = api.post(f"orders/{order.ref}/eta/", {"eta_on": None, "reason": "wrong order"})

    assert by_hand.json()["eta_by_hand_on"] == "2099-01-05"
    assert back.json()["eta_by_hand_on"] is None


def test_an_agent_postpones_by_two_weeks_at_most(api_as: Callable[..., Api]) -> None:
    order = make_order([(make_product(), 1)])

    refused = api_as("agent").post(f"orders/{order.ref}/eta/", {"eta_on": "2099-01-05", "reason": "x"})

    assert refused.status_code in (403, 409, 422)
    assert Order.objects.get().eta_by_hand_on is None


def test_a_stale_version_is_a_conflict_and_changes_nothing(api: Api) -> None:
    order = make_order([(make_product(), 1)])
    seen = api.get(f"orders/{order.ref}/").json()["version"]
    api.post(f"orders/{order.ref}/expedite/", {"version": seen})

    late = api.post(f"orders/{order.ref}/hold/", {"kind": "credit", "version": seen})

    assert (late.status_code, late.json()["code"]) == (409, "stale")
    assert api.get(f"orders/{order.ref}/").json()["holds"] == []


def test_filters_choose(api: Api) -> None:
    mug, tin = make_product("MUG"), make_product("TIN")
    late = make_order([(mug, 1)], customer=make_customer("C1", tier="gold"), channel="web", external_id="W-7")
    make_order_plan(late, reason=Reason.STOCK_SHORT, slip_days=9, promised_on=TODAY)
    held = make_order([(tin, 1)], customer=make_customer("C2"), held="credit", ship_policy="complete")
    make_order_plan(held, reason=Reason.ON_HOLD)

    def chosen(query: str) -> set[str]:
        response = api.get(f"orders/?{query}")
        assert response.status_code == 200, response.content
        return {order["ref"] for order in response.json()["results"]}

    for query in ("late=true", "sku=mug", "tier=gold", "customer=C1", "channel=web", "external_id=W-7", "q=w-7",
                  "reason=stock_short", "promised_before=2030-01-01"):  # fmt: skip
        assert chosen(query) == {late.ref}, query
    for query in ("late=false", "hold=credit", "reason=on_hold", "ship_policy=complete", "sku=TIN&status=open"):
        assert chosen(query) == {held.ref}, query
    assert chosen("placed_after=2026-11-16&placed_before=2026-11-17") == {late.ref, held.ref}
    assert chosen("status=shipped") == set()


def test_answers_are_json_and_never_cached_as_a_page(api: Api) -> None:
    response = api.get("orders/")

    assert response.headers["Content-Type"] == "application/json"
    assert json.loads(response.content) == {"next": None, "previous": None, "results": []}
