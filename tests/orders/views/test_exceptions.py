from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from inventory.models import PurchaseOrderLine
from kernel.remembered import forget_all
from orders.models import Hold, Kept, LinePlan, Order, OrderPlan, OrderPromise, Peg, Snooze
from orders.queries import exceptions
from orders.queries.exceptions import exception_queue
from tests.factories.inventory import make_purchase_order
from tests.factories.orders import make_line, make_user
from tests.orders.views.backlog import planned_order, refs

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]
TODAY = timezone.localdate()


def told(order: Order, days: int) -> Order:
    OrderPromise.objects.filter(order=order).update(told_on=TODAY + timedelta(days=days))
    return order


def kinds(**named: Any) -> dict[int, tuple[str, ...]]:
    queue = exception_queue(TODAY, **named)
    return {entry.order_id: tuple(kind.value for kind in entry.kinds) for entry in queue.entries}


def silent(order: Order) -> Order:
    line = make_line(order)
    purchase = make_purchase_order([(line.product, 50)], expected_on=TODAY + timedelta(days=1))
    coming = PurchaseOrderLine.objects.get(purchase_order=purchase)
    PurchaseOrderLine.objects.filter(pk=coming.pk).update(expected_on=TODAY - timedelta(days=3))
    Peg.objects.create(line=line, purchase_order_line=coming, product=line.product, qty=1)
    return order


def test_every_reason_why_an_order_cannot_complete_is_found() -> None:
    planned_order(1)
    found = {
        "overdue": told(planned_order(2), -1),
        "payment": planned_order(3, held="payment"),
        "credit": planned_order(4, held="credit"),
        "fraud": planned_order(5, held="fraud"),
        "address": planned_order(6, held="address"),
        "hold": planned_order(7, held="manual"),
        "supplier": silent(planned_order(8)),
        "no_eta": planned_order(9),
        "guarantee": planned_order(10),
    }
    OrderPlan.objects.filter(order=found["no_eta"]).update(eta_p50=None)
    LinePlan.objects.filter(order=found["guarantee"]).update(kept=Kept.NO)

    assert kinds() == {order.pk: (kind,) for kind, order in found.items()}
    assert exception_queue(TODAY).counts == {"": 9, **dict.fromkeys(found, 1)}


def test_an_order_with_several_reasons_is_there_once_with_the_worst_first() -> None:
    order = told(planned_order(1, held="credit"), -2)
    OrderPlan.objects.filter(order=order).update(eta_p50=None)

    assert kinds() == {order.pk: ("overdue", "credit")}  # that a held order has no ETA is no news


def test_the_nearest_day_comes_first_and_says_how_urgent_it_is(sign_in: SignIn) -> None:
    orders = [told(planned_order(1, held="credit"), days) for days in (30, 5, -4, 2)]

    html = sign_in().get("/exceptions/").content.decode()

    assert refs(html) == [orders[index].ref for index in (2, 3, 1, 0)]
    assert re.findall(r"</svg>(Critical|High|Medium|Low)</span>", html) == ["Critical", "High", "Medium", "Low"]


def test_one_kind_mine_and_what_sleeps(sign_in: SignIn) -> None:
    me = make_user("ops")
    credit, address = planned_order(1, held="credit", owner=me), planned_order(2, held="address")
    client = sign_in(user=me)

    assert refs(client.get("/exceptions/?kind=credit").content.decode()) == [credit.ref]
    assert refs(client.get("/exceptions/?owner=me").content.decode()) == [credit.ref]
    tomorrow = (TODAY + timedelta(days=1)).isoformat()
    client.post(f"/exceptions/{address.ref}/snooze/", {"kind": "address", "until_on": tomorrow})
    assert refs(client.get("/exceptions/").content.decode()) == [credit.ref]
    assert refs(client.get("/exceptions/?snoozed=1").content.decode()) == [address.ref]
    Snooze.objects.update(until_at=timezone.now())
    assert set(refs(client.get("/exceptions/").content.decode())) == {credit.ref, address.ref}


