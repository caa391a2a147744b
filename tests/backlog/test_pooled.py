from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import DataError, connection, transaction

from backlog.pooled import base
from backlog.pooled.base import DatabaseWrapper, close_idle

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def nobody_else() -> Iterator[None]:
    close_idle()
    yield
    close_idle()


def of_a_request() -> DatabaseWrapper:
    """Return what a thread of its own would connect with."""
    return DatabaseWrapper(connection.settings_dict, "default")


def ask(wrapper: DatabaseWrapper, statement: str) -> Any:
    with wrapper.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()[0]


def process_of_one_request() -> int:
    wrapper = of_a_request()
    process: int = ask(wrapper, "SELECT pg_backend_pid()")
    wrapper.close()
    return process


def test_a_request_takes_over_the_connection_of_the_one_before() -> None:
    assert process_of_one_request() == process_of_one_request()


def test_two_requests_at_a_time_share_nothing() -> None:
    first, second = of_a_request(), of_a_request()

    processes = {ask(each, "SELECT pg_backend_pid()") for each in (first, second)}
    first.close()
    second.close()

    assert len(processes) == 2


def test_what_was_not_committed_is_not_handed_on() -> None:
    first = of_a_request()
    process = ask(first, "SELECT pg_backend_pid()")
    first.set_autocommit(False)
    ask(first, "SELECT set_config('work_mem', '123MB', false)")
    first.close()

    second = of_a_request()

    assert ask(second, "SELECT pg_backend_pid()") == process
    assert second.get_autocommit()
    assert ask(second, "SELECT current_setting('work_mem')") != "123MB"
    second.close()


def test_after_an_error_inside_a_transaction_the_next_one_can_work() -> None:
    first = of_a_request()
    first.set_autocommit(False)
    with pytest.raises(DataError):
        ask(first, "SELECT 1 / 0")
    first.close()

    second = of_a_request()

    assert ask(second, "SELECT 1") == 1
    second.close()


def test_a_connection_that_postgresql_has_ended_is_not_handed_on() -> None:
    ended = process_of_one_request()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [ended])

    assert process_of_one_request() != ended


def test_a_rush_leaves_no_crowd_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "MOST_IDLE", 1)
    rush = [of_a_request() for _ in range(3)]
    for wrapper in rush:
        ask(wrapper, "SELECT 1")
    for wrapper in rush:
        wrapper.close()

    assert len(base._idle) == 1
