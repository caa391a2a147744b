"""The screens of one order beside its page: split, substitutes, expedite, two plans, activity, conflicts."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.apps import apps
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from inventory.models import Product
from inventory.substitutes import SubstituteIn, change_substitutes
from orders.handling.eta import change_eta
from orders.handling.lifecycle import add_note, cancel_order, expedite, hold
from orders.models import Allocation, AllocationState, LineSubstitution, Order, PlanRecord
from orders.replan import replan
from tests.factories import NOW
from tests.factories.inventory import make_product, make_purchase_order, make_stock, make_supplier
from tests.factories.orders import make_order, make_user

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]
HERE = "Imogen Hale\n1 High Street\nYork YO1 1AA"


@pytest.fixture
def lamp() -> Product:
    lamp = make_product("LAMP", name="Storm lantern")
    make_stock(lamp, on_hand=3)
    make_purchase_order(
        [(lamp, 9)], ref="PO-1", supplier=make_supplier(delay_p90_days=0), expected_on=NOW.date() + timedelta(days=14)
    )
    return lamp


@pytest.fixture
def order(lamp: Product) -> Order:
    order = make_order([(lamp, 5)], ref="SO-1", ship_policy="partial", ship_to=HERE)
    planned()
    return order


def planned() -> None:
    replan(product_ids=None, cause="test", now=NOW)


def undo_of(html: str) -> str:
    """Return where the toast's Undo posts to."""
    found = re.search(r'class="toast".*?action="([^"]+)"', html, re.DOTALL)
    assert found
    return found[1].replace("&amp;", "&")


def test_a_split_is_seen_done_and_undone(order: Order, sign_in: SignIn) -> None:
    client = sign_in()

    seen = client.get("/orders/SO-1/split/?line-1=2").content.decode()
    assert 'value="2"' in seen
    assert "2 units" in seen
    assert "3 units" in seen  # those that follow
    html = client.post("/orders/SO-1/split/start/", {"version": 1, "line-1": 2}, follow=True).content.decode()
    assert "SO-1 is split: 2 units leave now" in html
    assert Allocation.objects.get(state=AllocationState.PINNED).qty == 2
    again = client.get("/orders/SO-1/split/?line-1=0").content.decode()
    assert "2 pinned or picked" in again
    assert 'min="2" max="3" value="2"' in again
    client.post(undo_of(html), {"is_undo": 1})

    assert not Allocation.objects.filter(state=AllocationState.PINNED).exists()
    assert "Split taken back" in client.get("/orders/SO-1/activity/").content.decode()


def test_without_scripts_the_dates_are_looked_at_by_a_form(order: Order, sign_in: SignIn) -> None:
    answer = sign_in().post("/orders/SO-1/split/start/", {"version": 1, "line-1": 2, "look": 1})

    assert answer["Location"] == "/orders/SO-1/split/?line-1=2"
    assert Order.objects.get().version == 1


def test_the_halves_alone_answer_a_change_of_units(order: Order, sign_in: SignIn) -> None:
    headers = {"HX-Request": "true", "HX-Target": "split-halves"}

    html = sign_in().get("/orders/SO-1/split/?line-1=1", headers=headers).content.decode()

    assert "<form" not in html
    assert "1 unit," in html


def test_a_split_that_makes_no_sense_is_refused_and_changes_nothing(order: Order, sign_in: SignIn) -> None:
    client = sign_in()

    for data, status in (({"line-1": 4}, 409), ({"line-1": "x"}, 422), ({}, 422), ({"line-9": 1}, 422)):
        assert client.post("/orders/SO-1/split/start/", data).status_code == status, data
    assert client.post("/orders/SO-1/split/back/", {"lines": "1;2"}).status_code == 422
    assert Order.objects.get().version == 1


def test_what_is_on_hold_or_closed_cannot_be_split(order: Order, sign_in: SignIn) -> None:
    hold("SO-1", kind="credit", actor=None, now=NOW)

    assert "Release the hold first" in sign_in().get("/orders/SO-1/split/").content.decode()


def test_what_cannot_be_done_is_not_offered_and_says_why(order: Order, lamp: Product, sign_in: SignIn) -> None:
    client, split, swap = sign_in(), 'href="/orders/SO-1/split/"', 'href="/orders/SO-1/substitutes/"'
    panel = client.get("/triage/?o=SO-1").content.decode()
    assert 'data-key="s"' in panel
    assert swap not in panel
    assert "No substitute may stand in" in panel

    hold("SO-1", kind="credit", actor=None, now=NOW)
    page, panel = (client.get(url).content.decode() for url in ("/orders/SO-1/", "/triage/?o=SO-1"))
    for html in (page, panel):
        assert split not in html
        assert "Nothing to split: it is on hold" in html

    none = make_order([(make_product("BELL"), 2)], ref="SO-2")
    planned()
    assert "none of it is here yet" in client.get(f"/triage/?o={none.ref}").content.decode()


