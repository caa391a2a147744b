"""A dirty mark is the shared side of the pool lock; planning takes the exclusive one."""

from __future__ import annotations

import pytest
from django.db import OperationalError, connection, transaction

from inventory.dirty import mark_dirty
from inventory.models import DirtyMark, Product
from kernel.transactions import sqlstate
from tests.concurrency.race import race
from tests.factories.inventory import make_product

LOCK_NOT_AVAILABLE = "55P03"


@pytest.fixture
def lamp(transactional_db: None) -> Product:
    return make_product("LAMP")


def can_plan(product: Product) -> bool:
    """Tell whether planning could write this pool now, as another connection."""

    def lock() -> bool:
        try:
            with transaction.atomic():
                Product.objects.select_for_update(nowait=True).get(pk=product.pk)
        except OperationalError as error:
            if sqlstate(error) != LOCK_NOT_AVAILABLE:
                raise
            return False
        return True

    [result] = race([lock])
    return bool(result.value)


def test_a_mark_keeps_planning_out_until_it_commits(lamp: Product) -> None:
    with transaction.atomic():
        mark_dirty([lamp.pk], cause="test")
        assert not can_plan(lamp)
    assert can_plan(lamp)


def test_a_bare_insert_would_not_since_foreign_keys_are_deferred(lamp: Product) -> None:
    with transaction.atomic():
        DirtyMark.objects.create(product=lamp, cause="test")
        assert can_plan(lamp)


def test_verbs_do_not_wait_for_each_others_marks(lamp: Product) -> None:
    def mark() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '1s'")
            mark_dirty([lamp.pk], cause="other")

    with transaction.atomic():
        mark_dirty([lamp.pk], cause="test")
        race([mark])

    assert DirtyMark.objects.count() == 2


def test_marking_outside_a_transaction_is_a_mistake(lamp: Product) -> None:
    with pytest.raises(RuntimeError):
        mark_dirty([lamp.pk], cause="test")
