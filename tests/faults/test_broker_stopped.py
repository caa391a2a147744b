"""Without its broker the system keeps taking changes, and plans them when the broker is back."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from inventory.models import DirtyMark, Product
from inventory.receiving import receive_stock
from kernel.kick import LOST_KICKS, kick
from orders.integrity import check
from orders.models import LinePlan, Reason
from orders.replan import PLAN_TASK, replan
from tests.factories.inventory import make_product, make_stock
from tests.factories.orders import make_order
from tests.faults.processes import Broker, running_worker, wait_until, worker_environment

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.serial]


def receive_one(product: Product) -> float:
    """Receive a unit and return the seconds it took."""
    started = time.monotonic()
    receive_stock(sku=product.sku, warehouse_code="MAIN", qty=1, reference="", actor=None, now=timezone.now())
    return time.monotonic() - started


def ready_lines() -> int:
    return LinePlan.objects.filter(reason=Reason.READY).count()


def is_planned() -> bool:
    return not DirtyMark.objects.exists()


def kicks_of_the_web(broker: Broker) -> list[float]:
    """Return the seconds that two kicks take a process with the web's settings."""
    environment = {
        **worker_environment(broker.url),
        "PROCESS_KIND": "web",
        "DJANGO_SETTINGS_MODULE": "backlog.settings",
    }
    command = [sys.executable, "-m", "tests.faults.kicking"]
    done = subprocess.run(command, env=environment, cwd=settings.BASE_DIR, capture_output=True, text=True, check=True)
    return [float(line) for line in done.stdout.split()]


def is_planned_when_kicked() -> bool:
    """Kick as beat does, and see."""
    kick(PLAN_TASK)
    return is_planned()


def test_a_frozen_broker_costs_a_request_its_short_timeout_once(broker: Broker) -> None:
    broker.freeze()

    first, second = kicks_of_the_web(broker)

    assert first < 3  # 0.5 s, and 7.5 s with the library's own retries
    assert second < 0.1


def test_verbs_commit_without_a_broker_and_work_resumes_with_it(broker: Broker, tmp_path: Path) -> None:
    product = make_product()
    make_stock(product)
    for _ in range(3):
        make_order([(product, 1)])
    replan(product_ids=None, cause="test", now=timezone.now())

    with running_worker(broker.url, tmp_path / "worker.log"):
        receive_one(product)
        wait_until(is_planned, "the worker to plan the first receipt")
        assert ready_lines() == 1

        broker.kill()
        lost = LOST_KICKS.labels(task=PLAN_TASK)._value.get()
        assert receive_one(product) < 10
        assert LOST_KICKS.labels(task=PLAN_TASK)._value.get() == lost + 1
        assert DirtyMark.objects.count() == 1

        broker.start()
        wait_until(is_planned_when_kicked, "the worker to plan what was received meanwhile", seconds=30)

    assert ready_lines() == 2
    assert check() == []
