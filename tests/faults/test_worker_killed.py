"""A worker that is killed in the middle of a full run loses nothing and tells nobody twice."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.db.models import Count
from django.utils import timezone

from inventory.models import DirtyMark, Product
from kernel.kick import kick
from notifications.models import Fact
from orders.benchmark.seed import seed, shape_of
from orders.integrity import check, count_unplanned
from orders.models import EtaRevision, LinePlan, OrderPlan, OrderPromise, PlanRun
from orders.replan import PLAN_TASK, replan, request_full_run
from tests.faults.processes import Broker, kill_group, running_worker, wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.serial]

LINES = 45_000  # more than two chunks of a full run


def test_the_next_worker_finishes_a_full_run(broker: Broker, tmp_path: Path) -> None:
    seed(shape_of(LINES, "default"))
    _plan_one_product()  # what has a plan is written chunk by chunk
    run = request_full_run(cause="test", now=timezone.now())

    _kill_it_at_the_last_pool(broker, tmp_path, _is_stuck_half_way)

    assert 0 < LinePlan.objects.count() < LINES
    _assert_the_next_worker_finishes(run, broker, tmp_path)


def test_the_next_worker_makes_a_first_plan_that_was_built_and_did_not_take_over(
    broker: Broker, tmp_path: Path
) -> None:
    seed(shape_of(LINES, "default"))
    run = request_full_run(cause="test", now=timezone.now())

    _kill_it_at_the_last_pool(broker, tmp_path, _is_built_and_stuck)

    assert not LinePlan.objects.exists()
    _assert_the_next_worker_finishes(run, broker, tmp_path)


def _plan_one_product() -> None:
    product = Product.objects.filter(order_lines__isnull=False).order_by("pk").first()
    assert product is not None
    replan(product_ids=[product.pk], cause="test", now=timezone.now())


def _kill_it_at_the_last_pool(broker: Broker, tmp_path: Path, is_there: Callable[[], bool]) -> None:
    with transaction.atomic():
        _hold_last_pool()
        with running_worker(broker.url, tmp_path / "first.log") as worker:
            wait_until(is_there, "the run to have written a part and wait for the last pool")
            kill_group(worker)


def _assert_the_next_worker_finishes(run: PlanRun, broker: Broker, tmp_path: Path) -> None:
    assert PlanRun.objects.get(pk=run.pk).status == "running"

    with running_worker(broker.url, tmp_path / "second.log"):
        kick(PLAN_TASK)  # as beat does every other second
        wait_until(lambda: PlanRun.objects.get(pk=run.pk).status == "done", "the next worker to finish the run")

    assert LinePlan.objects.count() == LINES
    assert count_unplanned() == 0
    assert check() == []
    _assert_everybody_was_promised_and_told_once()


def _hold_last_pool() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM inventory_product WHERE id IN (SELECT max(product_id) FROM orders_orderline) FOR UPDATE"
        )


def _is_stuck_half_way() -> bool:
    return LinePlan.objects.count() > LINES // 4 and _somebody_waits()


def _is_built_and_stuck() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_class WHERE relname = 'orders_peg_pkey'")  # the last to be built
        return cursor.fetchone() == (2,) and _somebody_waits()


def _somebody_waits() -> bool:
    # Not pg_stat_activity, which does not change within a transaction.
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
        return bool(cursor.fetchone()[0])


def _assert_everybody_was_promised_and_told_once() -> None:
    dated = OrderPlan.objects.filter(eta_p50__isnull=False).count()
    assert OrderPromise.objects.count() == dated
    assert EtaRevision.objects.filter(kind="promised").count() == dated
    assert not Fact.objects.values("subject").annotate(facts=Count("pk")).filter(facts__gt=1).exists()
    waiting = OrderPlan.objects.filter(eta_p50__isnull=False).exclude(reason__in=[0, 1]).count()
    assert Fact.objects.filter(kind="orders.backordered").count() == waiting
    assert not DirtyMark.objects.exists()
    assert Product.objects.exists()
