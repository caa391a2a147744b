"""Orders divided and looked after over REST: pinned, split and put together, given to somebody, sent elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from inventory.models import Product, StockLevel
from orders.models import Allocation, AllocationState, CustomerChoice, LineEta, Order
from tests.api.conftest import Api
from tests.factories import TODAY
from tests.factories.inventory import make_product, make_stock
from tests.factories.orders import allocate, make_customer, make_line, make_order, make_order_plan, make_user

ADDRESS = "Ann Lee\n1 High Street\nLeeds LS1 4AP"


@pytest.fixture
def mug() -> Product:
    mug = make_product("MUG")
    make_stock(mug, on_hand=4)
    return mug


@pytest.fixture
def order(mug: Product) -> Order:
    """Five mugs of which three are allocated."""
    order = make_order([(mug, 5)], ref="SO-1", ship_policy="partial")
    allocate(make_line(order), 3)
    return order


def units(state: AllocationState) -> int:
    return sum(Allocation.objects.filter(state=state).values_list("qty", flat=True))


def test_an_order_is_split_and_put_together_again(api: Api, order: Order) -> None:
    split = api.post("orders/SO-1/split/", {"lines": [{"position": 1, "qty": 2}], "version": 1})

    assert split.status_code == 200, split.content
    assert (units(AllocationState.PINNED), units(AllocationState.PLANNED)) == (2, 1)
    again = api.post("orders/SO-1/split/", {"lines": [{"position": 1, "qty": 4}]})
    assert (again.status_code, again.json()["code"]) == (409, "not_allocated")
    assert api.post("orders/SO-1/rejoin/", {"lines": [{"position": 1, "qty": 2}]}).status_code == 200
    assert units(AllocationState.PINNED) == 0
    assert api.post("orders/SO-1/rejoin/").json()["code"] == "not_split"


def test_a_repeated_split_with_its_key_happens_once(api: Api, order: Order) -> None:
    body = {"lines": [{"position": 1, "qty": 2}]}

    first, again = (api.post("orders/SO-1/split/", body, key="k1") for _ in range(2))

    assert (first.status_code, again.status_code) == (200, 200)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert first.json() == again.json()


def test_units_are_pinned_and_given_back(api: Api, order: Order) -> None:
    where = {"position": 1, "warehouse": StockLevel.objects.get().warehouse.code, "qty": 1}

    assert api.post("orders/SO-1/pin/", where).status_code == 200
    assert units(AllocationState.PINNED) == 1
    assert api.post("orders/SO-1/unpin/", where).status_code == 200
    assert api.post("orders/SO-1/unpin/", where).json()["code"] == "not_pinned"
    assert set(api.post("orders/SO-1/pin/", {"position": 1, "qty": 1}).json()["fields"]) == {"warehouse"}


def test_a_line_that_stands_in_for_none_is_not_swapped_back(api: Api, order: Order) -> None:
    refused = api.post("orders/SO-1/swap-back/", {"position": 1})

    assert (refused.status_code, set(refused.json()["fields"])) == (422, {"position"})


def test_an_order_is_given_to_a_colleague_and_let_go(api: Api, order: Order) -> None:
    ann = make_user("agent", email="ann@example.com")

    assert api.post("orders/SO-1/assign/", {"owner": "Ann@example.com"}).json()["owner"] == str(ann)
    assert {"name": ann.name, "email": "ann@example.com"} in api.get("people/").json()["results"]
    assert set(api.post("orders/SO-1/assign/", {"owner": "no@example.com"}).json()["fields"]) == {"owner"}
    assert api.post("orders/SO-1/assign/", {"owner": None}).json()["owner"] is None
    assert api.post("orders/SO-1/assign/", {}).status_code == 422


def test_an_address_is_corrected_and_restored_by_those_who_see_it(api_as: Callable[..., Api], order: Order) -> None:
    agent = api_as("agent")

    assert api_as("ops").post("orders/SO-1/address/", {"ship_to": ADDRESS}).status_code == 403
    assert set(agent.post("orders/SO-1/address/", {"ship_to": "Leeds"}).json()["fields"]) == {"ship_to"}
    assert agent.post("orders/SO-1/address/", {"ship_to": ADDRESS}).status_code == 200
    order.refresh_from_db()
    assert order.ship_to == ADDRESS
    assert agent.post("orders/SO-1/restore-address/").status_code == 200
    order.refresh_from_db()
    assert order.ship_to == ""


def test_a_line_gets_a_day_by_hand(api: Api, order: Order) -> None:
    make_order_plan(order, eta_p50=TODAY)
    day = TODAY.replace(year=TODAY.year + 1).isoformat()

    assert api.post("orders/SO-1/line-eta/", {"position": 1, "eta_on": day, "reason": "Mill"}).status_code == 200
    assert LineEta.objects.get().eta_on.isoformat() == day
    assert api.post("orders/SO-1/line-eta/", {"position": 1, "eta_on": None}).status_code == 200
    assert not LineEta.objects.exists()
    assert set(api.post("orders/SO-1/line-eta/", {"position": 9, "eta_on": day}).json()["fields"]) == {"position"}


def test_a_customer_cancels_the_rest_once(api: Api, order: Order) -> None:
    chosen = {"kind": "cancel_rest", "ready": 3, "version": 1}

    done, again = api.post("orders/SO-1/choose/", chosen), api.post("orders/SO-1/choose/", chosen)

    assert (done.status_code, again.status_code) == (200, 200)
    assert done.json()["lines"][0]["cancelled_qty"] == 2
    assert CustomerChoice.objects.count() == 1
    [kept] = api.get("choices/?order=SO-1").json()["results"]
    assert (kept["kind"], kept["order_version"]) == ("cancel_rest", 1)
    overtaken = api.post("orders/SO-1/choose/", {"kind": "wait", "version": 1})
    assert (overtaken.status_code, overtaken.json()["code"]) == (409, "stale")


def test_a_choice_says_what_it_lacks(api: Api, order: Order) -> None:
    refused = api.post("orders/SO-1/choose/", {"kind": "substitute", "version": 1})

    assert (refused.status_code, set(refused.json()["fields"])) == (422, {"position", "sku", "qty"})


@pytest.mark.parametrize(
    ("choice", "kept"),
    [
        ({"kind": "send_ready"}, "send_ready"),
        ({"kind": "cancel", "positions": [1]}, "cancel"),
        ({"kind": "address", "ship_to": ADDRESS}, "address"),
        ({"kind": "contact", "phone": "0113 496 0000"}, "contact"),
    ],
)
def test_customers_choose_as_on_their_page(api: Api, order: Order, choice: dict[str, object], kept: str) -> None:
    answer = api.post("orders/SO-1/choose/", {**choice, "version": 1})

    assert answer.status_code == 200, answer.content
    assert CustomerChoice.objects.get().kind == kept


def test_what_keeps_orders_is_listed_by_day(api: Api, mug: Product) -> None:
    for ref in ("SO-1", "SO-2", "SO-3"):
        held = make_order([(mug, 1)], ref=ref, customer=make_customer())
        make_order_plan(held)
        api.post(f"orders/{ref}/hold/", {"kind": "payment"})

    page = api.get("exceptions/?kind=payment&page_size=2").json()

    assert [(row["order"], row["kinds"][0], row["owner"]) for row in page["results"]] == [
        ("SO-1", "payment", None),
        ("SO-2", "payment", None),
    ]
    rest = api.get("exceptions/?" + page["next"].partition("?")[2]).json()
    assert [row["order"] for row in rest["results"]] == ["SO-3"]
    assert api.get("exceptions/?mine=true").json()["results"] == []
    assert set(api.get("exceptions/?kind=none").json()["fields"]) == {"kind"}


def test_an_exception_is_put_off_and_woken(api: Api, mug: Product) -> None:
    make_order_plan(make_order([(mug, 1)], ref="SO-1"))
    api.post("orders/SO-1/hold/", {"kind": "payment"})
    at = (timezone.now() + timedelta(days=1)).isoformat()

    assert api.post("orders/SO-1/snooze/", {"kind": "payment", "until_at": at, "note": "Calls back"}).status_code == 200
    assert api.get("exceptions/").json()["results"] == []
    assert [row["order"] for row in api.get("exceptions/?snoozed=true").json()["results"]] == ["SO-1"]
    assert api.post("orders/SO-1/wake/", {"kind": "payment"}).status_code == 200
    assert api.post("orders/SO-1/wake/", {"kind": "payment"}).json()["code"] == "no_change"
    assert set(api.post("orders/SO-1/snooze/", {"kind": "payment"}).json()["fields"]) == {"until_at"}
