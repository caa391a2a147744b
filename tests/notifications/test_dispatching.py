from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from pytest_django import Settings

from kernel.leases import MAX_ATTEMPTS
from notifications.dispatching import dispatch_pending
from notifications.models import Delivery, Fact
from tests.factories import NOW
from tests.factories.messages import make_fact

heard: list[int] = []


def hear(facts: Sequence[Fact]) -> None:
    heard.extend(fact.pk for fact in facts)


def choke(facts: Sequence[Fact]) -> None:
    """Write a row for each fact, then fail on the one that is marked."""
    for fact in facts:
        Delivery.objects.create(fact=fact, kind=fact.kind, channel="test", recipient="x")
    if any(fact.payload["reason"] == "poison" for fact in facts):
        raise ValueError("cannot digest")


@pytest.fixture(autouse=True)
def listeners(settings: Settings) -> dict[str, list[str]]:
    heard.clear()
    settings.FACT_LISTENERS = {"orders.eta_slipped": [f"{__name__}.hear"], "orders.shipped": [f"{__name__}.choke"]}
    return settings.FACT_LISTENERS


def drain(now: Any = NOW) -> None:
    while dispatch_pending(now=now):
        pass


@pytest.mark.django_db
def test_each_fact_is_heard_once() -> None:
    facts = [make_fact().pk for _ in range(3)]

    drain()
    drain()

    assert heard == facts
    assert set(Fact.objects.values_list("state", flat=True)) == {"dispatched"}


@pytest.mark.django_db
def test_a_fact_without_listeners_is_dispatched_all_the_same() -> None:
    make_fact("orders.imagined")

    drain()

    assert Fact.objects.get().state == "dispatched"


@pytest.mark.django_db
def test_a_poison_fact_is_quarantined_and_holds_up_nobody() -> None:
    good = [make_fact("orders.shipped").pk for _ in range(2)]
    poison = make_fact("orders.shipped", reason="poison")
    good.append(make_fact("orders.shipped").pk)

    for minute in range(10):
        drain(NOW + timedelta(minutes=minute))

    poison.refresh_from_db()
    assert (poison.state, poison.attempts) == ("quarantined", MAX_ATTEMPTS)
    assert "cannot digest" in poison.last_error
    assert sorted(Delivery.objects.values_list("fact_id", flat=True)) == good  # and what it wrote is rolled back


@pytest.mark.django_db
def test_a_fact_that_kills_its_worker_every_time_is_quarantined() -> None:
    fact = make_fact()
    Fact.objects.update(attempts=MAX_ATTEMPTS)

    drain()

    fact.refresh_from_db()
    assert (fact.state, heard) == ("quarantined", [])


@pytest.mark.django_db
def test_a_fact_held_by_a_dead_worker_comes_back_when_its_lease_runs_out() -> None:
    fact = make_fact()
    Fact.objects.update(lease_until=NOW + timedelta(seconds=60), attempts=1)

    drain(NOW)
    assert heard == []
    drain(NOW + timedelta(seconds=61))

    assert heard == [fact.pk]


def _dispatch_in_thread(_: int) -> None:
    try:
        drain()
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_four_dispatchers_at_once_tell_each_fact_once(listeners: dict[str, list[str]]) -> None:
    listeners["orders.eta_slipped"] = [f"{__name__}.hear"]
    facts = [make_fact().pk for _ in range(60)]

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(_dispatch_in_thread, range(4)))

    assert sorted(heard) == facts
