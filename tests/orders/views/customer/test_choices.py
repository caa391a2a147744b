"""The customer's own page: one choice at a time, kept, planned, never twice."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from django.db.models import F
from django.utils import timezone

from inventory.models import Substitute
from orders.dialogue.customer_choices import Sent, choose_shipping
from orders.dialogue.feedback import answer_feedback
from orders.handling import lifecycle
from orders.models import Allocation, CustomerChoice, Feedback, Order, OrderLine, OrderPlan
from orders.queries.customer_order import ways_on
from tests.concurrency.race import granted, race
from tests.factories.inventory import make_product, make_stock
from tests.factories.orders import allocate, make_line, make_order, make_user
from tests.orders.views.customer.visitor import choose, opened, plan

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_order_on_hold_asks_what_only_the_customer_can_answer(order: Order) -> None:
    lifecycle.hold(order.ref, kind="payment", reason="Card 42 refused", actor=None, now=timezone.now())

    page = opened(order).get(f"/my-order/{order.ref}/").content.decode()

    assert "We have not received your payment." in page
    assert "Card 42" not in page


def test_a_message_that_asks_names_the_choices_of_the_page(order: Order, substitute: Substitute) -> None:
    page = opened(order).get(f"/my-order/{order.ref}/")

    offered = [choice.kind.value for choice in page.context["mine"].choices]
    assert ways_on(order) == [*offered, "substitute", "cancel"] == ["send_ready", "together", "substitute", "cancel"]
    OrderPlan.objects.filter(order=order).update(short_units=F("open_units"))
    assert ways_on(order)[0] == "wait"


def test_keeping_together_gives_stock_back_to_others_and_the_page_shows_the_plan(order: Order) -> None:
    client = opened(order)
    assert "We expect to send the rest of your order on" in client.get(f"/my-order/{order.ref}/").content.decode()

    assert choose(client, order, kind="together") == 302
    waiting = client.get(f"/my-order/{order.ref}/?done=together").content.decode()
    plan()
    planned = client.get(f"/my-order/{order.ref}/").content.decode()

    assert "We are working out your new date" in waiting
    assert "data-planning" in waiting
    assert "data-planning" not in planned
    assert "We expect to send your order on" in planned
    assert Order.objects.get(pk=order.pk).ship_policy == "complete"
    assert CustomerChoice.objects.get().kind == "together"


def test_taking_what_is_ready_makes_an_order_ship_in_parts(order: Order) -> None:
    Order.objects.filter(pk=order.pk).update(ship_policy="complete")

    assert choose(opened(order), order, kind="send_ready") == 302

    assert Order.objects.get(pk=order.pk).ship_policy == "partial"


@pytest.mark.parametrize(
    ("policy", "shipped", "kind"),
    [
        ("partial", 1, "send_ready"),
        ("one_backorder", 0, "send_ready"),
        ("one_backorder", 1, "together"),
        ("complete", 0, "together"),
    ],
)
def test_the_way_that_is_marked_is_how_the_order_is_handled(order: Order, policy: str, shipped: int, kind: str) -> None:
    OrderLine.objects.filter(order=order, position=2).update(shipped_qty=shipped)
    Order.objects.filter(pk=order.pk).update(ship_policy=policy)

    mine = opened(order).get(f"/my-order/{order.ref}/").context["mine"]

    assert [choice.kind for choice in mine.choices if choice.is_current] == [kind]


def test_the_same_form_sent_again_is_thanked_for_and_counts_once(order: Order) -> None:
    client, seen = opened(order), order.version
    said = {"version": seen, "kind": "cancel", "position": [1]}

    first = client.post(f"/my-order/{order.ref}/choose/", said)
    again = client.post(f"/my-order/{order.ref}/choose/", said)

    assert (first.status_code, again.status_code) == (302, 302)
    assert again["Location"] == first["Location"]
    assert CustomerChoice.objects.count() == 1
    assert make_line(order, 1).cancelled_qty == 10


def test_another_form_of_an_order_that_has_changed_is_refused_in_words(order: Order) -> None:
    client, seen = opened(order), order.version
    choose(client, order, kind="wait", version=seen)

    for said in ({"kind": "together"}, {"kind": "cancel", "position": 1}, {"kind": "contact", "phone": "1"}):
        page = client.post(f"/my-order/{order.ref}/choose/", {"version": seen, **said})
        assert page.status_code == 409
        assert "has changed since you opened this page" in page.content.decode()

    assert CustomerChoice.objects.count() == 1


def test_one_of_two_different_forms_sent_at_once_counts(order: Order) -> None:
    digests = ["a", "b"] * 4
    calls = [
        partial(choose_shipping, order.ref, kind=kind, sent=Sent(order.version, digest), now=timezone.now())
        for kind, digest in zip(["wait", "together"] * 4, digests, strict=True)
    ]

    results = race(calls)

    assert CustomerChoice.objects.count() == 1
    assert granted(results) == 4  # the one that counts, and the same form again


@pytest.mark.parametrize(("status", "said"), [("shipped", "has left already"), ("cancelled", "is cancelled already")])
def test_an_order_that_has_left_or_is_cancelled_says_so(order: Order, status: str, said: str) -> None:
    client = opened(order)
    Order.objects.filter(pk=order.pk).update(status=status, closed_at=timezone.now())

    page = client.post(f"/my-order/{order.ref}/choose/", {"version": order.version, "kind": "wait"})

    assert page.status_code == 409
    assert said in page.content.decode()


def test_a_substitute_is_offered_taken_and_planned(order: Order, substitute: Substitute) -> None:
    client = opened(order)
    assert "8 × Cup" in client.get(f"/my-order/{order.ref}/").content.decode()

    assert choose(client, order, kind="substitute", position=1, sku="CUP", qty=4) == 302
    plan()

    cups = OrderLine.objects.get(order=order, product__sku="CUP")
    assert (cups.ordered_qty, make_line(order, 1).open_qty) == (8, 6)
    assert cups.substitution.is_agreed
    assert Allocation.objects.get(line=cups).qty == 8
    page = client.get(f"/my-order/{order.ref}/").content.decode()
    assert f"instead of {make_line(order, 1).product.name}" in page
    assert "You took something else instead." in page


@pytest.mark.parametrize(
    "said", [{"qty": 5}, {"sku": "PLATE"}, {"sku": "NONE"}, {"position": 2}, {"qty": 0}, {"sku": "a\0"}]
)
def test_only_what_is_on_offer_is_taken(order: Order, substitute: Substitute, said: dict[str, object]) -> None:
    status = choose(opened(order), order, **{"kind": "substitute", "position": 1, "sku": "CUP", "qty": 4, **said})

    assert status in (409, 422)
    assert not OrderLine.objects.filter(product__sku="CUP").exists()


def test_what_lacks_is_cancelled_and_what_is_ready_leaves(order: Order) -> None:
    client = opened(order)
    assert "4 items are ready and leave next, 11 are not." in client.get(f"/my-order/{order.ref}/").content.decode()

    assert choose(client, order, kind="cancel_rest", ready=4) == 302
    make_order([(make_line(order, 1).product, 10)], is_expedited=True, placed_at=order.placed_at - timedelta(days=9))
    plan()

    assert (make_line(order, 1).open_qty, make_line(order, 2).open_qty) == (4, 0)
    assert Allocation.objects.get(line__order=order).qty == 4, "who comes before takes nothing that was promised"
    assert "Your order is here" in client.get(f"/my-order/{order.ref}/").content.decode()


def test_the_rest_is_not_cancelled_when_less_is_ready_than_the_customer_saw(order: Order) -> None:
    assert choose(opened(order), order, kind="cancel_rest", ready=5) == 409

    assert make_line(order, 1).open_qty == 10


def test_an_address_stays_while_parcels_are_packed_for_it(order: Order) -> None:
    line = make_line(order, 2)
    make_stock(line.product, on_hand=5)
    allocate(line, 5, state=2)

    assert choose(opened(order), order, kind="address", ship_to="Ann Brook\n1 Mill Lane\nLeeds LS1 4AP") == 409


def test_items_are_cancelled_their_units_go_to_others_and_the_last_closes_the_order(order: Order) -> None:
    client = opened(order)

    assert choose(client, order, kind="cancel", position=[1]) == 302
    assert make_line(order, 1).open_qty == 0
    assert not Allocation.objects.filter(line__order=order).exists()
    assert choose(client, order, kind="cancel", position=[2]) == 302

    assert Order.objects.get(pk=order.pk).status == "cancelled"
    assert "This order is cancelled" in client.get(f"/my-order/{order.ref}/").content.decode()
    assert choose(client, order, kind="wait") == 409


def test_what_is_being_packed_is_not_cancelled(order: Order) -> None:
    line = make_line(order, 2)
    make_stock(line.product, on_hand=5)
    allocate(line, 5, state=2)

    assert choose(opened(order), order, kind="cancel", position=[2]) == 409

    assert make_line(order, 2).open_qty == 5


def test_an_address_is_changed_and_ends_the_hold_that_asked_for_it() -> None:
    held = make_order([(make_product(), 1)], held="address")
    client = opened(held)
    assert "We need your full address" in client.get(f"/my-order/{held.ref}/").content.decode()

    assert choose(client, held, kind="address", ship_to="Leeds") == 422
    assert held.holds.filter(released_at=None).exists()
    assert choose(client, held, kind="address", ship_to="Ann Brook\n1 Mill Lane\nLeeds LS1 4AP") == 302

    held.refresh_from_db()
    assert held.ship_to.startswith("Ann Brook")
    assert not held.holds.filter(released_at=None).exists()


@pytest.mark.parametrize(
    "said",
    [
        {"kind": "steal"},
        {"kind": "cancel"},
        {"kind": "cancel", "position": "x"},
        {"kind": "cancel", "position": "99"},
        {"kind": "wait", "version": "9999999999999999999999"},
        {"kind": "address", "ship_to": "a\0b"},
        {"kind": "contact"},
        {},
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(order: Order, said: dict[str, str]) -> None:
    assert choose(opened(order), order, **said) in (409, 422)

    assert not CustomerChoice.objects.exists()
    assert Order.objects.get(pk=order.pk).version == order.version


def test_feedback_replaces_itself_until_it_is_answered(order: Order) -> None:
    client, url = opened(order), f"/my-order/{order.ref}/feedback/"

    assert client.post(url, {"rating": "2", "reasons": ["late"], "comment": "Slow"}).status_code == 302
    assert client.post(url, {"rating": "4"}).status_code == 302
    feedback = Feedback.objects.get()
    assert (feedback.rating, feedback.reasons, feedback.occasion) == (4, [], "waiting")
    assert client.post(url, {"rating": "9"}).status_code == 422

    answer_feedback(feedback.pk, answer="Thank you, Ann.", actor=make_user("agent"), now=timezone.now())

    assert client.post(url, {"rating": "1"}).status_code == 409
    assert "Thank you, Ann." in client.get(f"/my-order/{order.ref}/").content.decode()
