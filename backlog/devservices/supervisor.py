"""Keeps programs running until told to stop."""

import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from backlog.devservices.console import show
from backlog.devservices.errors import SetupError
from backlog.devservices.home import Home, Ledger
from backlog.devservices.output import Output
from backlog.devservices.processes import Program, stop_children

TICK_SECONDS = 0.2
FIRST_BACK_OFF_SECONDS = 1.0
LONGEST_BACK_OFF_SECONDS = 30.0
# A process that has run this long is taken for healthy, and its next end for a new trouble.
HEALTHY_SECONDS = 60.0
# Every effect is a row and leases return, so what is killed after this loses nothing.
GRACE_SECONDS = 10.0


@dataclass(slots=True)
class Watched:
    """One program with its present process and its record of failures."""

    program: Program
    child: subprocess.Popen[bytes]
    began: float = field(default_factory=time.monotonic)
    failures: int = 0
    starts_again_at: float | None = None


@dataclass(slots=True)
class Supervisor:
    """Starts programs, restarts those that end, and stops them all."""

    home: Home
    output: Output
    check: Callable[[], None]
    services: list[Watched] = field(default_factory=list)
    watched: list[Watched] = field(default_factory=list)

    def adopt(self, program: Program, child: subprocess.Popen[bytes]) -> None:
        """Watch a server that runs already; whoever started it stops it, after the rest."""
        self.services.append(Watched(program, child))

    def start(self, program: Program) -> None:
        """Start `program` and keep it running."""
        self.watched.append(Watched(program, self._spawn(program)))
        self._record()

    def tick(self) -> None:
        """Pass output on and look after every process once; about `TICK_SECONDS` long."""
        self.check()
        self.output.pump(TICK_SECONDS)
        for each in (*self.services, *self.watched):
            self._look_after(each)

    def step(self, program: Program) -> None:
        """Run `program` to its end.

        Raises:
            SetupError: it failed.
        """
        child = self._spawn(program)
        try:
            while child.poll() is None:
                self.check()
                self.output.pump(TICK_SECONDS)
        finally:
            stop_children([(program, child)], grace_seconds=GRACE_SECONDS)
        if child.returncode:
            raise SetupError(f"{program.name} failed (exit code {child.returncode}); see above.")

    def stop(self) -> None:
        """Stop what `start` has started."""
        killed = stop_children([(each.program, each.child) for each in self.watched], grace_seconds=GRACE_SECONDS)
        for name in killed:
            show("up", f"{name} did not stop in {GRACE_SECONDS:.0f} s and was killed")

    def _spawn(self, program: Program) -> subprocess.Popen[bytes]:
        child = program.spawn()
        self.output.add(program.name, child)
        return child

    def _look_after(self, each: Watched) -> None:
        now = time.monotonic()
        if each.starts_again_at is not None:
            if now >= each.starts_again_at:
                each.child = self._spawn(each.program)
                each.began, each.starts_again_at = now, None
                self._record()
        elif each.child.poll() is not None:
            each.failures = 1 if now - each.began > HEALTHY_SECONDS else each.failures + 1
            seconds = min(FIRST_BACK_OFF_SECONDS * 2 ** (each.failures - 1), LONGEST_BACK_OFF_SECONDS)
            each.starts_again_at = now + seconds
            show(
                "up",
                f"{each.program.name} ended with code {each.child.returncode}; starting it again in {seconds:.0f} s",
            )

    def _record(self) -> None:
        everybody = (*self.services, *self.watched)
        Ledger(self.home).record({each.program.name: each.child.pid for each in everybody})