def test_a_snooze_hides_one_reason_not_another_and_is_undone() -> None:
    order = told(planned_order(1, held="credit"), -2)
    Snooze.objects.create(order=order, kind="overdue", until_at=timezone.now() + timedelta(days=1))

    assert kinds() == {order.pk: ("credit",)}
    Snooze.objects.all().delete()
    assert kinds() == {order.pk: ("overdue", "credit")}


def test_under_a_kind_that_kind_is_shown_and_snoozed(sign_in: SignIn) -> None:
    told(planned_order(1, held="credit"), -2)

    html = sign_in().get("/exceptions/?kind=credit").content.decode()

    assert "also told date has passed" in html
    assert 'name="kind" value="credit"' in html


def test_taking_and_letting_go_are_each_others_undo(sign_in: SignIn) -> None:
    me = make_user("agent")
    order = planned_order(1, held="credit")
    client = sign_in(user=me)

    html = client.post(f"/exceptions/{order.ref}/take/", {"next": "/exceptions/"}, follow=True).content.decode()
    order.refresh_from_db()
    assert order.owner_id == me.pk
    assert f'action="/exceptions/{order.ref}/let-go/"' in html
    assert client.post(f"/exceptions/{order.ref}/take/").status_code == 409
    client.post(f"/exceptions/{order.ref}/let-go/", {"is_undo": "1"})

    order.refresh_from_db()
    assert (order.owner_id, order.version) == (None, 1)


def test_a_row_is_given_to_a_colleague_where_it_is(sign_in: SignIn) -> None:
    order, colleague = planned_order(1, held="credit"), make_user("agent")
    client = sign_in()
    assert f'href="/orders/{order.ref}/cell/owner/"' in client.get("/exceptions/").content.decode()

    form = {"owner": str(colleague.pk), "seen_owner": "", "next": f"/exceptions/?live={order.ref}"}
    saved = client.post(f"/orders/{order.ref}/owner/", form, headers={"HX-Request": "true", "HX-Target": "cell"})
    html = client.get(saved.headers["Location"], headers={"HX-Request": "true", "HX-Target": "cell"}).content.decode()

    assert f'id="row-{order.ref}"' in html
    assert f"{colleague} looks after {order.ref}" in html


def test_what_a_colleague_took_meanwhile_is_not_taken_from_them(sign_in: SignIn) -> None:
    colleague = make_user("ops")
    order = planned_order(1, held="credit", owner=colleague)

    answer = sign_in(user=make_user("agent")).post(f"/exceptions/{order.ref}/take/")

    order.refresh_from_db()
    assert answer.status_code == 409
    assert f"gave it to {colleague}" in answer.content.decode()
    assert order.owner_id == colleague.pk


