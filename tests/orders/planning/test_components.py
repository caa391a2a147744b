"""Components of linked products."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from orders.planning.components import product_components
from tests.orders.planning.cases import Case, Line, arrays


def components(*lines: Line) -> dict[int, int]:
    product_id, component = product_components(arrays(Case(lines))[0])
    return dict(zip(product_id.tolist(), component.tolist(), strict=True))


def test_lines_of_a_partial_order_do_not_link_products():
    assert components(Line(1, 1, 5, 1), Line(2, 1, 7, 1)) == {5: 5, 7: 7}


def test_orders_that_ship_together_link_their_products_in_chains():
    lines = [Line(i, i // 2, 10 + (i + 1) // 2, 1, ship_policy=1 + i // 2 % 2) for i in range(2, 12)]

    assert set(components(*lines).values()) == {11}


def test_a_held_order_links_nothing():
    assert components(Line(1, 1, 5, 1, ship_policy=1, on_hold=True), Line(2, 1, 7, 1, ship_policy=1, on_hold=True)) == {
        5: 5,
        7: 7,
    }


def test_an_empty_backlog_has_no_components():
    assert components() == {}


@given(st.integers(0, 2**32))
def test_components_equal_plain_relabelling(seed: int):
    random_ = random.Random(seed)
    orders = [random_.randint(1, 12) for _ in range(random_.randint(1, 30))]
    lines = [Line(i, order, random_.randint(1, 20), 1, ship_policy=order % 3) for i, order in enumerate(orders, 1)]

    label = {line.product_id: line.product_id for line in lines}
    links = [(a.product_id, b.product_id) for a in lines for b in lines if a.order_id == b.order_id and a.ship_policy]
    for _ in label:
        for a, b in links:
            label[a] = label[b] = min(label[a], label[b])

    assert components(*lines) == label
