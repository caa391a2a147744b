from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext

import pytest
from django.db import OperationalError, connection

from kernel import remembered as module
from kernel.remembered import forget_all, recalled, remembered


@pytest.fixture(autouse=True)
def as_in_production(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KEPT_FOR_COSTS", 20)
    monkeypatch.setattr(module, "STALE_SECONDS", 300.0)
    monkeypatch.setattr(module, "_unhurried", nullcontext)
    forget_all()


@pytest.fixture
def announced(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Collect what open pages are told."""
    told: list[str] = []
    monkeypatch.setattr(module, "announce", lambda event, data: told.append(event))
    return told


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(module, "time", clock)
    return clock


def costing(clock: Clock, seconds: float) -> tuple[Callable[[], int], list[int]]:
    """Return a figure that takes so long and counts how often it was worked out."""
    times: list[int] = []

    def compute() -> int:
        times.append(len(times) + 1)
        clock.now += seconds
        return times[-1]

    return compute, times


def wait_for_threads() -> None:
    for thread in threading.enumerate():
        if thread.name == "remembered":
            thread.join()


def test_a_cheap_figure_is_worked_out_every_time(clock: Clock) -> None:
    compute, _ = costing(clock, 0.01)

    assert [remembered("a", compute) for _ in range(3)] == [1, 2, 3]


def test_a_dear_one_is_kept_for_twenty_times_its_cost_then_renewed_behind(clock: Clock) -> None:
    compute, times = costing(clock, 1.0)
    assert remembered("a", compute) == 1

    clock.now += 19
    assert remembered("a", compute) == 1
    clock.now += 2
    assert remembered("a", compute) == 1  # the last one, while the new one is worked out
    wait_for_threads()

    assert times == [1, 2]
    assert remembered("a", compute) == 2


def test_nobody_sees_a_figure_of_five_minutes_ago(clock: Clock) -> None:
    compute, _ = costing(clock, 1.0)
    remembered("a", compute)
    clock.now += 301

    assert remembered("a", compute) == 2


def test_figures_have_names_and_the_oldest_are_dropped(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_FIGURES", 2)
    computes = {name: costing(clock, 1.0)[0] for name in "abc"}

    for name in "abca":
        remembered(name, computes[name])

    assert remembered("c", computes["c"]) == 1
    assert remembered("a", computes["a"]) == 2


def test_a_renewal_that_fails_leaves_the_last_figure_and_is_tried_again(clock: Clock) -> None:
    def fail() -> int:
        raise RuntimeError("no connection")

    compute, _ = costing(clock, 1.0)
    remembered("a", compute)
    clock.now += 21

    assert remembered("a", fail) == 1
    wait_for_threads()
    assert remembered("a", compute) == 1
    wait_for_threads()
    assert remembered("a", compute) == 2


def test_one_renewal_at_a_time(clock: Clock) -> None:
    started, goes_on = threading.Event(), threading.Event()
    times: list[int] = []

    def compute() -> int:
        times.append(1)
        if len(times) > 1:
            started.set()
            goes_on.wait(5)
        clock.now += 1
        return len(times)

    remembered("a", compute)
    clock.now += 21
    values = [remembered("a", compute) for _ in range(5)]
    started.wait(5)
    goes_on.set()
    wait_for_threads()

    assert values == [1] * 5
    assert len(times) == 2


def test_what_nobody_knows_is_worked_out_once_for_all_who_ask_meanwhile() -> None:
    is_begun, goes_on = threading.Event(), threading.Event()
    times: list[int] = []

    def compute() -> int:
        times.append(1)
        is_begun.set()
        assert goes_on.wait(5)
        return len(times)

    with ThreadPoolExecutor(4) as people:
        first = people.submit(remembered, "a", compute, cheap=0.0)
        assert is_begun.wait(5)
        others = [people.submit(remembered, "a", compute, cheap=0.0) for _ in range(3)]
        goes_on.set()

        assert [each.result(5) for each in (first, *others)] == [1] * 4
    assert times == [1]


def test_who_waits_in_vain_sees_what_was_kept_and_pages_are_told_when_the_figure_comes(
    monkeypatch: pytest.MonkeyPatch, announced: list[str]
) -> None:
    monkeypatch.setattr(module, "PATIENCE_SECONDS", 0.0)
    is_begun, goes_on = threading.Event(), threading.Event()

    def compute() -> str:
        is_begun.set()
        assert goes_on.wait(5)
        return "new"

    with ThreadPoolExecutor(1) as people:
        first = people.submit(remembered, "a", compute, cheap=0.0)
        assert is_begun.wait(5)
        assert remembered("a", compute, meanwhile=lambda: "kept") == "kept"
        assert announced == []
        goes_on.set()
        assert first.result(5) == "new"

    assert announced == ["plan"]


def test_what_takes_longer_than_a_statement_may_is_left_to_the_thread_behind(
    clock: Clock, announced: list[str]
) -> None:
    tries: list[int] = []

    def compute() -> str:
        tries.append(1)
        if len(tries) == 1:
            raise OperationalError("canceling statement due to statement timeout")
        clock.now += 1
        return "new"

    assert remembered("a", compute, meanwhile=lambda: "kept") == "kept"
    wait_for_threads()

    assert remembered("a", compute) == "new"
    assert len(tries) == 2
    assert announced == ["plan"]


def test_with_nothing_kept_it_fails_and_the_next_one_tries_again(announced: list[str]) -> None:
    def fail() -> int:
        raise OperationalError("canceling statement due to statement timeout")

    with pytest.raises(OperationalError):
        remembered("a", fail, meanwhile=lambda: None)

    assert remembered("a", lambda: 1) == 1
    assert announced == []


def test_figures_are_renewed_one_after_the_other(clock: Clock) -> None:
    at_work, together, somebody_came = 0, [], threading.Condition()

    def compute() -> int:
        nonlocal at_work
        with somebody_came:
            at_work += 1
            somebody_came.notify_all()
            together.append(somebody_came.wait_for(lambda: at_work > 1, timeout=0.02))
            at_work -= 1
        clock.now += 1
        return 1

    for name in "abc":
        remembered(name, compute)
    clock.now += 21
    for name in "abc":
        remembered(name, compute)
    wait_for_threads()

    assert together == [False] * 6


@pytest.mark.django_db
def test_behind_the_pages_statements_take_as_long_as_they_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    limits = []

    def limit() -> str:
        with connection.cursor() as cursor:
            cursor.execute("SHOW statement_timeout")
            return str(cursor.fetchone()[0])

    before = limit()
    with module._unhurried():
        limits.append(limit())

    assert limits == ["0"]
    assert limit() == before


def test_a_figure_is_recalled_without_working_it_out(clock: Clock) -> None:
    compute, times = costing(clock, 1.0)
    assert recalled("f") is None

    remembered("f", compute)
    clock.now += 200

    assert recalled("f") == 1
    clock.now += module.STALE_SECONDS
    assert recalled("f") is None
    assert times == [1]
