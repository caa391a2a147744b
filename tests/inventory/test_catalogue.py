from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from inventory.catalogue import change_product, change_warehouse, create_product, create_warehouse
from inventory.models import DirtyMark, Product, SupplierProduct, Warehouse
from inventory.suppliers import change_supplier, create_supplier, set_supplier_product
from kernel.errors import Conflict, Invalid, NotFound
from notifications.models import Fact
from tests.factories import NOW
from tests.factories.inventory import make_product, make_purchase_order, make_stock, make_supplier, make_warehouse

pytestmark = pytest.mark.django_db
BY: dict[str, Any] = {"actor": None, "now": NOW}


def marked() -> set[str]:
    return set(DirtyMark.objects.values_list("product__sku", flat=True))


def test_a_product_is_made_once_whatever_the_case_of_its_sku() -> None:
    made = create_product(sku=" mug-1 ", name="Mug", unit_price=Decimal("4.95"), **BY)

    assert (made.sku, made.is_active, made.unit_price) == ("mug-1", True, Decimal("4.95"))
    with pytest.raises(Conflict, match="already") as refused:
        create_product(sku="MUG-1", name="Another", **BY)
    assert (refused.value.code, set(refused.value.fields)) == ("exists", {"sku"})
    assert Product.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"sku": "a/b"}, "sku"),
        ({"sku": ".."}, "sku"),
        ({"sku": ""}, "sku"),
        ({"name": ""}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": "Mug\u202e"}, "name"),
        ({"unit_price": Decimal("-0.01")}, "unit_price"),
        ({"unit_price": Decimal("1.005")}, "unit_price"),
    ],
)
def test_a_product_that_cannot_be_is_refused(wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        create_product(**{"sku": "MUG", "name": "Mug", **wrong, **BY})

    assert set(refused.value.fields) == {field}
    assert not Product.objects.exists()


@pytest.mark.parametrize(
    "change", [{"unit_price": Decimal(7)}, {"is_critical": True}, {"category": "Kitchen"}], ids=lambda c: next(iter(c))
)
def test_what_planning_reads_of_a_product_is_planned_anew(change: dict[str, Any]) -> None:
    make_product("MUG")
    make_product("TIN")

    change_product("mug", **change, **BY)

    assert marked() == {"MUG"}
    (name, value), product = *change.items(), Product.objects.get(sku="MUG")
    assert getattr(product, name) == value
    assert Fact.objects.get(kind="inventory.catalogue_changed").payload["changed"] == [name]


def test_other_changes_of_a_product_and_none_plan_nothing() -> None:
    product = make_product("MUG")

    change_product("MUG", name="Mug, blue", is_active=False, **BY)
    change_product("MUG", unit_price=product.unit_price, **BY)

    assert marked() == set()
    assert Fact.objects.count() == 1


def test_a_product_that_is_not_there_is_not_found() -> None:
    for sku in ("NONE", "\u202e"):
        with pytest.raises(NotFound):
            change_product(sku, name="Mug", **BY)


def test_a_warehouse_that_planning_prefers_has_its_products_planned_anew() -> None:
    create_warehouse(code="NORTH", name="North", **BY)
    make_stock(make_product("MUG"), warehouse=Warehouse.objects.get(code="NORTH"))
    make_stock(make_product("TIN"))
    make_purchase_order([(make_product("LAMP"), 3)], warehouse=Warehouse.objects.get(code="NORTH"))

    change_warehouse("NORTH", name="Up north", **BY)
    assert marked() == set()
    change_warehouse("NORTH", preference=9, **BY)

    assert marked() == {"MUG", "LAMP"}
    with pytest.raises(Conflict, match="already"):
        create_warehouse(code="NORTH", name="Again", **BY)


def test_a_warehouse_closes_only_when_nothing_is_in_it_or_coming() -> None:
    mug = make_product("MUG")
    make_stock(mug, on_hand=1)
    make_purchase_order([(mug, 3)], warehouse=make_warehouse("NORTH"))
    make_warehouse("EMPTY")

    for code in ("MAIN", "NORTH"):
        with pytest.raises(Conflict) as refused:
            change_warehouse(code, is_active=False, **BY)
        assert refused.value.code == "in_use"
    change_warehouse("EMPTY", is_active=False, **BY)

    assert set(Warehouse.objects.filter(is_active=True).values_list("code", flat=True)) == {"MAIN", "NORTH"}
    assert not DirtyMark.objects.exists()


def test_a_suppliers_delays_plan_what_waits_for_it() -> None:
    made = create_supplier(code="ACME", name="Acme", delay_p90_days=4, **BY)
    make_purchase_order([(make_product("MUG"), 3)], supplier=made)
    make_purchase_order([(make_product("TIN"), 3)])
    set_supplier_product("ACME", sku=make_product("LAMP").sku, **BY)
    DirtyMark.objects.all().delete()

    change_supplier("ACME", name="Acme & Co", **BY)
    assert marked() == set()
    change_supplier("ACME", delay_p50_days=2, **BY)

    made.refresh_from_db()
    assert (made.name, made.delay_p50_days, made.delay_p90_days) == ("Acme & Co", 2, 4)
    assert marked() == {"MUG", "LAMP"}


def test_a_supplier_is_not_usually_later_than_at_worst() -> None:
    supplier = make_supplier("ACME")

    with pytest.raises(Invalid) as refused:
        change_supplier("ACME", delay_p50_days=3, **BY)
    with pytest.raises(Invalid):
        create_supplier(code="LATE", name="Late", delay_p50_days=3, **BY)

    assert set(refused.value.fields) == {"delay_p90_days"}
    supplier.refresh_from_db()
    assert supplier.delay_p50_days == 0


def test_a_product_has_one_preferred_supplier() -> None:
    make_product("MUG")
    make_supplier("ACME")
    make_supplier("BOLT")

    first = set_supplier_product("ACME", sku="mug", lead_time_days=15, **BY)
    second = set_supplier_product("BOLT", sku="MUG", unit_cost=Decimal("2.50"), **BY)
    assert (first.is_preferred, second.is_preferred) == (True, False)

    set_supplier_product("BOLT", sku="MUG", is_preferred=True, **BY)
    set_supplier_product("ACME", sku="MUG", lead_time_days=10, **BY)

    terms = SupplierProduct.objects.order_by("supplier__code").values_list(
        "supplier__code", "lead_time_days", "unit_cost", "is_preferred"
    )
    assert list(terms) == [("ACME", 10, Decimal(0), False), ("BOLT", 20, Decimal("2.50"), True)]
    assert marked() == {"MUG"}


def test_terms_of_what_is_not_there_are_refused() -> None:
    make_supplier("ACME")

    with pytest.raises(Invalid) as refused:
        set_supplier_product("ACME", sku="NONE", **BY)
    with pytest.raises(NotFound):
        set_supplier_product("NONE", sku="NONE", **BY)

    assert set(refused.value.fields) == {"sku"}
