"""The whole product, running: web, workers, beat and mail sink on a database of their own."""

from __future__ import annotations

import email
import email.policy
import http.client
import json
import os
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import psycopg2
import redis
from psycopg2.extensions import ISOLATION_LEVEL_AUTOCOMMIT
from psycopg2.extras import RealDictCursor

from backlog.devservices import environment, procfile, venv
from backlog.devservices import home as homes
from backlog.devservices.home import ROOT, Home
from backlog.devservices.ports import LOOPBACK, free_port
from backlog.devservices.processes import Program, stop_children

T = TypeVar("T")
# Long enough to take a change back before anybody is told, short enough to wait for.
MESSAGE_HOLD_SECONDS = 8
READY_SECONDS = 60.0
# The first of the broker's numbered databases that are ours: each of pytest's workers has its own.
BROKER_DATABASE = 8
GRACE_SECONDS = 10.0


def eventually(read: Callable[[], T], *, seconds: float = 20.0) -> T:
    """Return the first truthy answer of ``read``; fail with its last one when time is up."""
    deadline = time.monotonic() + seconds
    while not (answer := read()):
        assert time.monotonic() < deadline, f"still {answer!r} after {seconds} s"
        threading.Event().wait(0.05)
    return answer


@dataclass
class Stack:
    """The running product and what can be seen of it from outside."""

    home: Home
    port: int
    env: dict[str, str]
    children: list[tuple[Program, subprocess.Popen[bytes]]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    def rows(self, sql: str, *parameters: Any) -> list[dict[str, Any]]:
        """Return what ``sql`` reads from the product's database."""
        with (
            closing(psycopg2.connect(self.env["DATABASE_URL"])) as connection,
            connection.cursor(cursor_factory=RealDictCursor) as cursor,
        ):
            cursor.execute(sql, parameters)
            return [dict(row) for row in cursor.fetchall()]

    def change(self, sql: str) -> list[dict[str, Any]]:
        """Run a statement that changes rows, as an accident would, and return what it returns."""
        with (
            closing(psycopg2.connect(self.env["DATABASE_URL"])) as connection,
            connection,
            connection.cursor(cursor_factory=RealDictCursor) as cursor,
        ):
            cursor.execute(sql)
            return [dict(row) for row in cursor.fetchall()]

    def mails(self) -> list[EmailMessage]:
        """Return the mails in the sink, the oldest first."""
        paths = sorted(self.home.mail.glob("*.eml"))
        return [email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in paths]

    def manage(self, *arguments: str) -> str:
        """Run manage.py and return what it printed."""
        done = subprocess.run(
            [str(venv.PYTHON), str(ROOT / "manage.py"), *arguments],
            env=self.env,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def request(self, method: str, path: str, *, key: str, body: Any = None) -> tuple[int, Any]:
        """Ask the API; return status and parsed answer."""
        with closing(http.client.HTTPConnection(LOOPBACK, self.port, timeout=20)) as connection:
            headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            response = connection.getresponse()
            return response.status, json.loads(response.read() or "null")

    def is_settled(self) -> bool:
        """Tell whether every change is planned and every fact passed on."""
        return not any(self._waiting()[name] for name in ("marks", "facts"))

    def has_sent_everything(self) -> bool:
        """Tell whether nobody is still to be told anything, and what was told is written down."""
        return not any(self._waiting().values())

    def _waiting(self) -> dict[str, int]:
        # One statement, one moment: a mail that leaves becomes a fact, which must not slip between two questions.
        return self.rows(
            "SELECT (SELECT count(*) FROM inventory_dirtymark) AS marks,"
            " (SELECT count(*) FROM notifications_fact WHERE state = 'pending') AS facts,"
            " (SELECT count(*) FROM notifications_delivery WHERE state IN ('pending', 'sending')) AS deliveries"
        )[0]

    def log(self, name: str) -> str:
        return (self.home.log / f"{name}.log").read_text(errors="replace")


@contextmanager
def running(directory: Path) -> Iterator[Stack]:
    """Run the product on an empty database with the small sample until the block ends."""
    home = Home(directory)
    homes.prepare(home)
    with own_database() as database_url, own_broker() as broker_url:
        stack = Stack(home, free_port(), {})
        stack.env = _environment(home, stack.port, database_url, broker_url)
        stack.manage("migrate", "--noinput")
        stack.manage("load_sample", "--smoke")
        try:
            for name, command in procfile.read().items():
                log = home.log / f"{name}.log"
                program = Program(name, procfile.shell_command(command), stack.env, ROOT, log=log)
                stack.children.append((program, program.spawn()))
            eventually(lambda: _is_ready(stack), seconds=READY_SECONDS)
            yield stack
        finally:
            stop_children(stack.children, grace_seconds=GRACE_SECONDS)


def _environment(home: Home, port: int, database_url: str, broker_url: str) -> dict[str, str]:
    built = environment.build(home, {}, mail_port=None)
    return built | {
        "DATABASE_URL": database_url,
        "REDIS_URL": broker_url,
        "PORT": str(port),
        "BASE_URL": f"http://{LOOPBACK}:{port}",
        "EMAIL_URL": f"smtp://{LOOPBACK}:{free_port()}",
        "SMS_URL": f"json://{LOOPBACK}:{free_port()}/{{to}}",
        "MESSAGE_HOLD_SECONDS": str(MESSAGE_HOLD_SECONDS),
        "WORKER_CONCURRENCY": "1",
    }


def _is_ready(stack: Stack) -> bool:
    for program, child in stack.children:
        assert child.poll() is None, f"{program.name} ended:\n{stack.log(program.name)}"
    try:
        with closing(http.client.HTTPConnection(LOOPBACK, stack.port, timeout=2)) as connection:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
    except OSError:
        return False


@contextmanager
def own_database() -> Iterator[str]:
    """Make an empty database beside that of DATABASE_URL; drop it afterwards."""
    server = environment.outside("DATABASE_URL") or ""
    name = f"backlog_browser_{free_port()}"
    with closing(psycopg2.connect(server)) as connection:
        connection.set_isolation_level(ISOLATION_LEVEL_AUTOCOMMIT)
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {name}")
        try:
            yield urlsplit(server)._replace(path=f"/{name}").geturl()
        finally:
            with connection.cursor() as cursor:
                cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def own_broker() -> Iterator[str]:
    """Empty a numbered database of the broker; empty it again afterwards.

    Two products on one database would take each other's tasks, and look for what these name in their own tables.
    """
    number = BROKER_DATABASE + int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    url = urlsplit(environment.outside("REDIS_URL") or "")._replace(path=f"/{number}").geturl()
    with closing(redis.Redis.from_url(url)) as broker:
        broker.flushdb()
        try:
            yield url
        finally:
            broker.flushdb()
