"""The contract of ``plan``: input that breaks it is refused, odd but legal input is planned."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest

from orders.planning.calendar import WorkingDays
from orders.planning.engine import plan
from orders.planning.points import Linear
from orders.planning.rules import Policy, Rule
from orders.planning.types import Attribute, Backlog, Calendar, Context, Frozen, Products, Supply
from tests.orders.planning.cases import TODAY, Case, Line, Pick, Product, Source, arrays
from tests.orders.planning.reading import BY_URGENCY, rows, run

SIMPLE = Case((Line(1, 1, 1, 2),), (Source(1, 5),), (), (Product(1),))


def test_an_empty_backlog_gives_an_empty_plan():
    result = run(replace(SIMPLE, lines=()))

    assert len(result.line_id) == len(result.pegs.qty) == len(result.allocations.qty) == 0
    assert result.points.shape == (0, 1)


def test_no_supply_at_all_leaves_every_line_short():
    assert rows(run(replace(SIMPLE, sources=())))[1].reason == 6


def test_supply_and_frozen_units_of_what_nobody_waits_for_are_ignored():
    case = replace(SIMPLE, sources=(*SIMPLE.sources, Source(9, 5)), picks=(Pick(77, 1, 3),))

    assert rows(run(case)) == rows(run(SIMPLE))


def test_a_line_given_twice_is_refused():
    with pytest.raises(ValueError, match="line_id: a line is in the backlog twice"):
        run(replace(SIMPLE, lines=(SIMPLE.lines[0], SIMPLE.lines[0])))


def test_a_product_without_its_record_is_refused():
    with pytest.raises(ValueError, match="product 1 of the backlog is missing"):
        run(replace(SIMPLE, products=(Product(2),)))


def test_products_out_of_order_are_refused():
    with pytest.raises(ValueError, match="must ascend without repeats"):
        run(replace(SIMPLE, products=(Product(2), Product(1))))


def test_columns_of_another_length_are_refused():
    backlog, supply, frozen, products, _, context = arrays(SIMPLE)
    columns = {"order.age_days": Attribute(np.zeros(2))}

    with pytest.raises(ValueError, match=r"order\.age_days: 2 values for 1 lines"):
        plan(backlog, supply, frozen, products, columns, BY_URGENCY, context)


def test_a_calendar_without_working_days_is_refused():
    with pytest.raises(ValueError, match="at least one day of the week"):
        WorkingDays(Calendar((False,) * 7))


def test_steps_are_announced_in_order():
    backlog, supply, frozen, products, attributes, context = arrays(SIMPLE)
    done: list[str] = []

    plan(backlog, supply, frozen, products, attributes, BY_URGENCY, context, after_step=done.append)

    assert done == ["prepare", "score", "allocate", "promise", "explain"]


def test_inputs_are_not_changed():
    given = arrays(replace(SIMPLE, lines=(Line(2, 1, 1, 4, ship_policy=2), *SIMPLE.lines)))
    before = [array.copy() for record in given[:4] for array in columns_of(record)]

    plan(*given[:4], given[4], BY_URGENCY, given[5])

    after = [array for record in given[:4] for array in columns_of(record)]
    assert all((one == other).all() for one, other in zip(before, after, strict=True))


def columns_of(record: object) -> list[np.ndarray]:
    return [getattr(record, name) for name in type(record).__slots__]


@pytest.mark.parametrize("share_together", [0.0, 0.3])
def test_a_hundred_thousand_lines_are_planned_in_a_moment(share_together: float, record_property):
    given = large_backlog(100_000, 5_000, share_together)

    start = time.perf_counter()
    result = plan(*given)
    seconds = time.perf_counter() - start

    print(f"\nplanned 100,000 lines, {share_together:.0%} of orders ship together: {seconds:.3f} s")
    record_property("seconds", seconds)
    assert len(result.line_id) == 100_000
    assert seconds < 5  # a run takes about 0.12 s; this catches a loop over lines, not a busy machine


def large_backlog(
    lines: int, products: int, share_together: float
) -> tuple[Backlog, Supply, Frozen, Products, dict[str, Attribute], Policy, Context]:
    """Return a seeded backlog: four lines an order, two warehouses and three deliveries for each product."""
    rng = np.random.default_rng(1)
    orders = lines // 4
    order = np.arange(lines) // 4
    together = rng.random(orders) < share_together
    per_product = 5.5 * lines / products
    product = np.repeat(np.arange(1, products + 1), 5)
    inbound = np.tile([False, False, True, True, True], products)
    source = np.where(inbound, np.arange(len(product)) + 1, 0)
    expected = np.where(inbound, TODAY + rng.integers(-3, 40, len(product)), 0)
    none = np.zeros(0, dtype=np.int64)
    zeros = np.zeros(lines, dtype=np.int64)
    backlog = Backlog(
        line_id=np.arange(1, lines + 1),
        order_id=order + 1,
        product_id=rng.integers(1, products + 1, lines),
        open_qty=rng.integers(1, 11, lines),
        placed_at=rng.integers(0, 10**9, orders)[order],
        ship_policy=np.where(together, rng.integers(1, 3, orders), 0).astype(np.int16)[order],
        has_shipped=np.zeros(lines, dtype=np.bool_),
        on_hold=(rng.random(orders) < 0.02)[order],
        eta_by_hand=zeros,
    )
    supply = Supply(
        product_id=product,
        warehouse_id=np.tile([1, 2, 1, 1, 1], products),
        source_id=source,
        qty=rng.integers(0, int(per_product * 0.4), len(product)),
        expected_on=expected,
        first_expected_on=expected,
        delay_p50=np.ones(len(product), dtype=np.int64),
        delay_p90=np.full(len(product), 6),
        preference=np.tile([0, 1, 0, 0, 0], products),
    )
    leads = np.full(products, 10)
    return (
        backlog,
        supply,
        Frozen(none, none, none),
        Products(np.arange(1, products + 1), np.zeros(products, dtype=np.int64), leads, leads * 2),
        {"order.age_days": Attribute(rng.random(orders)[order] * 100)},
        Policy("priority", (Rule("age", "Age", "order.age_days", Linear(1.0)),)),
        Context(TODAY, Calendar((True, True, True, True, True, False, False)), 1),
    )
