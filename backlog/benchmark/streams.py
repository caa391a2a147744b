"""Open boards that hear of a plan change, and refresh what they show as ``static/js/live.js`` does."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter

from django.contrib.auth.models import Group
from django.core.management.base import CommandError
from django.db import connection
from django.test import Client

from backlog.accounts.models import User
from backlog.benchmark.site import Site, sign_in
from backlog.devservices.ports import LOOPBACK
from kernel.live import announce
from orders.models import LinePlan

BOARDS = 50
_PATIENCE_S = 30.0
_PROBE, _PROBE_EVERY_S = "probe", 0.2
_ROW = re.compile(r'data-row="([^"]+)"')


@dataclass(frozen=True, slots=True)
class Heard:
    """Seconds from the answer to a receipt of stock until the last board heard of the new plan, and showed it."""

    boards: int
    heard_s: float
    shown_s: float
    memory_mb: float


def time_streams(site: Site, client: Client, *, boards: int = BOARDS) -> Heard:
    """Open boards, one a person, receive stock that an order waits for, and wait until all have the new plan."""
    sku, ref = _waiting()
    board = f"/triage/?sku={sku}"
    shown = _ROW.findall(client.get(board).content.decode())
    return asyncio.run(
        asyncio.wait_for(_follow(site, _cookies(boards), sku, ref, f"{board}&live={','.join(shown)}"), 2 * _PATIENCE_S)
    )


def _cookies(people: int) -> list[str]:
    """Return the cookies of so many people, each signed in for themselves."""
    found = []
    for number in range(people):
        person = User.objects.create_user(f"bench{number}@example.com", name=f"Bench {number}")
        person.groups.add(Group.objects.get(name="ops"))
        found.append(sign_in(Client(HTTP_HOST=LOOPBACK), person))
    return found


async def _follow(site: Site, cookies: Sequence[str], sku: str, ref: str, refresh: str) -> Heard:
    open_boards = [await _open(site, cookie) for cookie in cookies]
    await _until_all_hear([reader for reader, _ in open_boards])
    waiting = [
        asyncio.create_task(_hear_and_refresh(site, cookie, reader, ref, refresh))
        for cookie, (reader, _) in zip(cookies, open_boards, strict=True)
    ]
    receipt = {"sku": sku, "warehouse": "W1", "qty": 5000, "reference": "benchmark"}
    await asyncio.to_thread(site.post, "/api/v1/stock/receipts/", receipt)
    received = perf_counter()
    times = await asyncio.wait_for(asyncio.gather(*waiting), _PATIENCE_S)
    memory = site.memory_mb("VmHWM")
    for _, writer in open_boards:
        writer.close()
    heard, refreshed = zip(*times, strict=True)
    return Heard(len(cookies), max(heard) - received, max(refreshed) - received, memory)


async def _open(site: Site, cookie: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await _request(site, "/live/", {"Cookie": cookie})
    await _skip_to(reader, "hello")
    return reader, writer


async def _until_all_hear(readers: Sequence[asyncio.StreamReader]) -> None:
    """Announce something that means nothing until every stream has told of it: then all will hear of the plan."""
    hearing = asyncio.gather(*(_skip_to(reader, _PROBE) for reader in readers))
    while not hearing.done():
        await asyncio.to_thread(_probe)
        await asyncio.wait([hearing], timeout=_PROBE_EVERY_S)


async def _skip_to(reader: asyncio.StreamReader, event: str) -> None:
    while f"event: {event}".encode() not in await reader.readline():
        pass


def _probe() -> None:
    announce(_PROBE, {})
    connection.close()


async def _hear_and_refresh(
    site: Site, cookie: str, reader: asyncio.StreamReader, ref: str, address: str
) -> tuple[float, float]:
    """Wait until the stream names the order (or everything), and then for the refreshed rows."""
    event = b""
    while True:
        line = await reader.readline()
        if line.startswith(b"event:"):
            event = line.split()[1]
        elif line.startswith(b"data:") and event == b"plan":
            said = json.loads(line[5:])
            if said.get("all") or ref in said.get("orders", ()):
                break
    heard = perf_counter()
    fragment = {"Cookie": cookie, "HX-Request": "true", "HX-Target": "live", "Connection": "close"}
    answer, writer = await _request(site, address, fragment)
    await answer.read()
    writer.close()
    return heard, perf_counter()


async def _request(site: Site, path: str, headers: dict[str, str]) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection(LOOPBACK, site.port)
    fields = "".join(f"{name}: {value}\r\n" for name, value in site.headers(headers).items())
    writer.write(f"GET {path} HTTP/1.1\r\nHost: {LOOPBACK}:{site.port}\r\n{fields}\r\n".encode())
    await writer.drain()
    return reader, writer


def _waiting() -> tuple[str, str]:
    """Return a product that is coming, and an order that waits for it."""
    pegged = LinePlan.objects.filter(pegged_qty__gt=0, allocated_qty=0, eta_p50__isnull=False)
    found = pegged.order_by("pk").values_list("product__sku", "order__ref").first()
    if found is None:
        raise CommandError("Nobody waits for stock that is coming.")
    return found
