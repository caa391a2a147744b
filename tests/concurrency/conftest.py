from __future__ import annotations

from collections.abc import Iterator

import pytest

from kernel import transactions
from orders.integrity import check
from tests.concurrency.shop import REFS, SKUS
from tests.factories.inventory import make_product, make_purchase_order, make_stock, make_warehouse
from tests.factories.orders import allocate, make_line, make_order


@pytest.fixture(autouse=True)
def _everything_adds_up_afterwards(request: pytest.FixtureRequest) -> Iterator[None]:
    """Check every counter after each race, except where a negative control breaks one on purpose."""
    request.getfixturevalue("transactional_db")
    yield
    if request.node.get_closest_marker("breaks_counters") is None:
        assert check() == []


@pytest.fixture
def unguarded_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the bounded retries away, so that a deadlock shows."""
    monkeypatch.setattr(transactions, "MAX_TRIES", 1)


@pytest.fixture
def shop(transactional_db: None) -> str:
    """Three products in two warehouses, eight orders for all of them in changing order, one purchase order."""
    products = [make_product(sku) for sku in SKUS]
    for product in products:
        make_stock(product, on_hand=30)
        make_stock(product, make_warehouse("NORTH"), on_hand=10)
    for number, ref in enumerate(REFS):
        turned = products[number % 3 :] + products[: number % 3]
        order = make_order([(product, 5) for product in turned], ref=ref)
        for position in (1, 2, 3):
            allocate(make_line(order, position), 3)
    return make_purchase_order([(product, 50) for product in products]).ref
