"""Many orders split at once do what one does: what is ready is fixed, the rest waits; and back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from orders.handling import splitting
from orders.handling.splitting import SplitLine
from orders.models import Allocation, AllocationState, BulkJob, Hold, Order, OrderTerms, ShipPolicy
from tests.factories import NOW
from tests.factories.inventory import make_product, make_stock
from tests.factories.orders import allocate, make_line, make_order, make_order_plan, make_user
from tests.orders.bulk.doing import do, picture, undo, whys

pytestmark = pytest.mark.django_db
QUERIES_OF_A_CHUNK = 30


def half_ready(ready: int = 5, **fields: object) -> Order:
    """An order for 8 units of which some are allocated."""
    product = make_product()
    make_stock(product, on_hand=20)
    order = make_order([(product, 8)], **fields)
    if ready:
        allocate(make_line(order), ready)
    make_order_plan(order, eta_p50=timezone.localdate(NOW) + timedelta(days=3))
    return order


def states(order: Order) -> list[tuple[int, int]]:
    return sorted(Allocation.objects.filter(line__order=order).values_list("state", "qty"))


def test_many_do_what_one_does() -> None:
    one, many, actor = half_ready(), [half_ready(), half_ready()], make_user("ops")

    splitting.split(one.ref, lines=[SplitLine(1, 5)], actor=actor, now=NOW)
    job = do("split", many, actor=actor)

    assert (job.done, job.failed) == (2, 0)
    assert [picture(order) for order in many] == [picture(one)] * 2
    assert states(many[0]) == [(AllocationState.PINNED, 5)]


def test_the_undo_gives_the_units_back_to_the_plan() -> None:
    order = half_ready()
    allocate(make_line(order), 1, state=AllocationState.PINNED)
    job = do("split", [order])

    assert undo(job).done == 1
    assert states(order) == [(AllocationState.PLANNED, 5), (AllocationState.PINNED, 1)]


def test_what_was_picked_since_stays() -> None:
    order = half_ready()
    job = do("split", [order])
    Allocation.objects.filter(line__order=order).update(state=AllocationState.PICKED)

    back = undo(job)

    assert (back.done, whys(back)) == (0, ["Its units are picked or have left."])
    assert states(order) == [(AllocationState.PICKED, 5)]


def on_hold(order: Order) -> None:
    Hold.objects.create(order=order, kind="credit")


def with_terms(order: Order) -> None:
    OrderTerms.objects.create(order=order)


def nothing(order: Order) -> None:
    pass


@pytest.mark.parametrize(
    ("order", "change", "why"),
    [
        ({}, on_hold, "It is on hold. Release it first."),
        (
            {"ship_policy": ShipPolicy.COMPLETE},
            nothing,
            "Its terms want units to leave together. Split it on its own page.",
        ),
        ({}, with_terms, "Its terms want units to leave together. Split it on its own page."),
        ({"ready": 0}, nothing, "Nothing more of it is on hand."),
        ({"ready": 8}, nothing, "All of it is on hand. Ship it instead."),
    ],
)
def test_what_cannot_be_split_says_why_and_stays_as_it_is(
    order: dict[str, Any], change: Callable[[Order], object], why: str
) -> None:
    made = half_ready(**order)
    change(made)
    before = picture(made)

    job: BulkJob = do("split", [made])

    assert (job.done, whys(job)) == (0, [why])
    after = picture(made)
    assert {key: after[key] for key in after if key != "marks"} == {
        key: before[key] for key in before if key != "marks"
    }
