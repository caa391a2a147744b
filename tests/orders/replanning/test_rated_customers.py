"""Rules that read what customers rated us."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from inventory.models import DirtyMark
from orders.dialogue.feedback import give_feedback
from orders.integrity import check
from orders.models import Feedback, FeedbackOccasion, Order
from orders.replan import replan
from orders.rules import policies
from tests.factories import NOW
from tests.factories.inventory import make_product, make_stock
from tests.factories.orders import make_customer, make_order
from tests.orders.replanning.dividing import allocated
from tests.orders.replanning.worlds import full

pytestmark = pytest.mark.django_db(transaction=True)

UNHAPPY_FIRST: dict[str, Any] = {
    "version": 1,
    "strategy": "priority",
    "rules": [
        {
            "id": "unhappy",
            "label": "Rated us badly",
            "attribute": "customer.rating",
            "points": {"type": "step", "steps": [[1, 50], [3, 0]]},
        }
    ],
}


def publish(rules: dict[str, Any]) -> None:
    draft = policies.create_draft(name="Ratings", rules=rules, actor=None, now=NOW)
    policies.publish(draft.pk, actor=None, now=NOW)


def rate(order: Order, rating: int) -> None:
    give_feedback(order.ref, rating=rating, reasons=[], comment="", now=NOW)


def test_who_rated_us_badly_comes_first_at_once_where_the_rules_say_so() -> None:
    product = make_product()
    make_stock(product, on_hand=5)
    earlier = make_order([(product, 5)], placed_at=NOW - timedelta(days=2))
    later = make_order([(product, 5)], placed_at=NOW - timedelta(days=1))
    publish(UNHAPPY_FIRST)
    full()
    assert (allocated(earlier), allocated(later)) == (5, 0)

    rate(later, 1)
    assert DirtyMark.objects.filter(cause="customer_rated").exists()
    replan(product_ids=[product.pk], cause="test", now=NOW)

    assert (allocated(earlier), allocated(later)) == (0, 5)
    assert check() == []


def test_a_rating_counts_for_a_year_and_for_every_order_of_its_customer() -> None:
    product = make_product()
    make_stock(product, on_hand=5)
    customer = make_customer()
    before = make_order([(make_product(), 1)], customer=customer)
    Feedback.objects.create(
        order=before, occasion=FeedbackOccasion.WAITING, rating=1, given_at=NOW - timedelta(days=400)
    )
    earlier = make_order([(product, 5)], placed_at=NOW - timedelta(days=2))
    later = make_order([(product, 5)], customer=customer, placed_at=NOW - timedelta(days=1))
    publish(UNHAPPY_FIRST)

    full()
    assert allocated(earlier) == 5
    Feedback.objects.update(given_at=NOW - timedelta(days=300))
    full()
    assert allocated(later) == 5


def test_nothing_is_planned_anew_where_no_rule_reads_ratings() -> None:
    order = make_order([(make_product(), 1)])
    policies.published()

    rate(order, 1)

    assert not DirtyMark.objects.filter(cause="customer_rated").exists()
