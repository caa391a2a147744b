"""`bin/manage`: manage.py with the servers of this home, started for it where none run."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from backlog.devservices import environment, services, venv
from backlog.devservices import home as homes
from backlog.devservices.console import say
from backlog.devservices.errors import SetupError
from backlog.devservices.home import ROOT, Home
from backlog.devservices.processes import ends_with_parent
from backlog.devservices.stopping import StopFlag
from backlog.devservices.venv import Purpose

WAIT_SECONDS = 0.2


def run(arguments: list[str]) -> int:
    """Run manage.py with `arguments` in the caller's directory; return its exit code."""
    python = venv.ensure(Purpose.PRODUCT)
    home = homes.from_environment()
    homes.prepare(home)
    with _servers(home) as service_env:
        env = environment.build(home, service_env, mail_port=None)
        return foreground([str(python), str(ROOT / "manage.py"), *arguments], env)


def print_environment() -> int:
    """Print the running servers of this home as shell exports."""
    home = homes.from_environment()
    homes.prepare(home)
    with homes.held(home, "env") as holder:
        env = environment.published(home, holder.pid) if holder else None
    if env is None:
        raise SetupError(f"nothing runs in {home.path}; start bin/up, or `devservices services`, first.")
    print(environment.exports(env))
    return 0


@contextmanager
def _servers(home: Home) -> Iterator[dict[str, str]]:
    """Yield the environment of the servers: named by the caller, running already, or our own."""
    named = {name: url for name in ("DATABASE_URL", "REDIS_URL") if (url := environment.outside(name))}
    if len(named) == 2:
        yield named
        return
    waiting = False
    while True:
        with homes.held(home, "bin/manage") as holder:
            if holder is None:
                home.environment_file.unlink(missing_ok=True)
                with services.started(home) as running:
                    yield running.env
                return
        if published := environment.published(home, holder.pid):
            yield published | named
            return
        if not waiting:
            say(f"waiting for process {holder.pid} ({holder.role})")
            waiting = True
        time.sleep(WAIT_SECONDS)


def foreground(
    command: list[str], env: Mapping[str, str], cwd: Path | None = None, *, stop: StopFlag | None = None
) -> int:
    """Run `command` on our own terminal; return its exit code as a shell would.

    Ctrl-C reaches it from the terminal and is its own to answer; SIGTERM is passed on,
    and so is SIGINT where there is no terminal to send it to both of us. Either raises `stop`.
    """
    child = subprocess.Popen(command, env=env, cwd=cwd, preexec_fn=ends_with_parent(signal.SIGTERM))

    def pass_on(signum: int, _frame: FrameType | None) -> None:
        if stop is not None:
            stop.raised = True
        if signum != signal.SIGINT or not os.isatty(0):
            child.send_signal(signum)

    previous = {signum: signal.getsignal(signum) for signum in (signal.SIGTERM, signal.SIGINT)}
    for signum in previous:
        signal.signal(signum, pass_on)
    try:
        code = child.wait()
    finally:
        for signum, handler in previous.items():
            signal.signal(signum, handler)
        sys.stdout.flush()
    return code if code >= 0 else 128 - code
