"""The day by which a customer wants an order: changed, planned anew, told apart from what others changed meanwhile."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from inventory.models import DirtyMark
from kernel.errors import Conflict, Invalid
from orders.handling.lifecycle import cancel_order, expedite
from orders.handling.requesting import change_requested
from orders.models import Order
from orders.queries.timeline import order_timeline
from orders.replan import replan
from tests.factories import NOW
from tests.factories.inventory import make_product
from tests.factories.orders import make_order, make_user

pytestmark = pytest.mark.django_db
SOON = NOW.date() + timedelta(days=9)
LATER = NOW.date() + timedelta(days=30)


@pytest.fixture
def order() -> Order:
    return make_order([(make_product("LAMP"), 10)], ref="SO-1", requested_on=SOON)


def now_of(ref: str) -> date | None:
    return Order.objects.get(ref=ref).requested_on


def test_a_new_day_is_kept_planned_anew_and_counts_as_a_change(order: Order) -> None:
    replan(product_ids=None, cause="test", now=NOW)
    DirtyMark.objects.all().delete()

    change_requested("SO-1", requested_on=LATER, actor=None, now=NOW, version=order.version)

    assert now_of("SO-1") == LATER
    assert DirtyMark.objects.filter(product__sku="LAMP").exists()
    with pytest.raises(Conflict, match="changed the requested date"):
        expedite("SO-1", actor=None, now=NOW, version=order.version)


def test_no_day_is_a_day_too(order: Order) -> None:
    change_requested("SO-1", requested_on=None, actor=None, now=NOW)

    assert now_of("SO-1") is None
    with pytest.raises(Conflict, match="has no requested date already"):
        change_requested("SO-1", requested_on=None, actor=None, now=NOW)


def test_history_says_who_moved_it_and_what_it_was(order: Order) -> None:
    olivia = make_user("ops")
    expedite("SO-1", actor=olivia, now=NOW)

    change_requested("SO-1", requested_on=LATER, actor=olivia, now=NOW)

    events = order_timeline(Order.objects.get(ref="SO-1"), [], limit=None).events
    moved = next(event for event in events if event.text == "Wanted by:")
    assert (moved.before, moved.after) == (SOON, LATER)
    assert str(olivia) in moved.detail


def test_whoever_takes_it_back_leaves_a_later_change_alone(order: Order) -> None:
    change_requested("SO-1", requested_on=LATER, actor=make_user("ops"), now=NOW)
    change_requested("SO-1", requested_on=None, actor=make_user("admin"), now=NOW)

    with pytest.raises(Conflict, match="changed the requested date") as refused:
        change_requested("SO-1", requested_on=SOON, actor=None, now=NOW, instead_of=(LATER,))

    assert refused.value.code == "stale"
    assert now_of("SO-1") is None


@pytest.mark.parametrize("day", [NOW.date() - timedelta(days=400), date(2200, 1, 1)])
def test_a_day_before_the_order_or_beyond_reason_changes_nothing(order: Order, day: date) -> None:
    with pytest.raises(Invalid):
        change_requested("SO-1", requested_on=day, actor=None, now=NOW)

    assert now_of("SO-1") == SOON


def test_a_closed_order_wants_nothing_any_more(order: Order) -> None:
    cancel_order("SO-1", reason="Asked to", actor=None, now=NOW)

    with pytest.raises(Conflict, match="is cancelled"):
        change_requested("SO-1", requested_on=LATER, actor=None, now=NOW)
