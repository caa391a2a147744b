"""The product's processes on the benchmark's database: web, planner and worker, as the Procfile starts them."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

import redis
from django.conf import settings
from django.core.management.base import CommandError
from django.test import Client

from backlog.accounts.models import User
from backlog.devservices import procfile
from backlog.devservices.environment import outside
from backlog.devservices.home import ROOT
from backlog.devservices.ports import LOOPBACK, free_port
from backlog.devservices.processes import Program, stop_children

STARTED = ("web", "planner", "worker")
_PATIENCE_S = 60.0
_GRACE_S = 10.0
_PAUSE_S = 0.05


@dataclass(frozen=True, slots=True)
class Site:
    """The running product: where it listens, how to be signed in there, and the web process."""

    port: int
    cookie: str
    api_key: str
    web_pid: int

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(LOOPBACK, self.port, timeout=30)

    def headers(self, extra: Mapping[str, str] | None = None) -> dict[str, str]:
        """Return what a browser of somebody signed in would send."""
        return {"Cookie": self.cookie, "Accept-Encoding": "gzip, deflate, br, zstd", **(extra or {})}

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """Ask the API, and return the parsed answer; raise CommandError for a refusal."""
        headers = {"Authorization": f"Bearer {self.api_key}", "Content-Type": "application/json"}
        with closing(self.connect()) as connection:
            connection.request("POST", path, json.dumps(body), headers)
            answer = connection.getresponse()
            text = answer.read()
        if answer.status >= 400:
            raise CommandError(f"{path} answered {answer.status}: {text[:300]!r}")
        return json.loads(text)

    def memory_mb(self, name: str = "VmRSS") -> float:
        """Return how much memory the web process holds (VmRSS), or held at most (VmHWM)."""
        for line in Path(f"/proc/{self.web_pid}/status").read_text().splitlines():
            if line.startswith(name):
                return int(line.split()[1]) / 1024
        raise CommandError("The web process has ended.")


def sign_in(client: Client, user: User) -> str:
    """Sign somebody in without a password; return the cookie that their browser would send."""
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


@contextmanager
def running(database: str, *, cookie: str, api_key: str) -> Iterator[Site]:
    """Run the processes until the block ends. They use a broker database of their own, which was empty."""
    port = free_port()
    with TemporaryDirectory() as logs, _own_broker() as broker_url:
        env = {**os.environ, **_environment(database, broker_url, port)}
        children: list[tuple[Program, subprocess.Popen[bytes]]] = []
        try:
            for name, command in procfile.read().items():
                if name in STARTED:
                    log = Path(logs) / name
                    program = Program(name, procfile.shell_command(command), env, ROOT, log=log)
                    children.append((program, program.spawn()))
            _wait_until_it_answers(port, children)
            [web_pid] = (child.pid for program, child in children if program.name == "web")
            yield Site(port, cookie, api_key, web_pid)
        finally:
            stop_children(children, grace_seconds=_GRACE_S)


def _environment(database: str, broker_url: str, port: int) -> dict[str, str]:
    return {
        "DATABASE_URL": urlsplit(outside("DATABASE_URL") or "")._replace(path=f"/{database}").geturl(),
        "REDIS_URL": broker_url,
        "PORT": str(port),
        "BASE_URL": f"http://{LOOPBACK}:{port}",
        "ALLOWED_HOSTS": LOOPBACK,
        "DEBUG": "0",
        "WEB_CONCURRENCY": "1",
        "WORKER_CONCURRENCY": "1",
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
    }


@contextmanager
def _own_broker() -> Iterator[str]:
    """Find a numbered database of the broker that nobody uses; leave it empty."""
    url = urlsplit(outside("REDIS_URL") or "")
    for number in range(15, 0, -1):
        address = url._replace(path=f"/{number}").geturl()
        with closing(redis.Redis.from_url(address)) as broker:
            if broker.dbsize() == 0:
                try:
                    yield address
                finally:
                    broker.flushdb()
                return
    raise CommandError("The broker has no empty database. Point REDIS_URL at one that has.")


def _wait_until_it_answers(port: int, children: list[tuple[Program, subprocess.Popen[bytes]]]) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline:
        if _answers(port):
            return
        for program, child in children:
            # The wait for what must not happen is the pause between two questions.
            with suppress(subprocess.TimeoutExpired):
                child.wait(_PAUSE_S)
                said = program.log.read_text()[-2000:] if program.log else ""
                raise CommandError(f"{program.name} ended:\n{said}")
    raise CommandError(f"The web process did not answer within {_PATIENCE_S:.0f} s.")


def _answers(port: int) -> bool:
    try:
        with closing(http.client.HTTPConnection(LOOPBACK, port, timeout=2)) as connection:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
    except OSError:
        return False
