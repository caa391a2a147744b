"""Setup → Holds: what holds orders as they come in, the open ones that match, and who releases which kind."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from inventory.models import Product, SetupChange
from orders.entry.intake import CustomerIn, LineIn, OrderIn, take_in
from orders.handling.hold_rights import change_hold_rights, rights
from orders.handling.lifecycle import hold
from orders.models import BulkJob, Customer, Hold, HoldSource
from tests.factories import NOW
from tests.factories.inventory import make_product
from tests.factories.orders import make_customer, make_order, make_user

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]
ALL_KINDS = ("credit", "address", "payment", "fraud", "customer", "manual")


@pytest.fixture
def ops(sign_in: SignIn) -> Client:
    make_product("MUG", name="Blue mug")
    make_customer("ANN", name="Ann & Co")
    return sign_in("ops")


def add(client: Client, **given: str) -> HoldSource:
    form = {"customer": "", "sku": "", "kind": "credit", "reason": "", "last_on": "", **given}
    assert client.post("/setup/holds/add/", form).status_code == 302
    return HoldSource.objects.latest("pk")


def page(client: Client) -> str:
    return client.get("/setup/holds/").content.decode()


def test_an_empty_page_says_what_such_a_rule_does(ops: Client) -> None:
    assert "Nothing holds orders as they come in" in page(ops)


def test_a_source_is_added_changed_ended_and_brought_back(ops: Client) -> None:
    source = add(ops, customer="ANN", sku="mug", reason="Owes us")
    assert all(words in page(ops) for words in ("Ann &amp; Co", "Blue mug", "Owes us", "until ended"))

    version = SetupChange.objects.latest("pk").pk
    form = {"reason": "Owes a lot", "last_on": "2030-01-05", "version": version}
    assert ops.post(f"/setup/holds/{source.pk}/change/", form).status_code == 302
    assert "Owes a lot" in page(ops)
    assert ops.post(f"/setup/holds/{source.pk}/end/", {"version": version}).status_code == 409
    newest = SetupChange.objects.latest("pk").pk
    assert ops.post(f"/setup/holds/{source.pk}/end/", {"version": newest}).status_code == 302
    assert f'id="source-{source.pk}"' not in page(ops)
    ops.post(f"/setup/changes/{SetupChange.objects.latest('pk').pk}/undo/")
    assert f'id="source-{source.pk}"' in page(ops)


def test_what_is_wrong_is_said_and_what_was_typed_stays(ops: Client) -> None:
    wrong = ops.post("/setup/holds/add/", {"customer": "NOBODY", "kind": "credit", "reason": "Typed"})

    assert wrong.status_code == 422
    assert "There is no customer NOBODY." in wrong.content.decode()
    assert 'value="Typed"' in wrong.content.decode()
    assert not HoldSource.objects.exists()


def test_an_order_says_that_a_rule_holds_it_and_who_made_that(ops: Client) -> None:
    add(ops, customer="ANN", reason="Owes us")
    order = OrderIn(channel="shop", external_id="", customer=CustomerIn("ANN"), lines=[LineIn("MUG", 1)])
    ref = take_in(order, actor=None, now=NOW)[0].ref

    shown = ops.get(f"/orders/{ref}/").content.decode()

    assert "Owes us, by rule" in shown
    assert f"by rule, made by {HoldSource.objects.get().created_by}" in shown


def test_open_orders_that_match_are_held_in_one_job_with_one_way_back(ops: Client) -> None:
    source = add(ops, customer="ANN", reason="Owes us")
    lines = [(Product.objects.get(sku="MUG"), 1)]
    orders = [make_order(lines, customer=source.customer) for _ in range(3)]
    hold(orders[0].ref, kind="credit", actor=None, now=NOW)
    make_order(lines, customer=make_customer("BEN"))
    assert "Hold the 2 open orders too" in page(ops)

    ops.post(f"/setup/holds/{source.pk}/hold-open/")

    job = BulkJob.objects.get()
    assert (job.total, job.done) == (2, 2)
    assert set(Hold.objects.values_list("order", "kind", "reason")) == {
        (orders[0].pk, "credit", ""),
        (orders[1].pk, "credit", "Owes us"),
        (orders[2].pk, "credit", "Owes us"),
    }
    assert "all held" in page(ops)
    ops.post(f"/bulk-actions/{job.pk}/undo/")
    assert Hold.objects.filter(released_at=None).count() == 1


def test_the_page_costs_as_much_for_many_sources_as_for_one(
    ops: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(30):
        add(ops, customer=make_customer(f"C{number}").code)
        make_order([(Product.objects.get(sku="MUG"), 1)], customer=Customer.objects.get(code=f"C{number}"))

    with django_assert_max_num_queries(18):
        page(ops)


def test_only_admins_say_who_releases(ops: Client, sign_in: SignIn) -> None:
    form: dict[str, object] = {kind: ["ops", "admin"] for kind in ALL_KINDS} | {"credit": ["admin"]}
    assert ops.post("/setup/holds/rights/", form).status_code == 403
    assert "Keep who releases" not in page(ops)

    admin = sign_in("admin")
    assert admin.post("/setup/holds/rights/", {**form, "version": "0"}).status_code == 302

    assert rights() == {kind: ["ops", "admin"] for kind in ALL_KINDS} | {"credit": ["admin"]}
    assert admin.post("/setup/holds/rights/", {**form, "fraud": [], "version": ""}).status_code == 422


def test_release_is_offered_only_to_who_may(ops: Client, sign_in: SignIn) -> None:
    order = make_order(lines=[(make_product("TEA"), 1)])
    hold(order.ref, kind="credit", actor=make_user("ops"), now=NOW)
    hold(order.ref, kind="manual", actor=None, now=NOW)
    change_hold_rights({"credit": ["admin"]}, actor=None, now=NOW)

    shown = ops.get(f"/orders/{order.ref}/").content.decode()
    assert "Credit holds are released by admin only." in shown
    assert 'name="kind" value="manual"' in shown
    assert 'name="kind" value="credit"' not in shown
    refused = ops.post(f"/orders/{order.ref}/release/")
    assert refused.status_code == 403
    assert "Credit holds are released by admin only." in refused.content.decode()
    assert ops.post(f"/orders/{order.ref}/release/", {"kind": "manual"}).status_code == 302
    assert list(order.holds.filter(released_at=None).values_list("kind", flat=True)) == ["credit"]
    assert "released by admin only" not in sign_in("admin").get(f"/orders/{order.ref}/").content.decode()
