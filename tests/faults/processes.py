"""Real processes for the fault tests: a Celery worker on the test database, and a broker that may be killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from django.db import connection

from backlog.devservices import valkey
from backlog.devservices.ports import free_port

PATIENCE_S = 60
PASSWORD = "fault-test"


def wait_until(holds: Callable[[], bool], what: str, *, seconds: float = PATIENCE_S) -> None:
    """Ask again and again until ``holds()``; fail with ``what`` was waited for."""
    deadline = time.monotonic() + seconds
    pause = threading.Event()
    while not holds():
        assert time.monotonic() < deadline, f"waited {seconds:.0f} s in vain for: {what}"
        pause.wait(0.05)


def worker_environment(broker_url: str) -> dict[str, str]:
    """Return the environment of a worker on the database that this test uses."""
    address = urlsplit(os.environ["DATABASE_URL"])
    database_url = urlunsplit(address._replace(path=f"/{connection.settings_dict['NAME']}"))
    return {**os.environ, "DATABASE_URL": database_url, "REDIS_URL": broker_url, "PROCESS_KIND": "worker"}


@contextmanager
def running_worker(broker_url: str, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run a planning worker in a process group of its own; whatever is left of it is killed in the end."""
    command = ["-m", "celery", "--quiet", "--app", "backlog", "worker", "--queues", "plan", "--concurrency", "1"]
    with log.open("ab") as output:
        worker = subprocess.Popen(
            [sys.executable, *command, "--without-gossip", "--without-mingle"],
            env=worker_environment(broker_url),
            cwd=settings.BASE_DIR,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        yield worker
    finally:
        kill_group(worker)


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """SIGKILL a process and its children, as the kernel does when memory runs out."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    finally:
        process.wait(PATIENCE_S)


class Broker:
    """A Valkey that is ours alone: on its own port and data, so that it can be killed and come back with its queue."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self.url = valkey.url(self._port, PASSWORD)

    def start(self) -> None:
        log = self._home / "valkey.log"
        program = valkey.program(
            valkey.find_binary(), data=self._home, port=self._port, password=PASSWORD, log=log, env=dict(os.environ)
        )
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                program.command, stdin=subprocess.PIPE, stdout=output, stderr=output, cwd=self._home
            )
        assert self._process.stdin is not None
        self._process.stdin.write((program.stdin or "").encode())
        self._process.stdin.close()
        wait_until(lambda: valkey.answers(self._port, PASSWORD), "the broker to answer")

    def freeze(self) -> None:
        """Stop it in mid-air: connections are taken, nothing answers."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait(PATIENCE_S)
            self._process = None
