from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from orders.entry.intake import CustomerIn, LineIn, OrderIn, take_in
from orders.handling.lifecycle import cancel_line, cancel_order
from orders.models import EtaRevision, EtaRevisionKind, Order, OrderLine, Reason
from tests.factories.inventory import make_product
from tests.factories.orders import make_customer, make_order, make_user
from tests.orders.views.backlog import planned_order

pytestmark = pytest.mark.django_db
QUERY_BUDGET = 40
SignIn = Callable[..., Client]


def test_the_page_shows_facts_lines_and_history(sign_in: SignIn) -> None:
    order = planned_order(50, product=make_product("LANTERN", name="Storm lantern"), slip_days=7)
    eta = timezone.localdate() + timedelta(days=5)
    EtaRevision.objects.create(
        order=order,
        kind=EtaRevisionKind.PLANNED,
        old_on=eta - timedelta(days=7),
        new_on=eta,
        reason=Reason.SUPPLIER_LATE,
    )

    html = sign_in().get(f"/orders/{order.ref}/").content.decode()

    assert "Storm lantern" in html
    assert "+7\u00a0d" in html
    assert "supplier late" in html
    assert "1 slip" in html


def test_lines_with_nothing_open_come_last_and_folded(sign_in: SignIn) -> None:
    order = planned_order(50, product=make_product(name="Still waiting"))
    shipped = make_product(name="Long gone")
    OrderLine.objects.create(order=order, position=2, product=shipped, ordered_qty=5, shipped_qty=5)

    lines = sign_in().get(f"/orders/{order.ref}/").content.decode().split('id="lines"')[1]

    assert lines.index("Still waiting") < lines.index("1 shipped or cancelled line") < lines.index("Long gone")


def test_an_unknown_order_is_not_found(sign_in: SignIn) -> None:
    assert sign_in().get("/orders/SO-0/").status_code == 404


def test_only_agents_see_contact_data(sign_in: SignIn) -> None:
    order = planned_order(1, customer=make_customer(contact_name="Imogen Hale", email="imogen@castlegate.example"))

    assert "imogen@castlegate.example" in sign_in("agent").get(f"/orders/{order.ref}/").content.decode()
    assert "imogen@castlegate.example" not in sign_in("ops").get(f"/orders/{order.ref}/").content.decode()


def test_an_order_that_no_plan_has_seen_yet_is_shown(sign_in: SignIn) -> None:
    order = make_order([(make_product(), 1)])

    for url in (f"/orders/{order.ref}/", f"/triage/?o={order.ref}"):
        response = sign_in().get(url)
        assert response.status_code == 200
        assert "ot promised yet" in response.content.decode()


def test_the_timeline_says_who_took_the_order_in_and_who_cancelled_units_and_why(sign_in: SignIn) -> None:
    make_product("LAMP")
    given = OrderIn(
        channel="phone",
        external_id="P-1",
        customer=CustomerIn(code="C1", name="Customer 1", email="c1@example.com"),
        lines=(LineIn("LAMP", 5),),
    )
    clerk, boss = make_user("ops"), make_user("admin")
    order, _ = take_in(given, actor=clerk, now=timezone.now())
    cancel_line(order.ref, position=1, qty=2, reason="wants fewer", actor=boss, now=timezone.now())
    half = sign_in().get(f"/orders/{order.ref}/").content.decode()
    cancel_order(order.ref, reason="changed their mind", actor=boss, now=timezone.now())

    html = sign_in().get(f"/orders/{order.ref}/").content.decode()

    assert "Customer 1, Ops" in html
    assert "2 units of line 1 cancelled" in half
    assert "wants fewer, Admin" in half
    assert "changed their mind, Admin" in html


def test_a_date_set_by_hand_that_the_plan_overtook_is_not_called_that(sign_in: SignIn) -> None:
    order = planned_order(1)
    Order.objects.filter(pk=order.pk).update(eta_by_hand_on=order.plan.eta_p50)
    shown = sign_in().get(f"/orders/{order.ref}/").content.decode()
    Order.objects.filter(pk=order.pk).update(eta_by_hand_on=order.plan.eta_p50 + timedelta(days=9))

    assert "set by hand, " in shown
    assert "set by hand, " not in sign_in().get(f"/orders/{order.ref}/").content.decode()


def test_text_of_customers_is_escaped(sign_in: SignIn) -> None:
    order = planned_order(1, customer=make_customer(name="<script>alert(1)</script>"))

    for url in (f"/orders/{order.ref}/", f"/triage/?o={order.ref}"):
        assert "<script>alert(1)" not in sign_in().get(url).content.decode()


def test_an_agent_is_not_offered_what_an_agent_may_not_do(sign_in: SignIn) -> None:
    order = planned_order(1)

    html = sign_in("agent").get(f"/orders/{order.ref}/").content.decode()

    assert f"/orders/{order.ref}/note/" in html
    assert f"/orders/{order.ref}/hold/" not in html
    assert f"/orders/{order.ref}/ship/" not in html


def test_the_live_part_is_the_body_alone(sign_in: SignIn) -> None:
    order = planned_order(1)

    response = sign_in().get(f"/orders/{order.ref}/", headers={"HX-Request": "true", "HX-Target": "live"})

    assert response.content.decode().lstrip().startswith('<div class="order-sheet"')


def test_the_number_of_queries_does_not_grow_with_the_backlog(sign_in: SignIn) -> None:
    client, product = sign_in(), make_product()
    order = planned_order(1, product=product)
    few = count_queries(client, order.ref)
    for n in range(30):
        planned_order(float(n), product=product)

    assert count_queries(client, order.ref) <= few + 1 <= QUERY_BUDGET


def count_queries(client: Client, ref: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(f"/orders/{ref}/").status_code == 200
    return len(queries)


def test_the_next_and_the_previous_order_are_those_of_the_list_one_came_from(sign_in: SignIn) -> None:
    first, _, second, third = (planned_order(score, slip_days=slip) for score, slip in ((9, 6), (8, 0), (7, 6), (6, 6)))
    client = sign_in()

    board = client.get("/triage/?view=late").content.decode()
    link = re.search(rf'href="(/orders/{second.ref}/(?:\?[^"]*)?)"', board)
    assert link
    html = client.get(link[1].replace("&amp;", "&")).content.decode()

    steps = dict(re.findall(r'href="/orders/([^/]+)/[^"]*" rel="(prev|next)"', html))
    assert steps == {first.ref: "prev", third.ref: "next"}
    assert 'href="/triage/?view=late"' in html
    assert 'rel="next"' not in client.get(f"/orders/{second.ref}/").content.decode()
    for query in ("?list=sort%3Dx", "?list=tier%3Dtin", "?list=%00", "?list="):
        assert client.get(f"/orders/{second.ref}/{query}").status_code == 200
