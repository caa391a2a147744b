"""Ctrl-C, SIGTERM and SIGHUP as a flag that waits look at.

A handler that raises may strike between a fork and the line that remembers the
child. A flag cannot: each wait asks at a point where nothing is half-made.
"""

import signal
from dataclasses import dataclass
from types import FrameType

from backlog.devservices.errors import StoppedError


@dataclass(slots=True)
class StopFlag:
    """Whether somebody asked us to stop."""

    raised: bool = False

    def install(self) -> None:
        """Take over the signals that ask a program to stop."""
        for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(signum, self._receive)

    def check(self) -> None:
        """Raise `StoppedError` once somebody asked us to stop."""
        if self.raised:
            raise StoppedError

    def _receive(self, _signum: int, _frame: FrameType | None) -> None:
        self.raised = True


def nothing_to_check() -> None:
    """Never ask a wait to end early."""
