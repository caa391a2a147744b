from __future__ import annotations

import copy
from typing import Any

import pytest

from kernel.errors import Conflict, Invalid, NotFound
from orders.models import Feedback, LinePlan, Policy, PolicyStatus
from orders.planning.attributes import CATALOGUE, Source
from orders.planning.presets import BALANCED_PRIORITY, FIFO
from orders.replan import is_full_run_due, replan
from orders.rules import policies
from tests.factories import NOW
from tests.factories.inventory import make_product
from tests.factories.orders import make_order, make_user

pytestmark = pytest.mark.django_db


def draft(name: str = "Oldest first", rules: dict[str, Any] = FIFO) -> Policy:
    return policies.create_draft(name=name, rules=rules, note="", actor=None, now=NOW)


def test_a_new_database_ranks_by_the_preset() -> None:
    first = policies.published()

    assert (first.version, first.status, first.rules) == (1, PolicyStatus.PUBLISHED, BALANCED_PRIORITY)
    assert policies.published() == first


def test_publishing_archives_the_one_before_and_plans_anew(kicks: list[str]) -> None:
    first = policies.published()
    replan(product_ids=None, cause="test", now=NOW)
    user = make_user("admin")

    second = policies.publish(draft().pk, note="Simpler", actor=user, now=NOW)

    assert policies.published() == second
    assert (second.version, second.strategy, second.note, second.published_by_id) == (2, "fifo", "Simpler", user.pk)
    first.refresh_from_db()
    assert first.status == PolicyStatus.ARCHIVED
    assert is_full_run_due(now=NOW)


def test_rolling_back_puts_an_archived_version_in_force() -> None:
    first = policies.published()
    policies.publish(draft().pk, actor=None, now=NOW)

    policies.rollback(first.pk, actor=None, now=NOW)

    assert policies.published() == first


@pytest.mark.parametrize("verb", [policies.publish, policies.rollback])
def test_what_is_in_force_cannot_be_put_in_force(verb: Any) -> None:
    first = policies.published()

    with pytest.raises(Conflict):
        verb(first.pk, actor=None, now=NOW)


def test_a_draft_cannot_be_rolled_back_to() -> None:
    with pytest.raises(Conflict, match="Choose an archived version"):
        policies.rollback(draft().pk, actor=None, now=NOW)


def test_a_policy_that_does_not_exist_is_not_found() -> None:
    with pytest.raises(NotFound):
        policies.publish(404, actor=None, now=NOW)


def test_wrong_rules_are_refused_with_the_place() -> None:
    rules = copy.deepcopy(BALANCED_PRIORITY)
    rules["rules"][1]["points"]["per_unit"] = "eight"

    with pytest.raises(Invalid) as refusal:
        draft(rules=rules)

    assert list(refusal.value.fields) == ["rules[1].points.per_unit"]
    assert not Policy.objects.exists()


def test_the_points_of_a_line_follow_the_policy_of_its_run() -> None:
    product = make_product()
    make_order([(product, 1)])
    replan(product_ids=None, cause="test", now=NOW)
    assert len(LinePlan.objects.get().points) == len(BALANCED_PRIORITY["rules"])
    fifo = policies.publish(draft().pk, actor=None, now=NOW)

    run = replan(product_ids=None, cause="test", now=NOW)

    assert run.policy_id == fifo.pk
    assert LinePlan.objects.get().points == []
    assert LinePlan.objects.get().policy_id == fifo.pk


def test_every_attribute_of_the_catalogue_can_be_read() -> None:
    rules = [
        {
            "id": f"rule_{number}",
            "label": name,
            "when": {"attribute": name, "op": "is_known"},
            "points": {"type": "fixed", "points": 1},
        }
        for number, name in enumerate(CATALOGUE)
    ]
    product = make_product(category="Lamps")
    order = make_order([(product, 1)], requested_on=NOW.date())
    Feedback.objects.create(order=order, occasion="waiting", rating=4, given_at=NOW)
    replan(product_ids=None, cause="test", now=NOW)
    policies.publish(draft(rules={"version": 1, "strategy": "hybrid", "rules": rules}).pk, actor=None, now=NOW)

    full = replan(product_ids=None, cause="test", now=NOW)
    points = LinePlan.objects.get(order=order).points
    event = replan(product_ids=[product.pk], cause="test", now=NOW)

    unknown = {name for name, known in zip(CATALOGUE, points, strict=True) if not known}
    estimates = {name for name, spec in CATALOGUE.items() if spec.source is not Source.ORDER_BOOK}
    # Nothing was promised, for nobody sells the product, or told; nothing is forecast, and nothing learned.
    assert unknown == {"order.days_late", "plan.days_since_told"} | estimates
    assert (full.counts["line_plans"], event.counts["rows_written"]) == (1, 0)
