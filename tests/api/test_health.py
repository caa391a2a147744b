from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import connection
from django.db.utils import OperationalError
from django.test import Client
from django.utils import timezone

from backlog.health import checks, heartbeat
from backlog.health.models import WorkerHeartbeat
from inventory.models import DirtyMark
from notifications.models import Fact, FactState
from orders.models import PlanRun, PlanRunKind, PlanRunStatus
from tests.factories.inventory import make_product
from tests.factories.messages import make_fact


@pytest.fixture
def broker(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    state = SimpleNamespace(is_up=True)
    monkeypatch.setattr(checks, "check_broker", lambda: checks.Check(state.is_up))
    return state


def _worker(age: timedelta = timedelta(0)) -> None:
    queues = list(checks.NEEDED_QUEUES)
    WorkerHeartbeat.objects.update_or_create(name="w@h", defaults={"queues": queues, "seen_at": timezone.now() - age})


def test_healthz_needs_nothing() -> None:
    assert Client().get("/healthz").json() == {"status": "ok"}


@pytest.mark.django_db
def test_ready_with_database_broker_workers_and_a_plan_that_keeps_up(broker: SimpleNamespace) -> None:
    _worker()

    response = Client().get("/readyz")

    assert (response.status_code, response.json()["status"]) == (200, "ready")
    assert all(check["ok"] for check in response.json()["checks"].values())


@pytest.mark.django_db
def test_a_worker_that_fell_silent_is_not_ready(broker: SimpleNamespace) -> None:
    _worker(timedelta(seconds=checks.WORKER_STALE_SECONDS + 5))

    response = Client().get("/readyz")

    assert (response.status_code, response.json()["status"]) == (503, "not_ready")
    assert not response.json()["checks"]["worker"]["ok"]


@pytest.mark.django_db
def test_a_worker_of_other_queues_does_not_stand_in_for_the_planner(broker: SimpleNamespace) -> None:
    WorkerHeartbeat.objects.create(name="mail@h", queues=["mail", "default"], seen_at=timezone.now())

    assert Client().get("/readyz").status_code == 503


@pytest.mark.django_db
def test_a_fact_that_was_set_aside_degrades_and_is_counted(broker: SimpleNamespace) -> None:
    _worker()
    fact = make_fact()
    assert Client().get("/readyz").json()["status"] == "ready"

    Fact.objects.filter(pk=fact.pk).update(state=FactState.QUARANTINED)

    response = Client().get("/readyz")
    assert (response.status_code, response.json()["status"]) == (200, "degraded")
    assert response.json()["checks"]["facts"] == {"ok": True, "quarantined": 1}
    assert 'backlog_facts{state="quarantined"} 1.0' in Client().get("/metrics").content.decode()


@pytest.mark.django_db
def test_without_the_broker_the_web_goes_on_degraded(broker: SimpleNamespace) -> None:
    broker.is_up = False

    response = Client().get("/readyz")

    assert (response.status_code, response.json()["status"]) == (200, "degraded")


@pytest.mark.django_db
def test_a_change_that_waits_too_long_is_not_ready_and_a_quarantined_one_degrades(broker: SimpleNamespace) -> None:
    _worker()
    mark = DirtyMark.objects.create(product=make_product(), cause="test")
    assert Client().get("/readyz").json()["checks"]["planning"]["unplanned_changes"] == 1

    DirtyMark.objects.update(created_at=timezone.now() - timedelta(seconds=checks.UNPLANNED_STALE_SECONDS + 5))
    assert Client().get("/readyz").status_code == 503

    DirtyMark.objects.filter(pk=mark.pk).update(is_quarantined=True)
    response = Client().get("/readyz")
    assert (response.status_code, response.json()["status"]) == (200, "degraded")


@pytest.mark.django_db
def test_without_the_database_it_says_503_and_metrics_still_answer(
    broker: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(connection, "cursor", refuse)

    assert Client().get("/readyz").status_code == 503
    assert b"backlog_database_up 0" in Client().get("/metrics").content


@pytest.mark.django_db
def test_metrics_are_prometheus_text_without_names_or_sums() -> None:
    make_product("SECRET-SKU")
    response = Client().get("/metrics")

    assert response.headers["Content-Type"].startswith("text/plain")
    assert b"backlog_unplanned_changes 0" in response.content
    assert b"SECRET-SKU" not in response.content


@pytest.mark.django_db
def test_a_plan_that_the_guard_holds_is_counted() -> None:
    PlanRun.objects.create(kind=PlanRunKind.FULL, status=PlanRunStatus.HELD)

    assert "backlog_held_plan_runs 1.0" in Client().get("/metrics").content.decode()


@pytest.mark.django_db
def test_a_worker_writes_its_row_at_most_every_few_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "close", lambda: None)
    monkeypatch.setattr(heartbeat, "_last_write", -heartbeat.WRITE_EVERY_SECONDS)
    heart = SimpleNamespace(eventer=SimpleNamespace(hostname="planner@host"))

    heartbeat.note_heartbeat(heart)
    first = WorkerHeartbeat.objects.get().seen_at
    heartbeat.note_heartbeat(heart)

    assert WorkerHeartbeat.objects.get().seen_at == first


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
@pytest.mark.django_db
def test_health_is_only_read(path: str) -> None:
    assert Client().post(path).status_code == 405
