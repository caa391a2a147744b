from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event, Semaphore

import pytest

from kernel import together as module
from kernel.together import together

WAIT_S = 5


class Work:
    """Work whose rounds take until it is let go, and return their number."""

    def __init__(self) -> None:
        self.rounds = 0
        self.is_begun, self.goes_on = Event(), Event()

    def __call__(self) -> int:
        self.rounds += 1
        number = self.rounds
        self.is_begun.set()
        assert self.goes_on.wait(WAIT_S)
        return number


@pytest.fixture
def waiting(monkeypatch: pytest.MonkeyPatch) -> Semaphore:
    """Count those who began to wait for a round."""
    count = Semaphore(0)

    class Counted(Event):
        def wait(self, timeout: float | None = None) -> bool:
            count.release()
            return super().wait(timeout)

    monkeypatch.setattr(module, "Event", Counted)
    return count


def test_who_comes_while_it_is_done_shares_the_next_round(waiting: Semaphore) -> None:
    work = Work()

    with ThreadPoolExecutor(9) as people:
        first = people.submit(together, "key", work)
        assert work.is_begun.wait(WAIT_S)
        late = [people.submit(together, "key", work) for _ in range(8)]
        assert all(waiting.acquire(timeout=WAIT_S) for _ in late)
        work.goes_on.set()

    assert first.result() == 1
    assert [each.result() for each in late] == [2] * 8
    assert not module._rounds


def test_what_is_not_the_same_is_done_apart(waiting: Semaphore) -> None:
    one, other = Work(), Work()
    other.goes_on.set()

    with ThreadPoolExecutor(1) as people:
        first = people.submit(together, "one", one)
        assert one.is_begun.wait(WAIT_S)
        assert together("other", other) == 1
        one.goes_on.set()

    assert first.result() == 1


def test_where_it_fails_for_one_the_others_do_it_themselves(waiting: Semaphore) -> None:
    work = Work()
    asked: list[int] = []

    def fail_first() -> int:
        asked.append(1)
        if len(asked) == 1:
            raise ValueError("no connection")
        return 7

    with ThreadPoolExecutor(3) as people:
        first = people.submit(together, "key", work)
        assert work.is_begun.wait(WAIT_S)
        late = [people.submit(together, "key", fail_first) for _ in range(2)]
        assert all(waiting.acquire(timeout=WAIT_S) for _ in late)
        work.goes_on.set()

    assert first.result() == 1
    failures = [each.exception() for each in late]
    assert sorted(type(each).__name__ for each in failures) == ["NoneType", "ValueError"]
    assert [each.result() for each in late if each.exception() is None] == [7]
    assert not module._rounds


def test_alone_it_is_done_anew_each_time() -> None:
    work = Work()
    work.goes_on.set()

    assert [together("key", work) for _ in range(3)] == [1, 2, 3]
