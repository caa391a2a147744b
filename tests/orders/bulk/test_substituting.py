"""Substitutes sent to many orders: as for one line, only what helps, the best rank first; and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from inventory.models import DirtyMark, Product, Substitute
from orders.bulk import substituting
from orders.bulk.jobs import start_job, work_chunk
from orders.handling.substituting import substitute_line
from orders.models import Allocation, AllocationState, Hold, Order, OrderLine, OrderTerms, ShipPolicy
from tests.factories import NOW
from tests.factories.inventory import make_product, make_stock
from tests.factories.orders import allocate, make_line, make_order, make_order_plan, make_user
from tests.orders.bulk.doing import do, picture, undo, whys

pytestmark = pytest.mark.django_db
QUERIES_OF_A_CHUNK = 32


def stands_in(product: Product, *, on_hand: int = 100, **rule: Any) -> Product:
    """Return a product that may stand in for another."""
    other = make_product()
    if on_hand:
        make_stock(other, on_hand=on_hand)
    Substitute.objects.create(product=product, substitute=other, **{"needs_consent": False, **rule})
    return other


def lacking(product: Product, qty: int = 8, *, score: float = 1, **fields: Any) -> Order:
    """An order of which nothing is on hand."""
    order = make_order([(product, qty)], **fields)
    make_order_plan(order, score=score)
    return order


def lines(order: Order) -> list[tuple[int, int, str, int]]:
    found = order.lines.order_by("position").values_list("position", "open_qty", "product__sku", "cancelled_qty")
    return list(found)


def test_many_do_what_one_does() -> None:
    product, actor = make_product(), make_user("ops")
    other = stands_in(product, units=2, per=1)
    one, many = lacking(product), [lacking(product), lacking(product)]
    make_stock(product, on_hand=9)
    for order in (one, *many):
        allocate(make_line(order), 3)

    substitute_line(one.ref, position=1, sku=other.sku, actor=actor, now=NOW)
    DirtyMark.objects.all().delete()
    job = do("substitute", many, actor=actor)

    assert (job.done, job.failed) == (2, 0)
    for order in many:
        assert {k: v for k, v in picture(order).items() if k not in ("marks", "reserved")} == {
            k: v for k, v in picture(one).items() if k not in ("marks", "reserved")
        }
        assert lines(order) == lines(one)
        assert order.lines.get(position=2).substitution.actor == actor
    assert set(DirtyMark.objects.values_list("product", flat=True)) == {product.pk, other.pk}


def test_every_line_that_lacks_is_swapped_and_the_undo_brings_all_back() -> None:
    first, second = make_product(), make_product()
    lamp, bulb = stands_in(first), stands_in(second)
    order = make_order([(first, 4), (second, 6)])
    make_order_plan(order)

    job = do("substitute", [order])

    assert lines(order) == [(1, 0, first.sku, 4), (2, 0, second.sku, 6), (3, 4, lamp.sku, 0), (4, 6, bulb.sku, 0)]
    assert undo(job).done == 1
    assert lines(order) == [(1, 4, first.sku, 0), (2, 6, second.sku, 0), (3, 0, lamp.sku, 4), (4, 0, bulb.sku, 6)]
    kinds = [kind for kind, _, _ in picture(order)["facts"]]
    assert kinds == ["orders.line_substituted"] * 2 + ["orders.substitution_undone"] * 2


def test_what_is_scarce_goes_to_the_best_rank() -> None:
    product = make_product()
    stands_in(product, on_hand=8)
    worse, better = lacking(product, score=1), lacking(product, score=9)

    job = do("substitute", [worse, better])

    assert whys(job) == [substituting.NOT_THERE]
    assert len(lines(better)) == 2
    assert len(lines(worse)) == 1


def test_the_first_substitute_that_is_there_in_full_is_taken() -> None:
    product = make_product()
    stands_in(product, place=1, on_hand=7)
    enough = stands_in(product, place=2, on_hand=8)
    order = lacking(product)

    do("substitute", [order])

    assert lines(order)[1][2] == enough.sku


def test_what_was_picked_since_stays() -> None:
    product = make_product()
    stands_in(product)
    order = lacking(product)
    job = do("substitute", [order])
    allocate(order.lines.get(position=2), 8, state=AllocationState.PICKED)
    before = lines(order)

    back = undo(job)

    assert (back.done, whys(back)) == (0, [substituting.TOO_LATE])
    assert lines(order) == before
    assert Allocation.objects.filter(state=AllocationState.PICKED).exists()


def held(order: Order) -> None:
    Hold.objects.create(order=order, kind="credit")


def with_terms(order: Order) -> None:
    OrderTerms.objects.create(order=order)


def complete(order: Order) -> None:
    Order.objects.filter(pk=order.pk).update(ship_policy=ShipPolicy.COMPLETE)


def plain(order: Order) -> None:
    pass


@pytest.mark.parametrize(
    ("rule", "second_line", "change", "why"),
    [
        ({}, False, held, substituting.HELD),
        ({"needs_consent": True}, False, plain, substituting.CONSENT),
        ({"on_hand": 7}, False, plain, substituting.NOT_THERE),
        (None, False, plain, substituting.NO_RULE),
        ({}, True, complete, substituting.TOGETHER.format(2)),
        ({}, True, with_terms, substituting.TOGETHER.format(2)),
    ],
)
def test_what_a_substitute_does_not_help_says_why_and_stays_as_it_is(
    rule: dict[str, Any] | None, second_line: bool, change: Callable[[Order], None], why: str
) -> None:
    product = make_product()
    if rule is not None:
        stands_in(product, **rule)
    order = make_order([(product, 8), *([(make_product(), 1)] if second_line else [])])
    make_order_plan(order)
    change(order)
    before = lines(order)

    job = do("substitute", [order])

    assert (job.done, whys(job)) == (0, [why])
    assert lines(order) == before
    assert Order.objects.get(pk=order.pk).version == order.version


def test_an_order_that_lacks_nothing_says_so() -> None:
    product = make_product()
    make_stock(product, on_hand=8)
    stands_in(product)
    order = lacking(product)
    allocate(make_line(order), 8)

    assert whys(do("substitute", [order])) == [substituting.NOTHING_LACKS]


def test_a_chunk_costs_the_same_number_of_statements_whatever_its_size() -> None:
    product = make_product()
    stands_in(product, on_hand=1000)
    orders = [lacking(product) for _ in range(12)]

    def statements(some: list[Order]) -> int:
        chosen = Order.objects.filter(pk__in=[order.pk for order in some]).values_list("pk", flat=True)
        job = start_job(action="substitute", orders=chosen, params={}, actor=None, now=NOW)
        with CaptureQueriesContext(connection) as queries:
            work_chunk(job.pk, now=NOW)
        return len(queries)

    few, many = statements(orders[:2]), statements(orders[2:])

    assert few == many <= QUERIES_OF_A_CHUNK
    assert OrderLine.objects.filter(substitution__isnull=False).count() == 12
