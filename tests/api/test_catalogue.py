from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from inventory.models import DirtyMark, Product, Supplier, Warehouse
from orders.models import Customer
from tests.api.conftest import Api
from tests.factories.inventory import make_product, make_stock, make_supplier, make_warehouse
from tests.factories.orders import make_customer, make_order

NEW: dict[str, dict[str, Any]] = {
    "products": {"sku": "MUG", "name": "Mug", "category": "Kitchen", "unit_price": 4.95, "is_critical": True},
    "warehouses": {"code": "NORTH", "name": "North", "preference": 2},
    "suppliers": {"code": "ACME", "name": "Acme", "email": "acme@example.com", "delay_p90_days": 5},
    "customers": {"code": "C-1", "name": "Ann", "tier": "gold", "email": "ann@example.com", "zone": "Europe/Paris"},
}
CHANGES = {
    "products": {"name": "Mug, blue", "unit_price": "5.00"},
    "warehouses": {"name": "Up north", "preference": 3},
    "suppliers": {"delay_p50_days": 1},
    "customers": {"tier": "platinum", "wants_email": False},
}


@pytest.mark.parametrize("kind", sorted(NEW))
def test_what_is_made_is_shown_and_changed_by_its_code(api: Api, kind: str) -> None:
    made = api.post(f"{kind}/", NEW[kind], key="k-1")
    again = api.post(f"{kind}/", NEW[kind], key="k-1")
    taken = api.post(f"{kind}/", NEW[kind])
    path = f"{kind}/{next(iter(NEW[kind].values()))}/"
    changed = api.patch(path, CHANGES[kind])

    assert (made.status_code, again.status_code, changed.status_code) == (201, 201, 200), changed.content
    assert again.headers["Idempotent-Replayed"] == "true"
    assert (taken.status_code, taken.json()["code"]) == (409, "exists")
    assert api.get(path).json() == changed.json()
    assert changed.json().items() >= CHANGES[kind].items()


@pytest.mark.parametrize("kind", sorted(NEW))
def test_what_is_wrong_or_unknown_is_refused_and_changes_nothing(api: Api, kind: str) -> None:
    code = next(iter(NEW[kind]))
    wrong = [
        NEW[kind] | {code: "a/b"},
        NEW[kind] | {"name": "\u202e"},
        NEW[kind] | {"shoe_size": 9},
        NEW[kind] | {code: "x" * 41},
        {code: "ONLY"},
    ]
    for body in wrong:
        refused = api.post(f"{kind}/", body)
        assert (refused.status_code, refused.json()["code"]) == (422, "invalid"), body
        assert refused.json()["fields"], body
    assert api.patch(f"{kind}/NONE/", {"name": "Nobody"}).status_code == 404
    assert not any(model.objects.exists() for model in (Product, Warehouse, Supplier, Customer))


def test_codes_stay(api: Api) -> None:
    make_product("MUG")

    assert api.patch("products/MUG/", {"sku": "TIN"}).json()["fields"] == {"sku": "This field is not known here."}


def test_terms_of_a_supplier_show_on_the_product(api: Api) -> None:
    make_product("MUG")
    make_supplier("ACME")

    said = api.post("suppliers/ACME/products/", {"sku": "mug", "lead_time_days": 12, "unit_cost": 1.5}).json()

    terms = {"supplier": "ACME", "sku": "MUG", "lead_time_days": 12, "min_order_qty": 1, "unit_cost": "1.50"}
    assert said == terms | {"is_preferred": True}
    assert api.get("products/MUG/").json()["suppliers"] == [said]
    assert DirtyMark.objects.get().cause == "supplier_product_changed"
    assert api.post("suppliers/NONE/products/", {"sku": "MUG"}).status_code == 404
    assert api.post("suppliers/ACME/products/", {"sku": "NONE"}).json()["fields"].keys() == {"sku"}


def test_a_warehouse_in_use_is_not_closed(api: Api) -> None:
    make_stock(make_product("MUG"), on_hand=3)

    refused = api.patch("warehouses/MAIN/", {"is_active": False})

    assert (refused.status_code, refused.json()["code"]) == (409, "in_use")
    assert Warehouse.objects.get().is_active


def test_a_new_tier_is_planned(api: Api) -> None:
    make_order([(make_product("MUG"), 2)], customer=make_customer("C-1"))

    assert api.patch("customers/C-1/", {"tier": "gold"}).status_code == 200

    assert DirtyMark.objects.get().cause == "customer_changed"


def test_agents_only_read_the_catalogue(api_as: Callable[..., Api]) -> None:
    agent = api_as("agent")
    make_warehouse("NORTH")

    assert [agent.post(f"{kind}/", NEW[kind]).status_code for kind in sorted(NEW)] == [403] * 4
    assert agent.patch("warehouses/NORTH/", {"name": "Mine"}).status_code == 403
    assert agent.get("warehouses/NORTH/").json()["name"] == "Warehouse NORTH"
