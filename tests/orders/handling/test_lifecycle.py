from __future__ import annotations

from collections.abc import Callable

import pytest

from inventory.models import DirtyMark, StockLevel
from kernel.errors import Conflict, DomainError, Invalid, NotFound
from notifications.models import Fact
from orders.handling.lifecycle import add_note, cancel_line, cancel_order, expedite, hold, release, un_expedite
from orders.models import Allocation, AllocationState, Order, OrderPlan, OrderStatus
from tests.factories import NOW
from tests.factories.inventory import make_product, make_stock
from tests.factories.orders import allocate, make_line, make_order, make_order_plan, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def order() -> Order:
    """An order for 8 lamps, 5 of 20 on hand allocated to it."""
    lamp = make_product("LAMP")
    make_stock(lamp, on_hand=20)
    order = make_order([(lamp, 8)], ref="SO-1")
    allocate(make_line(order), 5)
    make_order_plan(order)
    return order


def reserved() -> int:
    return StockLevel.objects.get().reserved


def test_a_hold_gives_planned_units_back_and_asks_for_a_plan(order: Order) -> None:
    user = make_user("ops")

    held = hold("SO-1", kind="credit", reason="limit", actor=user, now=NOW)

    assert held.version == 2
    assert order.holds.get().placed_by_id == user.pk
    assert not Allocation.objects.exists()
    assert reserved() == 0
    assert DirtyMark.objects.get().cause == "held"
    fact = Fact.objects.get()
    assert (fact.kind, fact.payload["order"]["ref"], fact.payload["actor"]) == ("orders.held", "SO-1", user.pk)


def test_a_hold_leaves_pinned_and_picked_units(order: Order) -> None:
    allocate(make_line(order), 2, state=AllocationState.PINNED)
    allocate(make_line(order), 1, state=AllocationState.PICKED)

    hold("SO-1", kind="credit", actor=None, now=NOW)

    assert set(Allocation.objects.values_list("state", "qty")) == {(1, 2), (2, 1)}
    assert reserved() == 3


def test_releasing_one_hold_leaves_the_other(order: Order) -> None:
    hold("SO-1", kind="credit", actor=None, now=NOW)
    hold("SO-1", kind="address", actor=None, now=NOW)

    release("SO-1", kind="credit", actor=None, now=NOW)

    assert list(order.holds.filter(released_at=None).values_list("kind", flat=True)) == ["address"]


def test_releasing_all_holds(order: Order) -> None:
    hold("SO-1", kind="credit", actor=None, now=NOW)
    hold("SO-1", kind="address", actor=None, now=NOW)

    release("SO-1", actor=None, now=NOW)

    assert not order.holds.filter(released_at=None).exists()


def test_cancelling_closes_the_order_gives_units_back_and_tells_the_customer(order: Order) -> None:
    cancelled = cancel_order("SO-1", reason="asked for", actor=None, now=NOW)

    assert (cancelled.status, cancelled.closed_at) == (OrderStatus.CANCELLED, NOW)
    assert make_line(order).cancelled_qty == 8
    assert not Allocation.objects.exists()
    assert reserved() == 0
    assert not OrderPlan.objects.exists()
    fact = Fact.objects.get()
    assert (fact.kind, fact.subject) == ("orders.cancelled", f"order:{order.pk}:promise")
    assert fact.payload["lines"] == [
        {"sku": "LAMP", "name": "Product LAMP", "open_qty": 8, "allocated_qty": 5, "eta_on": None}
    ]
    assert fact.payload["customer"]["email"] == order.customer.email


def test_cancelling_some_units_takes_those_without_stock_first(order: Order) -> None:
    cancel_line("SO-1", position=1, qty=3, reason="", actor=None, now=NOW)

    assert make_line(order).open_qty == 5
    assert reserved() == 5


def test_cancelling_more_gives_units_back(order: Order) -> None:
    cancel_line("SO-1", position=1, qty=6, reason="", actor=None, now=NOW)

    assert Allocation.objects.get().qty == 2
    assert reserved() == 2


def test_cancelling_the_last_units_closes_the_order(order: Order) -> None:
    closed = cancel_line("SO-1", position=1, reason="", actor=None, now=NOW)

    assert closed.status == OrderStatus.CANCELLED
    assert Fact.objects.get().kind == "orders.cancelled"


