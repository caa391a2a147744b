from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from kernel import remembered as module
from kernel.remembered import forget_all, remembered


@pytest.fixture(autouse=True)
def as_in_production(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KEPT_FOR_COSTS", 20)
    monkeypatch.setattr(module, "STALE_SECONDS", 300.0)
    forget_all()


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


def test_one_renewal_at_a_time() -> None:
    started, goes_on = threading.Event(), threading.Event()
    times: list[int] = []

    def compute() -> int:
        times.append(1)
        if len(times) > 1:
            started.set()
            goes_on.wait(5)
        time.sleep(0.002)
        return len(times)

    remembered("a", compute, cheap=0.0)
    time.sleep(0.1)
    values = [remembered("a", compute, cheap=0.0) for _ in range(5)]
    started.wait(5)
    goes_on.set()
    wait_for_threads()

    assert values == [1] * 5
    assert len(times) == 2
