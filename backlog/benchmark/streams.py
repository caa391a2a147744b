"""Open boards that hear of a plan change, and refresh what they show as ``static/js/live.js`` does."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import dataclass
from time import perf_counter

from django.core.management.base import CommandError
from django.test import Client

from backlog.benchmark.site import Site
from backlog.devservices.ports import LOOPBACK
from orders.models import LinePlan

BOARDS = 50
_PATIENCE_S = 30.0
_ROW = re.compile(r'data-row="([^"]+)"')


@dataclass(frozen=True, slots=True)
class Heard:
    """Seconds from the answer to a receipt of stock until the last board heard of the new plan, and showed it."""

    boards: int
    heard_s: float
    shown_s: float
    memory_mb: float


def time_streams(site: Site, client: Client, *, boards: int = BOARDS) -> Heard:
    """Open boards, receive stock that an order waits for, and wait until all have the new plan."""
    sku, ref = _waiting()
    board = f"/triage/?sku={sku}"
    shown = _ROW.findall(client.get(board).content.decode())
    return asyncio.run(
        asyncio.wait_for(_follow(site, boards, sku, ref, f"{board}&live={','.join(shown)}"), 2 * _PATIENCE_S)
    )


async def _follow(site: Site, boards: int, sku: str, ref: str, refresh: str) -> Heard:
    open_boards = [await _open(site) for _ in range(boards)]
    await asyncio.sleep(1)
    waiting = [asyncio.create_task(_hear_and_refresh(site, reader, ref, refresh)) for reader, _ in open_boards]
    receipt = {"sku": sku, "warehouse": "W1", "qty": 5000, "reference": "benchmark"}
    await asyncio.to_thread(site.post, "/api/v1/stock/receipts/", receipt)
    received = perf_counter()
    times = await asyncio.wait_for(asyncio.gather(*waiting), _PATIENCE_S)
    memory = site.memory_mb("VmHWM")
    for _, writer in open_boards:
        writer.close()
    heard, refreshed = zip(*times, strict=True)
    return Heard(boards, max(heard) - received, max(refreshed) - received, memory)


async def _open(site: Site) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await _request(site, "/live/", {})
    while b"event: hello" not in await reader.readline():
        pass
    return reader, writer


async def _hear_and_refresh(site: Site, reader: asyncio.StreamReader, ref: str, address: str) -> tuple[float, float]:
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
    answer, writer = await _request(site, address, {"HX-Request": "true", "HX-Target": "live", "Connection": "close"})
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