def test_picked_units_cannot_be_cancelled(order: Order) -> None:
    allocate(make_line(order), 3, state=AllocationState.PICKED)

    cancel_line("SO-1", position=1, qty=5, reason="", actor=None, now=NOW)
    with pytest.raises(Conflict, match="3 units of SO-1 are picked"):
        cancel_line("SO-1", position=1, qty=1, reason="", actor=None, now=NOW)
    with pytest.raises(Conflict, match="picked"):
        cancel_order("SO-1", reason="", actor=None, now=NOW)

    assert list(Allocation.objects.values_list("state", "qty")) == [(2, 3)]


def test_expediting_and_taking_it_back(order: Order) -> None:
    assert expedite("SO-1", actor=None, now=NOW).is_expedited
    assert not un_expedite("SO-1", actor=None, now=NOW).is_expedited


def test_a_note_changes_nothing_else(order: Order) -> None:
    user = make_user("agent")

    note = add_note("SO-1", body="Rang.\nCalls back.", actor=user, now=NOW)

    assert (note.body, note.author_id) == ("Rang.\nCalls back.", user.pk)
    order.refresh_from_db()
    assert order.version == 1
    assert not DirtyMark.objects.exists()


REFUSED: list[tuple[str, type[DomainError], str, Callable[[], object]]] = [
    ("hold kind", Invalid, "Choose one of", lambda: hold("SO-1", kind="mood", actor=None, now=NOW)),
    ("hold text", Invalid, "At most 200", lambda: hold("SO-1", kind="fraud", reason="x" * 201, actor=None, now=NOW)),
    ("hold unknown", NotFound, "no order SO-9", lambda: hold("SO-9", kind="credit", actor=None, now=NOW)),
    ("release none", Conflict, "is not on hold", lambda: release("SO-1", actor=None, now=NOW)),
    ("release other", Conflict, "not on credit hold", lambda: release("SO-1", kind="credit", actor=None, now=NOW)),
    ("line", Invalid, "no line 7", lambda: cancel_line("SO-1", position=7, qty=1, reason="", actor=None, now=NOW)),
    ("line qty", Conflict, "8 open", lambda: cancel_line("SO-1", position=1, qty=9, reason="", actor=None, now=NOW)),
    ("qty 0", Invalid, "whole number", lambda: cancel_line("SO-1", position=1, qty=0, reason="", actor=None, now=NOW)),
    ("un-expedite", Conflict, "not expedited", lambda: un_expedite("SO-1", actor=None, now=NOW)),
    ("empty note", Invalid, "Write something", lambda: add_note("SO-1", body="  ", actor=None, now=NOW)),
    ("stale", Conflict, "changed meanwhile", lambda: hold("SO-1", kind="fraud", actor=None, now=NOW, version=7)),
]


@pytest.mark.parametrize(("refusal", "words", "act"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_a_refusal_says_why_and_changes_nothing(
    order: Order, refusal: type[DomainError], words: str, act: Callable[[], object]
) -> None:
    before = _everything()

    with pytest.raises(refusal, match=words):
        act()

    assert _everything() == before


def test_holding_twice_is_refused(order: Order) -> None:
    hold("SO-1", kind="credit", actor=None, now=NOW)

    with pytest.raises(Conflict, match="Release that hold first"):
        hold("SO-1", kind="credit", actor=None, now=NOW)

    assert order.holds.count() == 1


def test_a_closed_order_takes_no_more_changes(order: Order) -> None:
    cancel_order("SO-1", reason="", actor=None, now=NOW)

    with pytest.raises(Conflict, match="SO-1 is cancelled"):
        hold("SO-1", kind="credit", actor=None, now=NOW)


def test_whoever_looked_at_an_older_version_hears_who_changed_what(order: Order) -> None:
    user = make_user("ops")
    hold("SO-1", kind="credit", actor=user, now=NOW)

    with pytest.raises(Conflict) as refusal:
        expedite("SO-1", actor=None, now=NOW, version=1)

    assert refusal.value.code == "stale"
    assert "Ops put it on hold" in refusal.value.detail


def _everything() -> list[object]:
    models = (Order, Allocation, StockLevel, DirtyMark, Fact)
    return [list(model.objects.order_by("pk").values()) for model in models]
