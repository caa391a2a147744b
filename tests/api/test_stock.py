from __future__ import annotations

from collections.abc import Callable

from django.utils import timezone

from inventory.models import DirtyMark, PurchaseOrder, StockLevel, StockMovement
from notifications.models import Delivery, DeliveryState, Fact
from tests.api.conftest import V1, Api
from tests.factories.inventory import make_product, make_purchase_order, make_stock, make_supplier, make_warehouse
from tests.factories.orders import allocate, make_line, make_order


def test_stock_shows_what_is_there_what_comes_and_who_waits(api: Api) -> None:
    mug, tin = make_product("MUG"), make_product("TIN")
    make_stock(mug, on_hand=10, protected=1)
    make_stock(tin, on_hand=4)
    make_purchase_order([(mug, 7)])
    allocate(make_line(make_order([(mug, 5)])), 3)

    (level,) = api.get("stock/?sku=mug").json()["results"]

    assert level == {
        "sku": "MUG", "name": "Product MUG", "warehouse": "MAIN", "on_hand": 10, "reserved": 3, "protected": 1,
        "available": 6, "inbound": 7, "waiting_qty": 2,
    }  # fmt: skip
    assert [row["sku"] for row in api.get("stock/?short=true").json()["results"]] == ["MUG"]
    assert [row["sku"] for row in api.get("stock/?short=false").json()["results"]] == ["TIN"]


def test_stock_names_products_that_are_waited_for_and_nowhere(api: Api) -> None:
    lamp = make_product("LAMP")
    make_product("IDLE")
    mug = make_product("MUG")
    make_stock(mug, on_hand=1)
    make_stock(mug, on_hand=2, warehouse=make_warehouse("NORTH"))
    make_order([(lamp, 4), (mug, 5)])
    make_purchase_order([(lamp, 9), (mug, 3)])

    rows = api.get("stock/").json()["results"]

    assert [(row["sku"], row["warehouse"], row["on_hand"], row["inbound"], row["waiting_qty"]) for row in rows] == [
        ("LAMP", None, 0, 9, 4),
        ("MUG", "MAIN", 1, 3, 5),
        ("MUG", "NORTH", 2, 0, 5),
    ]
    assert [row["sku"] for row in api.get("stock/?short=true&warehouse=NORTH").json()["results"]] == ["MUG"]
    first = api.get("stock/?page_size=1").json()
    assert [api.get(first["next"].partition(V1)[2]).json()["results"][0]["warehouse"]] == ["MAIN"]


def test_every_way_that_stock_changes(api: Api) -> None:
    make_product("MUG")
    make_warehouse("MAIN")
    make_warehouse("NORTH")
    here = {"sku": "MUG", "warehouse": "MAIN"}

    receipt = api.post("stock/receipts/", here | {"qty": 9, "reference": "R-1"})
    assert (receipt.status_code, receipt.json()["reference"]) == (201, "R-1")
    assert receipt.json().items() >= (here | {"qty": 9}).items()
    assert api.post("stock/adjustments/", here | {"qty_delta": -2, "reason": "broken"}).json()["qty"] == -2
    assert api.post("stock/counts/", here | {"counted": 6}).json()["qty"] == -1
    assert api.post("stock/counts/", here | {"counted": 6}).status_code == 200
    moved = api.post("stock/transfers/", {"sku": "MUG", "from": "MAIN", "to": "NORTH", "qty": 4}).json()
    assert [(movement["warehouse"], movement["qty"]) for movement in moved] == [("MAIN", -4), ("NORTH", 4)]

    levels = dict(StockLevel.objects.values_list("warehouse__code", "on_hand"))
    assert levels == {"MAIN": 2, "NORTH": 4}


def test_agents_move_no_stock(api_as: Callable[..., Api]) -> None:
    make_product("MUG")
    make_warehouse("MAIN")

    response = api_as("agent").post("stock/receipts/", {"sku": "MUG", "warehouse": "MAIN", "qty": 1})

    assert response.status_code == 403
    assert not StockMovement.objects.exists()


def test_the_life_of_a_purchase_order(api: Api) -> None:
    make_product("MUG")
    make_warehouse("MAIN")
    supplier = make_supplier("ACME")
    lines = [{"sku": "MUG", "warehouse": "MAIN", "ordered_qty": 10}]

    made = api.post("purchase-orders/", {"supplier": supplier.code, "expected_on": "2099-01-05", "lines": lines})
    assert made.status_code == 201
    order = made.json()
    assert (order["supplier"], order["status"], order["lines"][0]["ordered_qty"]) == ("ACME", "open", 10)

    path = f"purchase-orders/{order['ref']}/"
    later = api.patch(path, {"expected_on": "2099-01-15", "version": order["version"]}).json()
    assert (later["expected_on"], later["lines"][0]["expected_on"]) == ("2099-01-15", "2099-01-15")
    assert later["lines"][0]["first_expected_on"] == "2099-01-05"
    stale = api.patch(path, {"expected_on": "2099-02-01", "version": order["version"]})
    assert (stale.status_code, stale.json()["code"]) == (409, "stale")

    part = api.post(f"{path}receive/", {"lines": [{"sku": "MUG", "qty": 4}]}).json()
    assert (part["status"], part["lines"][0]["received_qty"]) == ("open", 4)
    assert api.post(f"{path}receive/").json()["status"] == "received"
    assert api.post(f"{path}receive/").status_code == 409
    assert StockLevel.objects.get().on_hand == 10


