"""A process that books a receipt over the API and dies on the way: ``dying_request TOKEN IDEMPOTENCY_KEY MOMENT``."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable

import django
from django.db import connection, transaction
from django.test import Client
from django.test.utils import setup_test_environment

RECEIPT = {"sku": "MUG", "warehouse": "MAIN", "qty": 5, "reference": "R-1"}


def _die_before_commit(execute: Callable[..., object], sql: str, *rest: object) -> object:
    done = execute(sql, *rest)
    if sql.startswith('UPDATE "api_idempotentrequest"'):
        os._exit(1)
    return done


def _die_after_commit(execute: Callable[..., object], sql: str, *rest: object) -> object:
    if sql.startswith('UPDATE "api_idempotentrequest"'):
        transaction.on_commit(lambda: os._exit(1))
    return execute(sql, *rest)


MOMENTS = {"before": _die_before_commit, "after": _die_after_commit}


if __name__ == "__main__":
    token, key, moment = sys.argv[1:]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backlog.settings")
    django.setup()
    setup_test_environment()
    with connection.execute_wrapper(MOMENTS[moment]):
        Client().post(
            "/api/v1/stock/receipts/",
            json.dumps(RECEIPT),
            "application/json",
            headers={"Authorization": f"Bearer {token}", "Idempotency-Key": key},
        )
