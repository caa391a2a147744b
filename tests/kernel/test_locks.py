from __future__ import annotations

import threading
from collections.abc import Iterator

import psycopg2
import pytest
from django.db import connection, transaction

from kernel.locks import is_committed, let_others_wait, lock_until_commit, session_lock
from tests.concurrency.race import race

HELD = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND pid = pg_backend_pid()"


@pytest.fixture
def other() -> Iterator[psycopg2.extensions.cursor]:
    """Another session, which holds the name "tests.taken"."""
    session = psycopg2.connect(**{**connection.get_connection_params(), "cursor_factory": None})
    cursor = session.cursor()
    cursor.execute("SELECT pg_advisory_lock(hashtextextended('tests.taken', 0))")
    yield cursor
    session.close()


def held() -> int:
    with connection.cursor() as cursor:
        cursor.execute(HELD)
        return int(cursor.fetchone()[0])


@pytest.mark.django_db(transaction=True)
def test_a_name_that_another_session_holds_is_not_ours(other: psycopg2.extensions.cursor) -> None:
    with session_lock("tests.taken") as is_ours:
        assert not is_ours

    other.execute("SELECT pg_advisory_unlock_all()")
    with session_lock("tests.taken") as is_ours:
        assert is_ours


@pytest.mark.django_db(transaction=True)
def test_names_do_not_meet(other: psycopg2.extensions.cursor) -> None:
    with session_lock("tests.free", wait=True) as is_ours, transaction.atomic():
        lock_until_commit("tests.free as well")
        assert is_ours
        assert held() == 2


@pytest.mark.django_db(transaction=True)
def test_a_name_is_let_go_of_at_the_end_even_by_an_error() -> None:
    def fail() -> None:
        assert held() == 1
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), session_lock("tests.free"):
        fail()
    assert held() == 0

    with transaction.atomic():
        lock_until_commit("tests.free")
        assert held() == 1
    assert held() == 0


@pytest.mark.django_db(transaction=True)
def test_without_a_transaction_there_is_no_commit_to_wait_for() -> None:
    with pytest.raises(RuntimeError):
        lock_until_commit("tests.free")


@pytest.mark.parametrize("fails", [False, True])
@pytest.mark.django_db(transaction=True)
def test_another_transaction_is_waited_for_and_known_to_have_come_in_force_or_not(fails: bool) -> None:
    numbers: list[int] = []
    begun, ended = threading.Event(), threading.Event()

    def first() -> None:
        with transaction.atomic():
            numbers.append(let_others_wait())
            begun.set()
            assert not ended.wait(0.3)  # the other is still waiting
            transaction.set_rollback(fails)

    def second() -> bool:
        assert begun.wait(10)
        with transaction.atomic():
            found = is_committed(numbers[0])
            ended.set()
            return found

    _, seen = race([first, second])

    assert seen.value is not fails
    assert held() == 0
