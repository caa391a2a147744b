"""An action on many orders does to each what the verb for one order does: same rows, same facts, same refusals."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from inventory.models import DirtyMark
from kernel.errors import DomainError, Invalid
from notifications.models import Fact
from orders.handling import eta, lifecycle
from orders.models import (
    AllocationState,
    BulkJob,
    Hold,
    Order,
    OrderPlan,
    OrderStatus,
)
from tests.factories import NOW
from tests.factories.inventory import make_product, make_stock
from tests.factories.orders import allocate, make_line, make_order, make_order_plan, make_user
from tests.orders.bulk.doing import do, order_state, picture, undo, whys

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate(NOW)
SOON = TODAY + timedelta(days=9)


def waiting_order(**fields: Any) -> Order:
    """An order for 8 of a product of its own, 5 allocated by planning and 1 pinned."""
    product = make_product()
    make_stock(product, on_hand=20)
    order = make_order([(product, 8)], **fields)
    allocate(make_line(order), 5)
    allocate(make_line(order), 1, state=AllocationState.PINNED)
    make_order_plan(order, eta_p50=TODAY + timedelta(days=3))
    return order


def hold(order: Order, **named: Any) -> None:
    lifecycle.hold(order.ref, kind="credit", reason="limit", **named)


SINGLE: dict[str, tuple[Callable[..., Any], dict[str, Any]]] = {
    "expedite": (lifecycle.expedite, {"reason": "promised", "ends_on": SOON}),
    "unexpedite": (lifecycle.un_expedite, {}),
    "hold": (lifecycle.hold, {"kind": "credit", "reason": "limit", "ends_on": SOON}),
    "release": (lifecycle.release, {}),
    "eta": (eta.change_eta, {"eta_on": SOON, "reason": "strike"}),
    "note": (lifecycle.add_note, {"body": "Call first"}),
    "cancel": (lifecycle.cancel_order, {"reason": "discontinued"}),
}
STARTS: dict[str, Callable[[Order], Any]] = {
    "as it is": lambda order: None,
    "expedited": lambda order: lifecycle.expedite(order.ref, reason="promised", ends_on=SOON, actor=None, now=NOW),
    "held": lambda order: hold(order, ends_on=SOON, actor=None, now=NOW),
    "cancelled": lambda order: lifecycle.cancel_order(order.ref, reason="x", actor=None, now=NOW),
    "picked": lambda order: allocate(make_line(order), 1, state=AllocationState.PICKED),
    "dated": lambda order: eta.change_eta(order.ref, eta_on=SOON, reason="x", actor=None, now=NOW),
    "part shipped": lambda order: order.lines.update(shipped_qty=2),
}


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("action", SINGLE)
def test_many_do_what_one_does(action: str, start: str) -> None:
    verb, named = SINGLE[action]
    one, many = waiting_order(), [waiting_order(), waiting_order()]
    for order in (one, *many):
        STARTS[start](order)
    actor = make_user("admin")

    try:
        verb(one.ref, actor=actor, now=NOW, **named)
        is_refused = False
    except DomainError:
        is_refused = True
    job = do(action, many, actor=actor, **{k: str(v) for k, v in named.items()})

    assert (job.done, job.failed) == ((0, 2) if is_refused else (2, 0))
    assert [picture(order) for order in many] == [picture(one)] * 2


@pytest.mark.parametrize(
    ("action", "params", "start"),
    [
        ("expedite", {}, "as it is"),
        ("unexpedite", {}, "expedited"),
        ("release", {}, "held"),
        ("eta", {"eta_on": "", "days": "4", "reason": "strike"}, "as it is"),
        ("eta", {"eta_on": "", "days": "4", "reason": "strike"}, "dated"),
    ],
)
def test_an_undo_brings_back_what_was(action: str, params: dict[str, Any], start: str) -> None:
    order = waiting_order()
    STARTS[start](order)
    before = (order_state(order), active_holds(order))

    job = do(action, [order], **params)
    changed = (order_state(order), active_holds(order))
    back = undo(job)

    assert changed != before
    assert (order_state(order), active_holds(order)) == before
    assert (back.done, back.failed) == (1, 0)


def active_holds(order: Order) -> list[tuple[str, str, date | None]]:
    active = Hold.objects.filter(order=order, released_at=None)
    return list(active.values_list("kind", "reason", "ends_on").order_by("kind"))


def test_undoing_a_hold_releases_that_hold_only() -> None:
    order = waiting_order()
    lifecycle.hold(order.ref, kind="address", actor=None, now=NOW)

    undo(do("hold", [order], kind="credit", reason=""))

    assert active_holds(order) == [("address", "", None)]


def test_undoing_a_release_brings_back_each_hold_with_its_reason() -> None:
    order = waiting_order()
    hold(order, actor=None, now=NOW)
    lifecycle.hold(order.ref, kind="address", reason="no number", actor=None, now=NOW)

    undo(do("release", [order]))

    assert active_holds(order) == [("address", "no number", None), ("credit", "limit", None)]
    assert Fact.objects.filter(kind="orders.held").latest("pk").payload["kind"] == "address, credit"


def test_an_end_has_to_be_a_day_to_come() -> None:
    with pytest.raises(Invalid, match="Choose a day to come") as refusal:
        do("hold", [waiting_order()], kind="credit", ends_on=NOW.date().isoformat())

    assert set(refusal.value.fields) == {"ends_on"}
    assert not BulkJob.objects.exists()


def test_an_undo_leaves_alone_what_somebody_changed_since() -> None:
    mine, theirs = waiting_order(), waiting_order()
    job = do("eta", [mine, theirs], eta_on=SOON.isoformat(), reason="strike")
    eta.change_eta(theirs.ref, eta_on=SOON + timedelta(days=1), reason="they asked", actor=None, now=NOW)

    back = undo(job)

    assert (back.done, back.failed) == (1, 1)
    assert whys(back) == ["Its ETA was changed again since."]
    theirs.refresh_from_db()
    assert theirs.eta_by_hand_on == SOON + timedelta(days=1)


def test_orders_are_assigned_and_given_back_to_whom_they_belonged() -> None:
    anna, bert = make_user("ops"), make_user("agent")
    first, second = waiting_order(owner=anna), waiting_order()

    job = do("assign", [first, second], owner=str(bert.pk))
    assert {order_state(order)[-1] for order in (first, second)} == {bert.pk}
    undo(job)

    assert [order_state(order)[-1] for order in (first, second)] == [anna.pk, None]
    assert not DirtyMark.objects.exists()
    assert not Fact.objects.exists()


def test_a_shift_moves_each_eta_from_where_it_is() -> None:
    plain, dated = waiting_order(), waiting_order()
    STARTS["dated"](dated)

    do("eta", [plain, dated], days="-2", reason="early")

    assert [order_state(order)[3] for order in (plain, dated)] == [TODAY + timedelta(days=1), SOON - timedelta(days=2)]


def test_a_shift_into_the_past_or_without_an_eta_is_refused_for_that_order() -> None:
    past, unknown = waiting_order(), waiting_order()
    OrderPlan.objects.filter(order=unknown).update(eta_p50=None)

    job = do("eta", [past, unknown], days="-9", reason="early")

    assert job.failed == 2
    assert whys(job)[1] == "It has no ETA to move. Give it a day."
    assert "has passed" in whys(job)[0]


def test_a_closed_order_is_refused_by_name_of_its_end() -> None:
    order = waiting_order()
    STARTS["cancelled"](order)

    assert whys(do("expedite", [order])) == ["It is cancelled."]
    assert order.status == OrderStatus.OPEN  # as it was when it was chosen
