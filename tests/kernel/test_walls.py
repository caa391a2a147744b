from __future__ import annotations

import pytest

from kernel.errors import Conflict
from kernel.walls import Failed, attempt, told_of_failure


def fail(error: Exception) -> None:
    raise error


def test_what_works_is_returned_and_what_fails_is_kept_in_words(caplog: pytest.LogCaptureFixture) -> None:
    assert attempt(lambda: 7, what="counting") == 7

    refused = attempt(lambda: fail(Conflict("Somebody was first.")), what="counting")
    broken = attempt(lambda: fail(ValueError("x" * 3000)), what="counting")

    assert isinstance(refused, Failed)
    assert isinstance(broken, Failed)
    assert refused.words == "Somebody was first."
    assert broken.words.startswith("ValueError: xxx")
    assert len(broken.words) == 2000
    assert "counting failed" in caplog.text


def test_who_ends_the_process_is_not_held_up() -> None:
    with pytest.raises(KeyboardInterrupt):
        attempt(interrupt, what="counting")


def interrupt() -> None:
    raise KeyboardInterrupt


def test_a_failure_is_told_and_goes_on() -> None:
    told: list[str] = []

    with pytest.raises(ValueError, match="too far"), told_of_failure(told.append):
        fail(ValueError("too far"))
    with told_of_failure(told.append):
        pass

    assert told == ["ValueError: too far"]