def test_a_substitute_shows_the_days_it_wins_and_can_be_swapped_back(order: Order, sign_in: SignIn) -> None:
    make_stock(make_product("BLUE", name="Blue lantern"), on_hand=9)
    make_stock(make_product("GONE", name="Gone lantern"), on_hand=0)
    change_substitutes("LAMP", substitutes=[SubstituteIn("BLUE"), SubstituteIn("GONE")], actor=None, now=NOW)
    client = sign_in()

    html = client.get("/orders/SO-1/substitutes/").content.decode()
    assert "Blue lantern" in html
    assert "sooner" in html
    assert "none is free" in html
    data = {"version": 1, "position": 1, "sku": "BLUE", "qty": 2, "is_agreed": 1}
    after = client.post("/orders/SO-1/substitute/", data, follow=True).content.decode()
    assert LineSubstitution.objects.get().replaced_qty == 2
    client.post(undo_of(after), {"is_undo": 1})

    assert list(order.lines.order_by("position").values_list("open_qty", flat=True)) == [5, 0]


def test_expediting_says_whom_it_hurts_before_anybody_presses(lamp: Product, sign_in: SignIn) -> None:
    make_order([(lamp, 3)], ref="SO-1", placed_at=NOW - timedelta(days=3))
    make_order([(lamp, 3)], ref="SO-2")
    planned()

    html = sign_in("agent").get("/orders/SO-2/expedite/preview/").content.decode()

    assert "1 other order would wait longer" in html
    assert 'href="/orders/SO-1/"' in html
    assert "<button" not in html.split('id="main"')[1].split("</main>")[0]  # an agent may look, not press
    assert not Order.objects.filter(is_expedited=True).exists()


def test_who_may_write_to_customers_does_so_from_the_order(order: Order, sign_in: SignIn) -> None:
    link = f'href="/eta/?ref={order.ref}" data-key="m"'

    assert link in sign_in("agent").get(f"/orders/{order.ref}/").content.decode()
    cancel_order(order.ref, reason="Found elsewhere", actor=None, now=NOW)
    assert link not in sign_in("agent").get(f"/orders/{order.ref}/").content.decode()


def test_two_plans_are_compared_rule_by_rule(order: Order, sign_in: SignIn) -> None:
    run = PlanRecord.objects.get().run_id
    expedite("SO-1", actor=None, now=NOW)
    planned()

    html = sign_in().get(f"/orders/SO-1/runs/?before={run}&after=0").content.decode()

    points = re.search(r"Expedited by a person</span></th>(.*?)</tr>", html, re.DOTALL)
    assert points
    assert "+" in points[1]
    assert f"Run {run}" in html
    assert "The plan in force" in html


def test_what_is_compared_first_is_the_run_before_the_date_changed(order: Order, sign_in: SignIn) -> None:
    first = PlanRecord.objects.get().run_id
    hour = timedelta(hours=1)
    change_eta("SO-1", eta_on=NOW.date() + timedelta(days=40), reason="They close", actor=None, now=NOW + hour)
    for later in (2, 3):
        replan(product_ids=None, cause="test", now=NOW + later * hour)

    html = sign_in().get("/orders/SO-1/runs/").content.decode()

    assert PlanRecord.objects.count() == 3
    assert f'<option value="{first}" selected>' in html
    assert "They close" in html


def test_an_order_that_no_kept_run_had_says_so(sign_in: SignIn) -> None:
    order = make_order([(make_product(), 1)])

    assert "Nothing to compare with yet" in sign_in().get(f"/orders/{order.ref}/runs/").content.decode()


def test_activity_is_listed_whole_and_by_kind(order: Order, sign_in: SignIn) -> None:
    for number in range(60):
        add_note("SO-1", body=f"Note {number}.", actor=None, now=NOW)
    hold("SO-1", kind="credit", actor=make_user(), now=NOW)
    client = sign_in()

    assert "earlier events" in client.get("/orders/SO-1/").content.decode()
    notes = client.get("/orders/SO-1/activity/?show=notes").content.decode()
    assert "Note 0." in notes
    assert "Credit hold" not in notes
    assert "Credit hold" in client.get("/orders/SO-1/activity/?show=changes").content.decode()


