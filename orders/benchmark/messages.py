"""The figures of ``bench_messages``: delays told by senders in processes of their own, through a mail server."""

from __future__ import annotations

import multiprocessing
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from notifications.dispatching import dispatch_pending
from notifications.integrity import delivery_counts
from notifications.outbox import NewFact, record_facts
from notifications.rules.valve import change_rules
from orders.benchmark.sender import send_all

PATIENCE_S = 600
LOOPBACK = "127.0.0.1"
_MESSAGE_ID = re.compile(rb"^Message-ID: *(\S+)", re.MULTILINE | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Load:
    """How many orders slip, how many of them each customer has, how many processes send."""

    orders: int
    orders_a_customer: int
    workers: int


def measure(load: Load, tell: Callable[[str], None]) -> dict[str, Any]:
    """Announce and send in the current (empty) database; return the figures. ``tell`` hears what is going on."""
    change_rules(changes={"storm_messages": 10_000_000}, version=None, actor=None, now=timezone.now())
    tell(f"announcing {load.orders:,} delays")
    _record(load)
    started = time.perf_counter()
    while dispatch_pending(now=timezone.now()):
        pass
    announced_s = time.perf_counter() - started
    with tempfile.TemporaryDirectory(prefix="bench-messages-") as home, _mail_server(Path(home)) as mails:
        tell(f"sending with {load.workers} workers")
        seconds = _send(load.workers)
        identities = [_identity(path) for path in mails.glob("*.eml")]
    counts = delivery_counts()
    return {
        "deliveries": load.orders,
        "orders_a_customer": load.orders_a_customer,
        "workers": load.workers,
        "announce_s": round(announced_s, 2),
        "announced_per_s": round(load.orders / announced_s, 1),
        "send_s": round(seconds, 2),
        "deliveries_per_s": round(counts["sent"] / seconds, 1),
        "mails": len(identities),
        "mails_per_s": round(len(identities) / seconds, 1),
        "sent_twice": len(identities) - len(set(identities)),
        "not_sent": load.orders - counts["sent"],
    }


def _record(load: Load) -> None:
    now = timezone.now() - timedelta(minutes=5)  # held long enough
    facts = [_fact(number, 1 + number // load.orders_a_customer) for number in range(load.orders)]
    with transaction.atomic():
        record_facts(facts, now=now, wakes=False)


def _fact(number: int, customer: int) -> NewFact:
    today = timezone.localdate()
    told, new = today + timedelta(days=5 + number % 9), today + timedelta(days=15 + number % 9)
    lines = [
        {"sku": f"P{number % 977 + place}", "name": f"Synthetic product {place}", "open_qty": 6, "allocated_qty": 0}
        for place in range(3)
    ]
    payload = {
        "order": {"id": -1 - number, "ref": f"SO-{number}", "channel": "web", "placed_on": today.isoformat()},
        "customer": {
            "code": f"C{customer}",
            "name": f"Customer {customer}",
            "contact_name": "",
            "email": f"customer{customer}@example.com",
            "phone": "",
            "language": "en",
            "zone": "Europe/London",
            "wants_email": True,
        },
        "lines": [{**line, "eta_on": new.isoformat()} for line in lines],
        "more_lines": 0,
        "promised_on": told.isoformat(),
        "told_on": told.isoformat(),
        "eta_on": new.isoformat(),
        "eta_p90_on": (new + timedelta(days=3)).isoformat(),
        "reason": "supplier_late",
        "supplier": "Supplier 1",
        "is_firm": True,
    }
    return NewFact("orders.eta_slipped", f"bench:{number}", payload, f"order:{-1 - number}:promise")


@contextmanager
def _mail_server(home: Path) -> Iterator[Path]:
    """Run the mail server of development until the block ends; yield the folder of its mails."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port = probe.getsockname()[1]
    os.environ["EMAIL_URL"] = f"smtp://{LOOPBACK}:{port}"  # the senders start with this environment
    os.environ["REPLIES_EMAIL"] = ""
    command = [sys.executable, "-m", "backlog.devservices.mailsink"]
    environment = {**os.environ, "BACKLOG_HOME": str(home)}
    server = subprocess.Popen(command, env=environment, cwd=settings.BASE_DIR, stdout=subprocess.PIPE)
    try:
        assert server.stdout is not None
        server.stdout.readline()  # it says when it listens
        yield home / "mail"
    finally:
        server.terminate()
        server.wait(10)


def _send(workers: int) -> float:
    """Return the seconds from the moment all senders are ready until the last finds nothing more."""
    context = multiprocessing.get_context("spawn")  # a fork would share this process's connection
    together, ends = context.Barrier(workers + 1, timeout=PATIENCE_S), context.SimpleQueue()
    name = connection.settings_dict["NAME"]
    processes = [context.Process(target=send_all, args=(name, together, ends), daemon=True) for _ in range(workers)]
    for process in processes:
        process.start()
    together.wait()
    started = time.perf_counter()  # the same clock in all processes
    finished = max(ends.get() for _ in processes)
    for process in processes:
        process.join()
    return float(finished - started)


def _identity(path: Path) -> bytes:
    found = _MESSAGE_ID.search(path.read_bytes())
    return found.group(1) if found else b""
