"""The outermost wall of a job: whatever goes wrong inside is kept, and what comes next goes on.

These two are the only places that catch every error. They stand where anything may fail, such as a listener or a study,
and where a job must not look as if it were still going.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from kernel.errors import DomainError

T = TypeVar("T")
MOST_WORDS = 2000

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Failed:
    """What went wrong: ``words`` of a refusal are for people, of any other error they name its class."""

    error: Exception

    @property
    def words(self) -> str:
        said = (
            self.error.detail if isinstance(self.error, DomainError) else f"{type(self.error).__name__}: {self.error}"
        )
        return said[:MOST_WORDS]


def attempt(work: Callable[[], T], *, what: str) -> T | Failed:
    """Return what ``work`` returns; whatever it raises is logged as the failure of ``what`` and returned as Failed."""
    try:
        return work()
    except Exception as error:
        log.exception("%s failed", what)
        return Failed(error)


@contextmanager
def told_of_failure(keep: Callable[[str], object]) -> Iterator[None]:
    """Hand the words of whatever goes wrong inside to ``keep``; the error goes on to the caller."""
    try:
        yield
    except Exception as error:
        keep(Failed(error).words)
        raise
