from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.utils import timezone
from rest_framework.request import Request

from backlog.api.idempotency import release, reserve
from backlog.api.models import IdempotentRequest
from backlog.api.tasks import forget_answers
from inventory.models import StockLevel, StockMovement
from tests.api.conftest import Api
from tests.factories.inventory import make_product, make_warehouse
from tests.factories.orders import make_user

RECEIPT = {"sku": "MUG", "warehouse": "MAIN", "qty": 5, "reference": "R-1"}


@pytest.fixture
def catalogue(db: None) -> None:
    make_product("MUG")
    make_warehouse("MAIN")


def test_the_same_key_and_body_happen_once(api: Api, catalogue: None) -> None:
    first = api.post("stock/receipts/", RECEIPT, key="k-1")
    again = api.post("stock/receipts/", RECEIPT, key="k-1")

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert again.headers["Idempotent-Replayed"] == "true"
    assert StockLevel.objects.get().on_hand == 5


def test_without_a_key_each_happens(api: Api, catalogue: None) -> None:
    api.post("stock/receipts/", RECEIPT)
    api.post("stock/receipts/", RECEIPT)

    assert StockLevel.objects.get().on_hand == 10


@pytest.mark.parametrize(("path", "qty"), [("stock/receipts/", 6), ("stock/adjustments/", 5)])
def test_a_key_used_for_something_else_is_refused(api: Api, catalogue: None, path: str, qty: int) -> None:
    api.post("stock/receipts/", RECEIPT, key="k-1")

    other = api.post(path, RECEIPT | {"qty": qty}, key="k-1")

    assert (other.status_code, other.json()["code"]) == (422, "key_reused")
    assert StockLevel.objects.get().on_hand == 5


def test_a_key_belongs_to_its_user(api: Api, catalogue: None) -> None:
    api.post("stock/receipts/", RECEIPT, key="k-1")
    Api(make_user("ops")).post("stock/receipts/", RECEIPT, key="k-1")

    assert StockLevel.objects.get().on_hand == 10


def test_a_refused_request_leaves_its_key_free(api: Api, catalogue: None) -> None:
    refused = api.post("stock/receipts/", RECEIPT | {"sku": "TIN"}, key="k-1")
    make_product("TIN")

    assert refused.status_code == 422
    assert api.post("stock/receipts/", RECEIPT | {"sku": "TIN"}, key="k-1").status_code == 201


def test_a_run_in_flight_is_a_conflict_until_it_lapses(api: Api, catalogue: None) -> None:
    api.post("stock/receipts/", RECEIPT, key="k-1")
    IdempotentRequest.objects.update(status=None, answer=None)
    busy = api.post("stock/receipts/", RECEIPT, key="k-1")
    IdempotentRequest.objects.update(created_at=timezone.now() - timedelta(seconds=61))

    assert (busy.status_code, busy.json()["code"]) == (409, "in_flight")
    assert api.post("stock/receipts/", RECEIPT, key="k-1").status_code == 201
    assert IdempotentRequest.objects.get().status == 201


def test_a_crash_before_the_answer_is_kept_books_nothing(
    api: Api, catalogue: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object) -> None:
        raise RuntimeError("the process is gone")

    with monkeypatch.context() as patch:
        patch.setattr("backlog.api.router.complete", die)
        assert api.post("stock/receipts/", RECEIPT, key="k-1").status_code == 500
    assert not StockMovement.objects.exists()
    IdempotentRequest.objects.update(created_at=timezone.now() - timedelta(seconds=61))

    assert api.post("stock/receipts/", RECEIPT, key="k-1").status_code == 201
    assert StockLevel.objects.get().on_hand == 5


def test_a_run_that_outlives_its_reservation_takes_everything_back(
    api: Api, catalogue: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same request is sent again while the first still runs."""

    def reserve_and_lapse(request: Request) -> IdempotentRequest | None:
        reserved = reserve(request)
        IdempotentRequest.objects.update(created_at=timezone.now())
        return reserved

    monkeypatch.setattr("backlog.api.router.reserve", reserve_and_lapse)

    late = api.post("stock/receipts/", RECEIPT, key="k-1")

    assert (late.status_code, late.json()["code"]) == (409, "lapsed")
    assert not StockMovement.objects.exists()
    assert IdempotentRequest.objects.get().status is None, "the key is the other run's"


def test_a_keyed_plan_run_commits_by_itself(api: Api, catalogue: None) -> None:
    first = api.post("plan-runs/", {"skus": ["MUG"]}, key="k-1")
    again = api.post("plan-runs/", {"skus": ["MUG"]}, key="k-1")

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json()["id"] == again.json()["id"]


@pytest.mark.parametrize("key", ["ключ", "k" * 201, "a\tb"])
def test_a_key_that_cannot_be_kept_is_refused(api: Api, catalogue: None, key: str) -> None:
    assert api.raw("POST", "stock/receipts/", b"{}", Idempotency_Key=key).status_code == 422


def test_answers_are_forgotten_after_a_week(api: Api, catalogue: None) -> None:
    api.post("stock/receipts/", RECEIPT, key="old")
    IdempotentRequest.objects.update(created_at=timezone.now() - timedelta(days=8))
    api.post("stock/receipts/", RECEIPT, key="new")

    forget_answers()

    assert list(IdempotentRequest.objects.values_list("key", flat=True)) == ["new"]


@pytest.mark.django_db
def test_a_key_that_cannot_be_freed_lapses(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    def refuse(*_: object) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(connection, "cursor", refuse)

    release(IdempotentRequest(pk=1))

    assert "key not freed until it lapses (OperationalError)" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_book_one_receipt() -> None:
    _race(key="k-1", expected=1)


@pytest.mark.django_db(transaction=True)
def test_without_the_key_twenty_at_once_book_twenty() -> None:
    """The negative control: it is the key that makes the one above hold."""
    _race(key="", expected=20)


def _race(key: str, expected: int) -> None:
    make_product("MUG")
    make_warehouse("MAIN")
    callers = 20
    api = Api(make_user("ops"))
    barrier = threading.Barrier(callers)
    statuses: list[int] = []

    def call() -> None:
        barrier.wait()
        try:
            statuses.append(api.fresh().post("stock/receipts/", RECEIPT, key=key).status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=call) for _ in range(callers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(statuses) == callers
    assert set(statuses) <= {201, 409}
    assert StockMovement.objects.count() == expected