def test_the_timeline_says_what_an_address_an_owner_and_a_policy_were(order: Order, sign_in: SignIn) -> None:
    agent = make_user("agent")
    client = sign_in(user=agent)

    client.post("/orders/SO-1/address/", {"version": 1, "ship_to": HERE.replace("1 High", "2 Low")})
    client.post("/orders/SO-1/address/restore/", {"is_undo": 1})

    html = client.get("/orders/SO-1/activity/").content.decode()
    assert html.count("Address changed") == 2
    assert "Agent" in html
    assert Order.objects.get().ship_to == HERE


def test_the_first_change_of_an_order_without_a_history_is_told_too(order: Order, sign_in: SignIn) -> None:
    """Orders that were loaded in bulk have no state kept before their first change."""
    apps.get_model("orders", "OrderEvent").objects.all().delete()
    client = sign_in()

    client.post("/orders/SO-1/expedite/", {"version": 1})

    assert "<p>Expedited</p>" in client.get("/orders/SO-1/activity/").content.decode()
    refused = client.post("/orders/SO-1/hold/", {"version": 1, "kind": "credit"}).content.decode()
    assert "What happened meanwhile" in refused
    assert "<p>Expedited</p>" in refused


FORMS = {
    "eta": {"eta_on": (NOW + timedelta(days=20)).date().isoformat(), "reason": "Supplier rang"},
    "hold": {"kind": "payment", "reason": "Card refused"},
    "cancel": {"position": 1, "qty": 1, "reason": "Wants fewer"},
    "ship": {"position": 1, "qty": 1},
    "address": {"ship_to": HERE.replace("1 High", "2 Low")},
    "split/start": {"line-1": 1},
    "expedite": {},
}


@pytest.mark.parametrize("form", FORMS)
def test_who_is_second_sees_what_the_first_did_and_may_do_theirs_on_top(
    order: Order, sign_in: SignIn, form: str
) -> None:
    client = sign_in("agent" if form == "address" else "ops")
    lifecycle_user = make_user("admin")
    hold("SO-1", kind="manual", reason="Look at this first", actor=lifecycle_user, now=NOW)
    before = Order.objects.get()

    answer = client.post(f"/orders/SO-1/{form}/", {"version": 1, **FORMS[form]})

    html = answer.content.decode()
    assert answer.status_code == 409
    assert "Somebody changed SO-1 in the meantime" in html
    assert "Admin put it on hold" in html
    assert "Look at this first" in html
    assert "Do mine now" in html
    for value in FORMS[form].values():
        assert str(value).split("\n")[0] in html
    assert 'name="version" value="2"' in html
    after = Order.objects.get()
    assert (after.version, after.ship_to, after.eta_by_hand_on) == (2, before.ship_to, before.eta_by_hand_on)


def test_the_page_draws_supply_over_time_and_says_it_in_a_table(order: Order, sign_in: SignIn) -> None:
    html = sign_in().get("/orders/SO-1/").content.decode()

    chart = html.split('id="pegging"')[1]
    assert 'class="pc-row"' in chart
    assert "2 for this order, 7 free" in chart
    assert 'href="/purchase-orders/PO-1/"' in chart


def test_each_screen_costs_a_fixed_number_of_queries(
    order: Order, lamp: Product, sign_in: SignIn, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(20):
        make_order([(lamp, 1)], ref=f"SO-X{number}")
    planned()
    client = sign_in()
    budgets = {"": 52, "split/": 50, "substitutes/": 30, "expedite/preview/": 45, "runs/": 35, "activity/": 30}

    for screen, budget in budgets.items():
        with django_assert_max_num_queries(budget):
            assert client.get(f"/orders/SO-1/{screen}").status_code == 200


def test_a_long_order_shows_its_first_lines_and_the_rest_on_asking(sign_in: SignIn) -> None:
    products = [make_product(f"P{number:03}") for number in range(150)]
    order = make_order([(product, 1) for product in products], ref="SO-1")
    planned()
    client = sign_in()

    page = client.get("/orders/SO-1/").content.decode()
    first = client.get("/orders/SO-1/lines/?start=40").content.decode()
    rest = client.get("/orders/SO-1/lines/?start=140").content.decode()

    assert "110 more open lines" in page
    assert 'id="cancel-40"' in page
    assert 'id="cancel-41"' not in page
    assert 'id="cancel-41"' in first
    assert "10 more lines" in first
    assert 'id="cancel-150"' in rest
    for start in ("", "x", "-1", "999999999"):
        assert client.get("/orders/SO-1/lines/", {"start": start}).status_code == 200
    assert order.lines.count() == 150
