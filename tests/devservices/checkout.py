"""Drives the scripts of a checkout as a person at a terminal would."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import psutil

from backlog.devservices.ports import free_port

SECONDS = 120.0


def eventually(condition: Callable[[], bool], *, seconds: float = SECONDS) -> None:
    """Return as soon as `condition` holds; fail when it does not in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"{condition} did not come true in {seconds} s"
        threading.Event().wait(0.02)


@dataclass
class Up:
    """A running bin/up and everything that it has printed."""

    process: subprocess.Popen[str]
    port: int
    lines: list[str] = field(default_factory=list)
    _queue: queue.Queue[str] = field(default_factory=queue.Queue)

    def __post_init__(self) -> None:
        assert self.process.stdout
        threading.Thread(target=self._read, args=(self.process.stdout,), daemon=True).start()

    def _read(self, output: IO[str]) -> None:
        for line in output:
            self.lines.append(line)

    @property
    def text(self) -> str:
        return "".join(self.lines)

    def wait_for(self, words: str) -> None:
        """Wait until `words` have been printed."""
        eventually(lambda: words in self.text or self.process.poll() is not None)
        assert words in self.text, self.text

    def stop(self, signum: int = signal.SIGTERM) -> int:
        """Send `signum` to bin/up itself; return its exit code."""
        self.process.send_signal(signum)
        return self.process.wait(timeout=SECONDS)


@dataclass(frozen=True)
class Checkout:
    """A checkout, and the directories of the servers that it shall find on its PATH."""

    root: Path
    programs: tuple[str, ...]

    def environment(self, home: Path, **extra: str) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("HOME", "LANG") if name in os.environ}
        path = os.pathsep.join((*self.programs, os.environ["PATH"]))
        return {**kept, "PATH": path, "BACKLOG_HOME": str(home), **extra}

    def up(self, home: Path, *, port: int | None = None, **extra: str) -> Up:
        """Start bin/up on `home`, from a directory that is not the checkout."""
        port = port or free_port()
        process = subprocess.Popen(
            [self.root / "bin" / "up"],
            env=self.environment(home, **{"PORT": str(port), **extra}),
            cwd="/",
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        return Up(process, port)

    def ready(self, home: Path, **extra: str) -> Up:
        """Start bin/up on `home` and wait until it is ready."""
        started = self.up(home, **extra)
        started.wait_for("Ready:")
        return started

    def manage(
        self, home: Path, *arguments: str, cwd: Path = Path("/"), extra: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run bin/manage with `arguments`."""
        return subprocess.run(
            [self.root / "bin" / "manage", *arguments],
            env=self.environment(home, **(extra or {})),
            cwd=cwd,
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS,
        )

    def processes_of(self, home: Path) -> list[psutil.Process]:
        """Return every process, of whatever parent, that belongs to `home`."""
        return [process for process in psutil.process_iter() if _belongs(process, str(home))]


def _belongs(process: psutil.Process, home: str) -> bool:
    try:
        if process.status() == psutil.STATUS_ZOMBIE or process.pid == os.getpid():
            return False
        in_command = any(home in part for part in process.cmdline())
        return in_command or process.environ().get("BACKLOG_HOME") == home or home in process.cwd()
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False
