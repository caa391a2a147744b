"""`bin/up`: from a bare checkout to a product that answers, until told to stop."""

import hashlib
import http.client
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from backlog.devservices import environment, procfile, services, venv
from backlog.devservices import home as homes
from backlog.devservices.console import show
from backlog.devservices.errors import SetupError, StoppedError
from backlog.devservices.home import ROOT, Home
from backlog.devservices.output import Output
from backlog.devservices.ports import LOOPBACK, free_port, require_free
from backlog.devservices.processes import Program
from backlog.devservices.stopping import StopFlag
from backlog.devservices.supervisor import Supervisor
from backlog.devservices.venv import Purpose

PATIENCE_SECONDS = 30
ASK_SECONDS = 0.4
# A short command such as bin/manage may hold the home for a moment.
WAIT_FOR_HOME_SECONDS = 30
SINKS = {"smtp": "EMAIL_URL", "texts": "SMS_URL"}
SIGN_INS = ("ops@example.com", "agent@example.com", "admin@example.com")


def up() -> int:
    """Install, start, migrate, load the sample, run until stopped; return the exit code."""
    stop = StopFlag()
    stop.install()
    home, port = homes.from_environment(), environment.web_port()
    with taken(home, "bin/up", stop.check):
        services.stop_orphans(home)
        require_free(port)
        venv.ensure(Purpose.PRODUCT, stop.check)
        with supervised(home, stop.check) as (supervisor, service_env):
            env = environment.build(home, service_env, mail_port=free_port())
            environment.publish(home, env)
            _prepare_database(supervisor, env)
            _start_programs(supervisor, env)
            _wait_until_ready(supervisor, port)
            _announce(port)
            return _run(supervisor)


def services_only() -> int:
    """Run PostgreSQL and Valkey alone until stopped; return the exit code."""
    stop = StopFlag()
    stop.install()
    home = homes.from_environment()
    with taken(home, "devservices", stop.check):
        venv.ensure(Purpose.PRODUCT, stop.check)
        with supervised(home, stop.check) as (supervisor, service_env):
            environment.publish(home, environment.build(home, service_env, mail_port=None))
            show("up", "PostgreSQL and Valkey run; `python -m backlog.devservices env` says where.")
            return _run(supervisor)


@contextmanager
def taken(home: Home, role: str, check: Callable[[], None]) -> Iterator[None]:
    """Hold `home` for `role`.

    Raises:
        SetupError: another long-running command has it.
    """
    homes.prepare(home)
    deadline = time.monotonic() + WAIT_FOR_HOME_SECONDS
    while True:
        with homes.held(home, role) as holder:
            if holder is None:
                home.environment_file.unlink(missing_ok=True)
                try:
                    yield
                finally:
                    home.environment_file.unlink(missing_ok=True)
                return
        if holder.role != "bin/manage" or time.monotonic() > deadline:
            raise SetupError(
                f"{home.path} is in use by process {holder.pid} ({holder.role})."
                " Stop it first, or run beside it: BACKLOG_HOME=/another/place PORT=8001 bin/up"
            )
        check()
        time.sleep(0.2)


@contextmanager
def supervised(home: Home, check: Callable[[], None]) -> Iterator[tuple[Supervisor, dict[str, str]]]:
    """Run the servers of `home` and a supervisor; yield it with the servers' environment."""
    supervisor = Supervisor(home, Output(home.log), check)
    with services.started(home, check=check) as running:
        for program, child in running.running:
            supervisor.adopt(program, child)
        try:
            yield supervisor, running.env
        finally:
            supervisor.stop()
            # The supervisor may have restarted them, so these are the ones to stop.
            running.running = [(each.program, each.child) for each in supervisor.services]


def _run(supervisor: Supervisor) -> int:
    try:
        while True:
            supervisor.tick()
    except StoppedError:
        show("up", "stopping")
        return 0


def _prepare_database(supervisor: Supervisor, env: dict[str, str]) -> None:
    supervisor.step(_manage("migrate", ["migrate", "--noinput"], env))
    loaded = supervisor.home.run / f"sample-{hashlib.sha256(_identity(env).encode()).hexdigest()[:16]}"
    if loaded.exists():
        return
    show("up", "loading the sample: real orders, day by day; this takes about a minute, once")
    supervisor.step(_manage("sample", ["load_sample", "--if-empty"], env))
    loaded.touch(mode=0o600)


def _identity(env: dict[str, str]) -> str:
    # The embedded server's port differs with each start, and the home is what names it.
    named = environment.outside("DATABASE_URL")
    return env["DATABASE_URL"] if named else "embedded"


def _manage(name: str, arguments: list[str], env: dict[str, str]) -> Program:
    return Program(name, [str(venv.PYTHON), str(ROOT / "manage.py"), *arguments], env, ROOT)


def _start_programs(supervisor: Supervisor, env: dict[str, str]) -> None:
    for name, command in procfile.read().items():
        # A mail server or gateway of the caller's own needs no sink beside it.
        if name in SINKS and environment.outside(SINKS[name]):
            continue
        supervisor.start(Program(name, procfile.shell_command(command), env, ROOT))


def _wait_until_ready(supervisor: Supervisor, port: int) -> None:
    began = asked = time.monotonic()
    complain_at = began + PATIENCE_SECONDS
    while True:
        supervisor.tick()
        if time.monotonic() - asked < ASK_SECONDS:
            continue
        ready, answer = _readiness(port)
        asked = time.monotonic()
        if ready:
            return
        if asked > complain_at:
            complain_at += PATIENCE_SECONDS
            show("up", f"not ready after {asked - began:.0f} s: {answer}")


def _readiness(port: int) -> tuple[bool, str]:
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=2)
    try:
        connection.request("GET", "/readyz")
        response = connection.getresponse()
        return response.status == 200, f"{response.status} {response.read(500).decode(errors='replace')}"
    except (OSError, http.client.HTTPException) as error:
        return False, str(error)
    finally:
        connection.close()


def _announce(port: int) -> None:
    print(f"\nReady: http://{LOOPBACK}:{port}", flush=True)
    print(f"Sign in as {', '.join(SIGN_INS)}; password: backlog", flush=True)
    print("Ctrl-C stops everything.\n", flush=True)
