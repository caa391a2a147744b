from __future__ import annotations

from collections.abc import Iterator

import psycopg2
import pytest
from django.db import connection, transaction

from kernel.locks import lock_until_commit, session_lock

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
