"""PostgreSQL and Valkey for one home: started together, stopped together."""

import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from backlog.devservices import home as homes
from backlog.devservices import placement, postgres, valkey
from backlog.devservices.console import say
from backlog.devservices.environment import outside
from backlog.devservices.errors import SetupError
from backlog.devservices.home import Home, Ledger
from backlog.devservices.ports import free_port
from backlog.devservices.processes import Program, stop_children, stop_stranger
from backlog.devservices.stopping import nothing_to_check

STOP_SECONDS = 20
# Between choosing a port and listening on it somebody else may take it.
START_ATTEMPTS = 3


@dataclass(slots=True)
class Services:
    """The servers that run for a home, and the environment that points at them."""

    env: dict[str, str] = field(default_factory=dict)
    running: list[tuple[Program, subprocess.Popen[bytes]]] = field(default_factory=list)


@contextmanager
def running(
    path: Path, *, durable: bool = True, check: Callable[[], None] = nothing_to_check
) -> Iterator[dict[str, str]]:
    """Run PostgreSQL and Valkey under the home `path`; yield DATABASE_URL and REDIS_URL.

    A server that the environment already names is used as it is. With `durable`
    false PostgreSQL skips its flushes: for data that nobody will miss.

    Raises:
        SetupError: a server is missing or does not start, or the home is in use.
    """
    home = Home(path.absolute())
    homes.prepare(home)
    with homes.held(home, "services") as holder:
        if holder:
            raise SetupError(f"{home.path} is in use by process {holder.pid} ({holder.role}).")
        with started(home, durable=durable, check=check) as services:
            yield services.env


@contextmanager
def started(home: Home, *, durable: bool = True, check: Callable[[], None] = nothing_to_check) -> Iterator[Services]:
    """Do what `running` does for a home that the caller holds already."""
    services = Services()
    stop_orphans(home)
    try:
        _start_postgres(home, services, durable=durable, check=check)
        _start_valkey(home, services, check=check)
        yield services
    finally:
        stop_children(services.running, grace_seconds=STOP_SECONDS)


def stop_orphans(home: Home) -> None:
    """End whatever an earlier run of this home left behind when it was killed."""
    for name, pid in Ledger(home).orphans().items():
        if name != "postgres":
            say(f"stopping {name} (process {pid}), left over from a run that was killed")
            stop_stranger(pid, (signal.SIGTERM, signal.SIGKILL), seconds_each=5)


def _start_postgres(home: Home, services: Services, *, durable: bool, check: Callable[[], None]) -> None:
    if named := outside("DATABASE_URL"):
        services.env["DATABASE_URL"] = named
        return
    password = homes.secrets_of(home)["database_password"]
    server = placement.locate(home)
    if postgres.stop_orphan(server):
        say("stopped a PostgreSQL left over from a run that was killed")
    postgres.initialise(server, password)
    log = home.log / "postgres.log"

    def start(port: int) -> None:
        child = _spawn(home, services, postgres.program(server, port=port, log=log, durable=durable))
        postgres.wait_ready(server, child, log, check)

    port = _on_free_port(services, start)
    postgres.create_database(server, port=port, password=password)
    services.env["DATABASE_URL"] = postgres.url(port, password)


def _start_valkey(home: Home, services: Services, *, check: Callable[[], None]) -> None:
    if named := outside("REDIS_URL"):
        services.env["REDIS_URL"] = named
        return
    password = homes.secrets_of(home)["broker_password"]
    data, log = home.path / "valkey", home.log / "valkey.log"
    data.mkdir(mode=0o700, exist_ok=True)
    binary = valkey.find_binary()

    def start(port: int) -> None:
        server = valkey.program(binary, data=data, port=port, password=password, log=log, env=postgres.ENVIRONMENT)
        child = _spawn(home, services, server)
        valkey.wait_ready(child, port=port, password=password, log=log, check=check)

    services.env["REDIS_URL"] = valkey.url(_on_free_port(services, start), password)


def _spawn(home: Home, services: Services, program: Program) -> subprocess.Popen[bytes]:
    child = program.spawn()
    services.running.append((program, child))
    Ledger(home).record({each.name: process.pid for each, process in services.running})
    return child


def _on_free_port(services: Services, start: Callable[[int], None]) -> int:
    for attempt in range(1, START_ATTEMPTS + 1):
        port = free_port()
        try:
            start(port)
        except SetupError:
            _, failed = services.running[-1]
            if attempt == START_ATTEMPTS or failed.poll() is None:
                raise
            services.running.pop()
        else:
            return port
    raise AssertionError("unreachable: the last attempt returns or raises")
