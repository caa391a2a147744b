from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from orders.models import Hold, Order, OrderLine, OrderNote, OrderStatus, Reason
from tests.factories.inventory import make_product, make_stock
from tests.factories.orders import allocate, make_line
from tests.orders.views.backlog import planned_order

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]


def test_a_hold_is_placed_and_can_be_undone(sign_in: SignIn) -> None:
    order, client = planned_order(1), sign_in()

    response = client.post(
        f"/orders/{order.ref}/hold/", {"version": 1, "kind": "credit", "reason": "Limit", "next": "/triage/?view=late"}
    )
    page = client.get(response.headers["Location"]).content.decode()

    assert response.headers["Location"] == "/triage/?view=late"
    assert Hold.objects.get(order=order, released_at=None).kind == "credit"
    assert f"{order.ref} is on hold" in page
    assert f'action="/orders/{order.ref}/release/?kind=credit"' in page

    client.post(f"/orders/{order.ref}/release/", {"is_undo": "1"})
    assert not Hold.objects.filter(order=order, released_at=None).exists()


def test_undoing_a_release_places_the_same_hold_again(sign_in: SignIn) -> None:
    order, client = planned_order(1, held="payment"), sign_in()
    client.post(f"/orders/{order.ref}/release/", {"version": order.version})
    page = client.get("/triage/").content.decode()

    assert f"/orders/{order.ref}/hold/?kind=payment" in page
    client.post(f"/orders/{order.ref}/hold/?kind=payment&reason=", {"is_undo": "1"})

    assert Hold.objects.get(order=order, released_at=None).kind == "payment"


def test_expediting_goes_on_and_off(sign_in: SignIn) -> None:
    order, client = planned_order(1), sign_in()

    client.post(f"/orders/{order.ref}/expedite/", {"version": 1})
    assert Order.objects.get(pk=order.pk).is_expedited

    client.post(f"/orders/{order.ref}/unexpedite/", {"is_undo": "1"})
    assert not Order.objects.get(pk=order.pk).is_expedited


@pytest.mark.parametrize(("reason", "is_here"), [(Reason.STOCK_SHORT, False), (Reason.READY, True)])
def test_a_day_by_hand_is_no_promise_where_all_is_here(sign_in: SignIn, reason: Reason, is_here: bool) -> None:
    order = planned_order(reason=reason)
    eta_on = (timezone.localdate() + timedelta(days=9)).isoformat()
    sent = {"version": 1, "eta_on": eta_on, "reason": "Vessel delayed", "next": "/triage/"}

    page = sign_in().post(f"/orders/{order.ref}/eta/", sent, follow=True).content.decode()

    assert f"{order.ref} is now expected on" in page
    assert ("if it has to wait: all of it is here" in page) is is_here


def test_an_eta_is_set_by_hand_and_given_back_to_the_plan(sign_in: SignIn) -> None:
    order, client = planned_order(1), sign_in()
    eta_on = timezone.localdate() + timedelta(days=9)

    client.post(f"/orders/{order.ref}/eta/", {"version": 1, "eta_on": eta_on.isoformat(), "reason": "Vessel delayed"})
    assert Order.objects.get(pk=order.pk).eta_by_hand_on == eta_on

    client.post(f"/orders/{order.ref}/eta/", {"version": 2, "clear": "1", "reason": "Arrived"})
    assert Order.objects.get(pk=order.pk).eta_by_hand_on is None


def test_a_line_is_shipped_partly(sign_in: SignIn) -> None:
    product = make_product()
    make_stock(product, on_hand=6)
    order = planned_order(1, product=product, qty=10)
    allocate(make_line(order), 6)

    sign_in().post(f"/orders/{order.ref}/ship/", {"version": 1, "position": "1", "qty": "4"})

    assert OrderLine.objects.get(order=order).shipped_qty == 4


