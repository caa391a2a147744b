"""The queues of record as Prometheus gauges, read at the moment of the scrape."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Count
from prometheus_client import CollectorRegistry, Gauge

from backlog.health import checks
from notifications.models import Delivery, DeliveryState, Fact, FactState
from orders.models import PlanRun, PlanRunStatus


def queue_metrics(now: datetime) -> CollectorRegistry:
    """Return gauges of what waits and of who works, in five aggregate queries. Raises django.db.Error."""
    registry = CollectorRegistry()

    def gauge(name: str, help_text: str, value: float) -> None:
        Gauge(name, help_text, registry=registry).set(value)

    gauge("backlog_database_up", "The database answers", 1)
    planning, worker = checks.check_planning(now).facts, checks.check_worker(now).facts
    gauge("backlog_unplanned_changes", "Changes that no plan covers yet", planning["unplanned_changes"])
    gauge("backlog_unplanned_oldest_seconds", "Age of the oldest of them", planning["oldest_seconds"] or 0)
    gauge("backlog_quarantined_changes", "Changes that planning gave up on", planning["quarantined"])
    held = PlanRun.objects.filter(status=PlanRunStatus.HELD).count()
    gauge("backlog_held_plan_runs", "Plans that the guard holds until somebody decides", held)
    workers = Gauge("backlog_worker_seen_seconds", "Since a worker was last alive", ["queue"], registry=registry)
    for queue, seconds in worker["last_seen_seconds"].items():
        workers.labels(queue=queue).set(float("inf") if seconds is None else seconds)
    facts = Gauge("backlog_facts", "Facts that are not dispatched", ["state"], registry=registry)
    counted = dict(
        Fact.objects.exclude(state=FactState.DISPATCHED).values_list("state").annotate(n=Count("id")).order_by()
    )
    for state in (FactState.PENDING, FactState.QUARANTINED):
        facts.labels(state=state.value).set(counted.get(state.value, 0))
    deliveries = Gauge("backlog_deliveries", "Messages by state", ["state"], registry=registry)
    by_state = dict(Delivery.objects.values_list("state").annotate(n=Count("id")).order_by())
    for delivery_state in DeliveryState:
        deliveries.labels(state=delivery_state.value).set(by_state.get(delivery_state.value, 0))
    return registry
