"""Rules switched while others publish, release, withdraw, and plan: one set of rules for all orders, at any moment."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from inventory.dirty import mark_dirty
from inventory.models import DirtyMark, Product
from orders import replan
from orders.models import LinePlan, PlanRun, PlanRunStatus, Policy, PolicyStatus
from orders.planning.presets import FIFO
from orders.replan import finish_full_runs
from orders.replanning import draft as drafting
from orders.replanning.draft import make_draft
from orders.replanning.queue import plan_due_marks
from orders.replanning.snapshot import snapshot
from orders.rules import approvals, policies, releases
from orders.rules.guarding import change_guard
from tests.concurrency.race import granted, race, race_same
from tests.factories import NOW
from tests.factories.inventory import make_product, make_stock
from tests.factories.orders import make_customer, make_order, make_user


@pytest.fixture(autouse=True)
def backlog(transactional_db: None) -> list[Product]:
    """Eight products with a unit each, wanted by an older standard and a younger platinum order; planned."""
    products = [make_product() for _ in range(8)]
    for product in products:
        make_stock(product, on_hand=1)
        make_order([(product, 1)], placed_at=NOW - timedelta(days=2))
        make_order([(product, 1)], placed_at=NOW - timedelta(days=1), customer=make_customer(tier="platinum"))
    replan.replan(product_ids=None, cause="test", now=timezone.now())
    return products


def draft() -> Policy:
    return policies.create_draft(name="Oldest first", rules=FIFO, note="", actor=None, now=NOW)


def held() -> PlanRun:
    """Publish a draft that the guard holds."""
    change_guard(changes={"slipped_orders": 0}, actor=None)
    policies.publish(draft().pk, actor=None, now=NOW)
    finish_full_runs(now=timezone.now())
    return PlanRun.objects.get(status=PlanRunStatus.HELD)


def mark_and_plan(product: Product) -> None:
    with transaction.atomic():
        mark_dirty([product.pk], cause="test")
    plan_due_marks(timezone.now)


def plan_until_clean() -> None:
    while DirtyMark.objects.exists():
        plan_due_marks(timezone.now)


def test_of_publishers_at_once_one_policy_is_in_force() -> None:
    drafts = [draft() for _ in range(6)]

    race([partial(policies.publish, one.pk, actor=None, now=NOW) for one in drafts])

    assert Policy.objects.filter(status=PolicyStatus.PUBLISHED).count() == 1
    assert Policy.objects.filter(status=PolicyStatus.ARCHIVED).count() == 6


def test_of_guarded_publishers_at_once_one_is_released() -> None:
    change_guard(changes={"messages": 0}, actor=None)
    drafts = [draft() for _ in range(6)]

    results = race([partial(policies.publish, one.pk, actor=None, now=NOW) for one in drafts])

    assert granted(results) == 1
    assert Policy.objects.filter(status=PolicyStatus.RELEASING).count() == 1
    assert PlanRun.objects.filter(policy__status=PolicyStatus.RELEASING).count() == 1


def test_nobody_publishes_past_a_release_that_is_held() -> None:
    run = held()
    before = policies.published()

    results = race([partial(policies.publish, draft().pk, actor=None, now=NOW) for _ in range(4)])

    assert granted(results) == 0
    assert policies.published() == before
    run.refresh_from_db()
    assert run.status == PlanRunStatus.HELD


def test_a_held_run_is_released_or_withdrawn_and_not_both() -> None:
    run = held()

    results = race(
        [partial(releases.release, run.pk, note="Go", actor=None, now=NOW)] * 3
        + [partial(releases.withdraw, run.pk, actor=None, now=NOW)] * 3
    )

    assert granted(results) == 1
    run.refresh_from_db()
    released = run.status == PlanRunStatus.RUNNING
    assert Policy.objects.filter(status=PolicyStatus.RELEASING).exists() == released


def test_one_of_several_approvals_counts() -> None:
    author, second = make_user("ops"), make_user("admin")
    change_guard(changes={"four_eyes": True}, actor=None)
    policy = policies.create_draft(name="Plain", rules=FIFO, note="", actor=author, now=NOW)
    approvals.submit(policy.pk, actor=author, now=NOW)

    results = race_same(5, approvals.approve, policy.pk, actor=second, now=NOW)

    assert granted(results) == 1


def test_workers_at_once_execute_a_release_once() -> None:
    change_guard(changes={"messages": 10_000}, actor=None)
    policy = policies.publish(draft().pk, actor=None, now=NOW)

    results = race_same(4, finish_full_runs, now=timezone.now())

    assert sum(result.value for result in results) == 1
    assert policies.published() == policy


def test_events_during_a_release_leave_no_line_planned_by_old_rules(backlog: list[Product]) -> None:
    change_guard(changes={"messages": 10_000}, actor=None)
    policy = policies.publish(draft().pk, actor=None, now=NOW)

    race([partial(finish_full_runs, now=timezone.now()), *(partial(mark_and_plan, product) for product in backlog)])
    plan_until_clean()

    assert policies.published() == policy
    assert set(LinePlan.objects.values_list("policy_id", flat=True)) == {policy.pk}


@contextmanager
def without_a_look(*asked: Any) -> Iterator[tuple[str]]:
    """Open the snapshot, and say that the policy is in force as it was before."""
    with snapshot(*asked):
        yield (PolicyStatus.PUBLISHED,)


@pytest.fixture
def overtaken(monkeypatch: pytest.MonkeyPatch) -> Policy:
    """Let a release come in force, and be written, after an event run has read its rules and not yet its state."""
    change_guard(changes={"messages": 10_000}, actor=None)
    policy = policies.publish(draft().pk, actor=None, now=NOW)
    waiting = [True]

    def slow(product_ids: Any, *args: Any, **kwargs: Any) -> Any:
        if product_ids is not None and waiting:
            waiting.clear()
            finish_full_runs(now=timezone.now())
        return make_draft(product_ids, *args, **kwargs)

    monkeypatch.setattr(replan, "make_draft", slow)
    return policy


def test_an_event_run_plans_by_the_rules_of_its_own_snapshot(overtaken: Policy, backlog: list[Product]) -> None:
    mark_and_plan(backlog[0])

    assert set(LinePlan.objects.values_list("policy_id", flat=True)) == {overtaken.pk}


def test_without_a_look_into_the_snapshot_an_event_run_would_apply_old_rules(
    overtaken: Policy, backlog: list[Product], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drafting, "snapshot", without_a_look)

    mark_and_plan(backlog[0])

    assert set(LinePlan.objects.values_list("policy_id", flat=True)) != {overtaken.pk}