def test_what_does_not_come_any_more_is_given_up(api: Api) -> None:
    order = make_purchase_order([(make_product("MUG"), 10)])
    path = f"purchase-orders/{order.ref}/"
    api.post(f"{path}receive/", {"lines": [{"sku": "MUG", "qty": 4}]})

    assert api.post(f"{path}cancel/", {"version": order.version + 9}).json()["code"] == "stale"
    given_up = api.post(f"{path}cancel/").json()

    assert (given_up["status"], given_up["lines"][0]["cancelled_qty"]) == ("received", 6)
    assert api.post(f"{path}cancel/").json()["code"] == "closed"


def test_purchase_orders_are_found_by_what_is_on_them(api: Api) -> None:
    mine = make_purchase_order([(make_product("MUG"), 1)], supplier=make_supplier("ACME"))
    make_purchase_order([(make_product("TIN"), 1)], status="cancelled")

    for query in ("sku=mug", "supplier=ACME", "status=open"):
        shown = api.get(f"purchase-orders/?{query}").json()["results"]
        assert [order["ref"] for order in shown] == [mine.ref], query
    assert len(api.get("purchase-orders/?expected_after=2026-01-01&ordering=expected_on").json()["results"]) == 2
    assert PurchaseOrder.objects.count() == 2


def test_the_catalogue_is_read_by_code(api: Api) -> None:
    make_product("Mug/A.1", category="Kitchen")
    make_product("MUG.2", is_critical=True)
    make_warehouse("MAIN")
    make_supplier("ACME")

    assert api.get("products/mug.2/").json()["sku"] == "MUG.2"
    assert [p["sku"] for p in api.get("products/?critical=true").json()["results"]] == ["MUG.2"]
    assert [p["sku"] for p in api.get("products/?category=Kitchen&q=mug").json()["results"]] == ["Mug/A.1"]
    assert api.get("warehouses/MAIN/").json()["name"] == "Warehouse MAIN"
    assert api.get("suppliers/ACME/").json()["delay_p90_days"] == 2


def test_messages_are_listed_by_order(api: Api) -> None:
    for ref in ("SO-1", "SO-2"):
        fact = Fact.objects.create(kind="orders.eta_slipped", dedupe_key=ref)
        Delivery.objects.create(
            fact=fact, kind="eta_slipped", channel="email", recipient=f"{ref.lower()}@example.com", order_ref=ref,
            customer_code="C1", state=DeliveryState.SENT, sent_at=timezone.now(), subject_line="New date",
            body_text="…",
        )  # fmt: skip

    (shown,) = api.get("messages/?order=SO-2").json()["results"]

    assert set(shown) >= {
        "id", "order", "customer", "kind", "channel", "recipient", "state", "subject", "body_text", "sent_at",
    }  # fmt: skip
    assert (shown["order"], shown["state"], shown["subject"]) == ("SO-2", "sent", "New date")
    assert api.get(f"messages/{shown['id']}/").json() == shown
    assert api.get("messages/999999/").status_code == 404


def test_units_are_kept_back_from_every_order(api: Api) -> None:
    make_stock(make_product("MUG"), on_hand=10)

    kept = api.post("stock/protected/", {"sku": "mug", "warehouse": "MAIN", "units": 4})
    wrong = api.post("stock/protected/", {"sku": "mug", "warehouse": "MAIN", "units": -1})

    assert (kept.status_code, kept.json()) == (200, {"sku": "MUG", "warehouse": "MAIN", "units": 4})
    assert StockLevel.objects.get().available == 6
    assert (wrong.status_code, StockLevel.objects.get().protected) == (422, 4)


def test_whoever_gave_a_purchase_order_up_is_named(api: Api) -> None:
    orders = [make_purchase_order([(make_product(), 5)]) for _ in range(3)]
    said: list[dict[str, str]] = [{}, {"by": "us"}, {"by": "them"}]

    answers = [api.post(f"purchase-orders/{order.ref}/cancel/", by) for order, by in zip(orders, said, strict=True)]

    assert [answer.status_code for answer in answers] == [200, 200, 422]
    causes = DirtyMark.objects.order_by("pk").values_list("cause", flat=True)
    assert list(causes) == ["purchase_order_given_up", "purchase_order_cancelled"]
