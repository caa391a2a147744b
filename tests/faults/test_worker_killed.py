"""A worker that is killed in the middle of a full run loses nothing and tells nobody twice."""

from __future__ import annotations

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
from orders.replan import PLAN_TASK, request_full_run
from tests.faults.processes import Broker, kill_group, running_worker, wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.serial]

LINES = 45_000  # more than two chunks of a full run


def test_the_next_worker_finishes_a_full_run(broker: Broker, tmp_path: Path) -> None:
    seed(shape_of(LINES, "default"))
    run = request_full_run(cause="test", now=timezone.now())

    with transaction.atomic():
        _hold_last_pool()
        with running_worker(broker.url, tmp_path / "first.log") as worker:
            wait_until(_is_stuck_half_way, "the run to have written a part and wait for the last pool")
            kill_group(worker)

    written = LinePlan.objects.count()
    assert 0 < written < LINES
    assert PlanRun.objects.get().status == "running"

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
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM orders_lineplan) AND EXISTS (SELECT FROM pg_stat_activity "
            "WHERE datname = current_database() AND wait_event_type = 'Lock')"
        )
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
