from __future__ import annotations

import pytest
from django.db import transaction

from notifications.models import Fact
from notifications.outbox import DISPATCH_TASK, NewFact, record_fact, record_facts
from tests.factories import NOW


@pytest.mark.django_db(transaction=True)
def test_a_fact_vanishes_with_the_change_that_made_it(kicks: list[str]) -> None:
    def change() -> None:
        with transaction.atomic():
            record_fact("orders.cancelled", payload={}, dedupe_key="a", now=NOW)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        change()

    assert not Fact.objects.exists()
    assert kicks == []


@pytest.mark.django_db(transaction=True)
def test_a_fact_commits_with_its_change_and_wakes_the_dispatcher(kicks: list[str]) -> None:
    with transaction.atomic():
        record_fact("orders.cancelled", payload={"a": 1}, dedupe_key="a", subject="order:1:promise", now=NOW)

    fact = Fact.objects.get()
    assert (fact.kind, fact.payload, fact.occurred_at, fact.state) == ("orders.cancelled", {"a": 1}, NOW, "pending")
    assert kicks == [DISPATCH_TASK]


@pytest.mark.django_db
def test_recording_an_occurrence_twice_keeps_the_first() -> None:
    record_fact("orders.cancelled", payload={"n": 1}, dedupe_key="a", now=NOW)
    record_facts([NewFact("orders.cancelled", "a", {"n": 2}), NewFact("orders.cancelled", "b", {"n": 3})], now=NOW)

    assert list(Fact.objects.order_by("pk").values_list("payload", flat=True)) == [{"n": 1}, {"n": 3}]


@pytest.mark.django_db(transaction=True)
def test_recording_outside_a_transaction_is_refused() -> None:
    with pytest.raises(RuntimeError):
        record_fact("orders.cancelled", payload={}, dedupe_key="a", now=NOW)
