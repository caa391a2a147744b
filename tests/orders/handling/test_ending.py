"""Holds and expedites that end by themselves, on the morning of their day in the company's zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from inventory.models import DirtyMark
from kernel.errors import Conflict, Invalid
from notifications.models import Fact
from orders.handling.ending import end_what_is_over
from orders.handling.lifecycle import cancel_order, expedite, hold, un_expedite
from orders.models import Hold, Order
from tests.factories import NOW, TODAY
from tests.factories.inventory import make_product
from tests.factories.orders import make_order, make_user

pytestmark = pytest.mark.django_db

FRIDAY = TODAY + timedelta(days=4)
EVENING_BEFORE = NOW + timedelta(days=3, hours=14)  # 23:00
FRIDAY_MORNING = NOW + timedelta(days=3, hours=15, minutes=30)


@pytest.fixture
def order() -> Order:
    return make_order([(make_product("LAMP"), 8)], ref="SO-1")


def test_a_hold_is_released_by_itself_on_its_morning(order: Order) -> None:
    hold("SO-1", kind="credit", reason="limit", ends_on=FRIDAY, actor=make_user("ops"), now=NOW)
    hold("SO-1", kind="address", actor=None, now=NOW)
    DirtyMark.objects.all().delete()

    assert end_what_is_over(now=EVENING_BEFORE) == 0
    assert end_what_is_over(now=FRIDAY_MORNING) == 1

    assert list(Hold.objects.filter(released_at=None).values_list("kind", flat=True)) == ["address"]
    released = Hold.objects.get(kind="credit")
    assert (released.released_at, released.released_by) == (FRIDAY_MORNING, None)
    assert DirtyMark.objects.get().cause == "released"
    fact = Fact.objects.get(kind="orders.released")
    assert (fact.payload["kinds"], fact.payload["actor"]) == (["credit"], None)
    assert end_what_is_over(now=FRIDAY_MORNING) == 0


def test_an_expedite_is_over_on_its_morning(order: Order) -> None:
    expedited = expedite("SO-1", reason="promised", ends_on=FRIDAY, actor=make_user("ops"), now=NOW)
    assert (expedited.is_expedited, expedited.expedite_reason, expedited.expedite_ends_on) == (True, "promised", FRIDAY)
    fact = Fact.objects.get(kind="orders.expedited")
    assert (fact.payload["reason"], fact.payload["ends_on"]) == ("promised", FRIDAY.isoformat())
    DirtyMark.objects.all().delete()

    assert end_what_is_over(now=EVENING_BEFORE) == 0
    assert end_what_is_over(now=FRIDAY_MORNING) == 1

    order.refresh_from_db()
    assert (order.is_expedited, order.expedite_reason, order.expedite_ends_on) == (False, "", None)
    assert DirtyMark.objects.get().cause == "expedited"


def test_expediting_again_changes_why_and_how_long_without_a_plan(order: Order) -> None:
    expedite("SO-1", reason="promised", ends_on=FRIDAY, actor=None, now=NOW)
    DirtyMark.objects.all().delete()

    changed = expedite("SO-1", reason="fair on Monday", actor=None, now=NOW)

    assert (changed.expedite_reason, changed.expedite_ends_on) == ("fair on Monday", None)
    assert not DirtyMark.objects.exists()
    assert end_what_is_over(now=FRIDAY_MORNING) == 0
    with pytest.raises(Conflict, match="expedited already"):
        expedite("SO-1", reason="fair on Monday", actor=None, now=NOW)


def test_what_was_taken_back_and_done_anew_is_left_alone(order: Order) -> None:
    expedite("SO-1", ends_on=FRIDAY, actor=None, now=NOW)
    un_expedite("SO-1", actor=None, now=NOW)
    expedite("SO-1", actor=None, now=NOW)

    assert end_what_is_over(now=FRIDAY_MORNING) == 0
    assert Order.objects.get().is_expedited


def test_a_closed_order_is_passed_over(order: Order) -> None:
    hold("SO-1", kind="credit", ends_on=FRIDAY, actor=None, now=NOW)
    expedite("SO-1", ends_on=FRIDAY, actor=None, now=NOW)
    cancel_order("SO-1", reason="x", actor=None, now=NOW)

    assert end_what_is_over(now=FRIDAY_MORNING) == 0


def test_more_than_fit_into_one_look_all_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orders.handling.ending._AT_ONCE", 2)
    lamp = make_product("LAMP")
    for number in range(5):
        make_order([(lamp, 1)], ref=f"SO-{number}")
        hold(f"SO-{number}", kind="credit", ends_on=FRIDAY, actor=None, now=NOW)

    assert end_what_is_over(now=FRIDAY_MORNING) == 5
    assert not Hold.objects.filter(released_at=None).exists()


@pytest.mark.parametrize("day", [TODAY, TODAY - timedelta(days=1), date(1990, 1, 1)])
def test_an_end_lies_ahead(order: Order, day: date) -> None:
    for verb in (lambda: hold("SO-1", kind="credit", ends_on=day, actor=None, now=NOW), lambda: expedite_until(day)):
        with pytest.raises(Invalid, match="Choose a day to come") as refusal:
            verb()
        assert set(refusal.value.fields) == {"ends_on"}


def expedite_until(day: date) -> Order:
    return expedite("SO-1", ends_on=day, actor=None, now=NOW)


def test_the_morning_is_the_companys(order: Order) -> None:
    hold("SO-1", kind="credit", ends_on=date(2027, 7, 2), actor=None, now=NOW)

    assert end_what_is_over(now=datetime(2027, 7, 1, 22, 30, tzinfo=UTC)) == 0  # 23:30 in London
    assert end_what_is_over(now=datetime(2027, 7, 1, 23, 30, tzinfo=UTC)) == 1