def test_units_and_whole_orders_are_cancelled(sign_in: SignIn) -> None:
    order, client = planned_order(1, qty=10), sign_in()

    client.post(f"/orders/{order.ref}/cancel/", {"version": 1, "position": "1", "qty": "3", "reason": "Less needed"})
    assert OrderLine.objects.get(order=order).open_qty == 7

    client.post(f"/orders/{order.ref}/cancel/", {"version": 2, "reason": "Not needed"})
    assert Order.objects.get(pk=order.pk).status == OrderStatus.CANCELLED


def test_a_note_is_kept_with_its_author(sign_in: SignIn) -> None:
    order = planned_order(1)

    sign_in("agent").post(f"/orders/{order.ref}/note/", {"body": "Window opens on 1 December"})

    note = OrderNote.objects.get(order=order)
    assert note.author
    assert note.body == "Window opens on 1 December"


def test_a_stale_form_overwrites_nothing_and_says_who_changed_what(sign_in: SignIn) -> None:
    order, client = planned_order(1), sign_in()
    client.post(f"/orders/{order.ref}/hold/", {"version": 1, "kind": "credit"})

    response = client.post(f"/orders/{order.ref}/expedite/", {"version": 1})

    assert response.status_code == 409
    assert "Somebody changed" in response.content.decode()
    assert not Order.objects.get(pk=order.pk).is_expedited


@pytest.mark.parametrize(
    ("action", "data"),
    [
        ("hold", {"kind": "because"}),
        ("hold", {"version": "x", "kind": "credit"}),
        ("release", {}),
        ("eta", {"eta_on": "tomorrow", "reason": "Late"}),
        ("eta", {"eta_on": "2001-01-01", "reason": "Late"}),
        ("eta", {"eta_on": "2026-02-31", "reason": "Late"}),
        ("ship", {}),
        ("ship", {"position": "1", "qty": "0"}),
        ("ship", {"position": "9", "qty": "1"}),
        ("ship", {"position": "1", "qty": "-1"}),
        ("cancel", {"position": "1", "qty": "999", "reason": "Too many"}),
        ("cancel", {"position": "1", "qty": "١", "reason": "Not ASCII"}),
        ("note", {"body": ""}),
        ("note", {"body": "zero\u200bwidth"}),
    ],
)
def test_wrong_input_is_refused_in_words_and_changes_nothing(
    sign_in: SignIn, action: str, data: dict[str, str]
) -> None:
    order = planned_order(1)

    response = sign_in().post(f"/orders/{order.ref}/{action}/", data)

    assert 400 <= response.status_code < 500
    assert "Nothing was changed" in response.content.decode()
    after = Order.objects.get(pk=order.pk)
    assert (after.version, after.status, after.eta_by_hand_on) == (1, OrderStatus.OPEN, None)
    assert OrderLine.objects.get(order=order).open_qty == 10
    assert not OrderNote.objects.exists()


@pytest.mark.parametrize("action", ["hold", "release", "expedite", "unexpedite", "ship"])
def test_an_agent_may_not(sign_in: SignIn, action: str) -> None:
    order = planned_order(1)

    response = sign_in("agent").post(f"/orders/{order.ref}/{action}/", {"kind": "credit"})

    assert response.status_code == 403
    assert Order.objects.get(pk=order.pk).version == 1


def test_actions_take_posts_only(sign_in: SignIn) -> None:
    order = planned_order(1)

    assert sign_in().get(f"/orders/{order.ref}/hold/").status_code == 405


def test_an_unknown_order_is_not_found(sign_in: SignIn) -> None:
    assert sign_in().post("/orders/SO-0/hold/", {"kind": "credit"}).status_code == 404


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_the_way_back_stays_on_this_site(sign_in: SignIn, target: str) -> None:
    order = planned_order(1)

    response = sign_in().post(f"/orders/{order.ref}/expedite/", {"version": 1, "next": target})

    assert response.headers["Location"] == f"/orders/{order.ref}/"
