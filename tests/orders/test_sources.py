"""Which warehouses are asked first, for a product or a country."""

from __future__ import annotations

import pytest

from inventory.models import DirtyMark, Product
from kernel.errors import Invalid
from orders.models import Allocation, SourceRule
from orders.replan import replan
from orders.sources import change_country_sources, change_product_sources
from tests.factories import NOW
from tests.factories.inventory import make_product, make_stock, make_warehouse
from tests.factories.orders import make_customer, make_order

pytestmark = pytest.mark.django_db


@pytest.fixture
def lamp() -> Product:
    product = make_product("LAMP")
    for code, preference in (("MAIN", 1), ("NORTH", 2), ("SOUTH", 3)):
        make_stock(product, make_warehouse(code, preference=preference), on_hand=5)
    return product


def claims() -> dict[str, int]:
    replan(product_ids=None, cause="test", now=NOW)
    found = Allocation.objects.select_related("warehouse")
    return {claim.warehouse.code: claim.qty for claim in found}


def test_a_product_comes_from_its_own_warehouses_first(lamp: Product) -> None:
    make_order([(lamp, 7)])
    assert claims() == {"MAIN": 5, "NORTH": 2}

    change_product_sources("LAMP", warehouses=["SOUTH", "NORTH"], actor=None, now=NOW)

    assert DirtyMark.objects.filter(product=lamp).exists()
    assert claims() == {"SOUTH": 5, "NORTH": 2}


def test_what_goes_to_a_country_comes_from_its_warehouses_first(lamp: Product) -> None:
    make_order([(lamp, 4)], customer=make_customer(country="France"), ref="SO-F")
    make_order([(lamp, 4)], customer=make_customer(country="Spain"), ref="SO-S")

    change_country_sources("France", warehouses=["SOUTH"], actor=None, now=NOW)

    assert DirtyMark.objects.filter(product=lamp).exists()
    claims()
    found = Allocation.objects.values_list("line__order__ref", "warehouse__code", "qty")
    assert set(found) == {("SO-F", "SOUTH", 4), ("SO-S", "MAIN", 4)}


def test_no_warehouses_is_the_usual_order_again(lamp: Product) -> None:
    make_order([(lamp, 4)])
    change_product_sources("LAMP", warehouses=["SOUTH"], actor=None, now=NOW)

    change_product_sources("LAMP", warehouses=[], actor=None, now=NOW)

    assert not SourceRule.objects.exists()
    assert claims() == {"MAIN": 4}


def test_wrong_names_are_refused_and_change_nothing(lamp: Product) -> None:
    with pytest.raises(Invalid, match="each warehouse once"):
        change_product_sources("LAMP", warehouses=["MAIN", "MAIN"], actor=None, now=NOW)
    with pytest.raises(Invalid, match="no active warehouse"):
        change_product_sources("LAMP", warehouses=["EAST"], actor=None, now=NOW)
    with pytest.raises(Invalid, match="a country that customers have"):
        change_country_sources("Narnia", warehouses=["MAIN"], actor=None, now=NOW)

    assert not SourceRule.objects.exists()