@pytest.fixture
def dear_search(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What the search over all orders found is kept, as where it is long or the machine busy."""
    monkeypatch.setattr(exceptions, "CHEAP_SECONDS", -1.0)
    monkeypatch.setattr("kernel.remembered.KEPT_FOR_COSTS", 1e9)
    monkeypatch.setattr("kernel.remembered.STALE_SECONDS", 300.0)
    forget_all()
    yield
    forget_all()


def test_what_a_colleague_mended_since_the_search_is_not_shown(sign_in: SignIn, dear_search: None) -> None:
    every = {f"held {kind}": planned_order(n, held=kind) for n, kind in enumerate(("payment", "credit", "address"))}
    every |= {"late": told(planned_order(4), -1), "silent": silent(planned_order(5))}
    client = sign_in()
    assert len(refs(client.get("/exceptions/").content.decode())) == len(every)

    Hold.objects.filter(order=every["held credit"]).update(released_at=timezone.now())
    told(every["late"], 1)

    left = {order.ref for name, order in every.items() if name not in ("held credit", "late")}
    assert set(refs(client.get("/exceptions/").content.decode())) == left
    assert refs(client.get("/exceptions/?kind=credit").content.decode()) == []


def test_whoever_acts_sees_what_that_did_however_dear_the_search(sign_in: SignIn, dear_search: None) -> None:
    order = planned_order(1, held="credit")
    client = sign_in()
    assert refs(client.get("/exceptions/").content.decode()) == [order.ref]

    back = {"next": "/exceptions/"}
    released = client.post(f"/orders/{order.ref}/release/", {**back, "version": str(order.version)}, follow=True)
    assert refs(released.content.decode()) == []
    order.refresh_from_db()
    hold = {**back, "version": str(order.version), "kind": "credit", "reason": "Not paid"}
    held = client.post(f"/orders/{order.ref}/hold/", hold, follow=True)

    assert refs(held.content.decode()) == [order.ref]


def test_a_silent_supplier_is_chased_by_the_very_purchase_order(sign_in: SignIn) -> None:
    order = silent(planned_order(1))
    purchase = Peg.objects.get(line__order=order).purchase_order_line.purchase_order
    client = sign_in()

    html = client.get("/exceptions/?kind=supplier").content.decode()

    assert f'href="/purchase-orders/{purchase.ref}/#lines"' in html
    assert f'action="/purchase-orders/{purchase.ref}/redate/"' in html
    assert "Set ETA" not in html
    form = {"version": purchase.version, "expected_on": TODAY + timedelta(days=4), "next": "/exceptions/?kind=supplier"}
    answer = client.post(f"/purchase-orders/{purchase.ref}/redate/", form)
    assert answer.headers["Location"] == "/exceptions/?kind=supplier"
    assert "supplier" not in exception_queue(TODAY).counts


def test_who_does_not_manage_purchase_orders_sees_which_and_whom(sign_in: SignIn) -> None:
    order = silent(planned_order(1))
    purchase = Peg.objects.get(line__order=order).purchase_order_line.purchase_order

    html = sign_in("agent").get("/exceptions/").content.decode()

    assert purchase.ref in html
    assert purchase.supplier.name in html
    assert "/redate/" not in html


@pytest.mark.parametrize(
    "data",
    [
        {"kind": "mood", "until_on": (TODAY + timedelta(days=1)).isoformat()},
        {"kind": "credit", "until_on": TODAY.isoformat()},
        {"kind": "credit", "until_on": (TODAY + timedelta(days=91)).isoformat()},
        {"kind": "credit", "until_on": "later"},
    ],
)
def test_a_wrong_snooze_is_refused(sign_in: SignIn, data: dict[str, str]) -> None:
    order = planned_order(1, held="credit")

    assert sign_in().post(f"/exceptions/{order.ref}/snooze/", data).status_code == 422
    assert not Snooze.objects.exists()


@pytest.mark.parametrize("query", ["?kind=mood", "?after=x", "?after=2026-01-01.x", "?after=%00"])
def test_an_address_that_makes_no_sense_is_refused(sign_in: SignIn, query: str) -> None:
    assert sign_in().get(f"/exceptions/{query}").status_code == 400


def test_pages_follow_each_other_without_a_gap(sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exceptions, "PAGE_SIZE", 2)
    orders = [planned_order(1, held="credit") for _ in range(5)]
    client, url, seen = sign_in(), "/exceptions/", []

    while url:
        html = client.get(url).content.decode()
        seen += refs(html)
        found = re.search(r'href="([^"]+)" rel="next"', html)
        url = found[1].replace("&amp;", "&") if found else ""

    assert seen == [order.ref for order in orders]


def test_the_queue_costs_the_same_however_many_wait(sign_in: SignIn) -> None:
    client = sign_in()
    planned_order(1, held="credit")
    few = cost(client)
    for _ in range(20):
        planned_order(1, held="address")

    assert cost(client) == few


def cost(client: Client) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get("/exceptions/").status_code == 200
    return len(queries)


def test_of_more_than_can_be_shown_the_nearest_days_come_and_the_page_says_that_more_wait(
    sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orders.queries.exceptions.MOST", 2)
    monkeypatch.setattr("orders.views.exceptions.MOST", 2)
    far, near, nearest = (planned_order(n) for n in (1, 2, 3))
    for order, days in ((far, 9), (near, 5), (nearest, 1)):
        Hold.objects.create(order=order, kind="credit")
        OrderPromise.objects.filter(order=order).update(told_on=timezone.localdate() + timedelta(days=days))

    html = sign_in().get("/exceptions/?kind=credit").content.decode()

    assert re.findall(r'data-row="([^"]+)"', html) == [nearest.ref, near.ref]
    assert ">2+</span>" in html
    assert "These are the 2 with the nearest day" in html
