"""A web process that dies over a keyed request: sent again, it books exactly once."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from backlog.accounts.models import ApiKey
from backlog.api.models import IdempotentRequest
from inventory.models import StockLevel, StockMovement
from tests.factories.inventory import make_product, make_warehouse
from tests.factories.orders import make_user
from tests.faults.dying_request import RECEIPT
from tests.faults.processes import worker_environment

pytestmark = pytest.mark.django_db(transaction=True)

KEY = "lorry-7"


@pytest.fixture
def token() -> str:
    make_product("MUG")
    make_warehouse("MAIN")
    return ApiKey.issue(make_user("ops"), scope="write")[1]


def test_dead_after_the_commit_the_answer_is_there(token: str) -> None:
    _die_over_a_request(token, "after")
    assert StockMovement.objects.count() == 1

    again = _send(token)

    assert (again.status_code, again.json()["qty"]) == (201, 5)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert StockLevel.objects.get().on_hand == 5


def test_dead_before_the_commit_nothing_is_there_and_the_key_lapses(token: str) -> None:
    _die_over_a_request(token, "before")
    assert not StockMovement.objects.exists()

    assert _send(token).status_code == 409
    IdempotentRequest.objects.update(created_at=timezone.now() - timedelta(seconds=61))

    assert _send(token).status_code == 201
    assert _send(token).headers["Idempotent-Replayed"] == "true"
    assert StockLevel.objects.get().on_hand == 5


def _die_over_a_request(token: str, moment: str) -> None:
    died = subprocess.run(
        [sys.executable, "-m", "tests.faults.dying_request", token, KEY, moment],
        env=worker_environment(settings.CELERY_BROKER_URL),
        cwd=settings.BASE_DIR,
        check=False,
    )
    assert died.returncode == 1


def _send(token: str) -> HttpResponse:
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": KEY}
    return Client().post("/api/v1/stock/receipts/", RECEIPT, "application/json", headers=headers)
