"""The requested date is changed where it is shown, taken back, and never over somebody else's change."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from orders.handling.lifecycle import expedite
from orders.handling.requesting import change_requested
from orders.models import Order
from tests.factories import NOW
from tests.factories.orders import make_user
from tests.orders.views.backlog import planned_order

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]


@pytest.fixture
def wanted() -> date:
    return timezone.localdate() + timedelta(days=12)


def now_of(order: Order) -> date | None:
    return Order.objects.get(pk=order.pk).requested_on


def test_a_day_is_set_taken_away_and_each_is_taken_back(sign_in: SignIn, wanted: date) -> None:
    order, client = planned_order(1), sign_in()
    form = {"version": order.version, "requested_on": wanted.isoformat()}

    page = client.post(f"/orders/{order.ref}/requested/", form, follow=True)

    assert now_of(order) == wanted
    assert f"{order.ref} is wanted by {wanted.day} {wanted:%B}" in page.content.decode()
    first = next(iter(page.context["messages"])).extra_tags.removeprefix("undo ")
    page = client.post(f"/orders/{order.ref}/requested/", {"clear": "1"}, follow=True)
    assert now_of(order) is None
    second = next(iter(page.context["messages"])).extra_tags.removeprefix("undo ")
    client.post(second, {"is_undo": "1"})
    assert now_of(order) == wanted
    client.post(first, {"is_undo": "1"})
    assert now_of(order) is None


def test_an_undo_leaves_what_a_colleague_set_since(sign_in: SignIn, wanted: date) -> None:
    order, client = planned_order(1), sign_in()
    page = client.post(f"/orders/{order.ref}/requested/", {"requested_on": wanted.isoformat()}, follow=True)
    undo = next(iter(page.context["messages"])).extra_tags.removeprefix("undo ")
    later = wanted + timedelta(days=1)
    change_requested(order.ref, requested_on=later, actor=make_user("admin"), now=timezone.now())

    assert client.post(undo, {"is_undo": "1"}).status_code == 409
    assert now_of(order) == later


def test_the_second_person_sees_what_changed_and_nothing_is_overwritten(sign_in: SignIn, wanted: date) -> None:
    order, client = planned_order(1), sign_in()
    colleague = make_user("admin")
    expedite(order.ref, actor=colleague, now=NOW)

    answer = client.post(
        f"/orders/{order.ref}/requested/", {"version": order.version, "requested_on": wanted.isoformat()}
    )

    assert answer.status_code == 409
    html = answer.content.decode()
    assert f"{colleague} expedited it" in html
    assert f"{wanted.day} {wanted:%b}" in html
    assert now_of(order) is None


@pytest.mark.parametrize("day", ["2001-01-01", "soon", ""])
def test_a_day_that_makes_no_sense_is_refused(sign_in: SignIn, day: str) -> None:
    order = planned_order(1)
    change_requested(order.ref, requested_on=timezone.localdate(), actor=None, now=timezone.now())

    assert sign_in().post(f"/orders/{order.ref}/requested/", {"requested_on": day}).status_code == 422
    assert now_of(order) == timezone.localdate()


def test_agents_see_the_day_and_may_not_change_it(sign_in: SignIn, wanted: date) -> None:
    order, client = planned_order(1), sign_in("agent")

    assert client.post(f"/orders/{order.ref}/requested/", {"requested_on": wanted.isoformat()}).status_code == 403
    assert "Change the requested date" not in client.get(f"/orders/{order.ref}/").content.decode()
    assert "Change the requested date" in sign_in("ops").get(f"/orders/{order.ref}/").content.decode()
