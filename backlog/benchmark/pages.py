"""How long the pages take that people look at all day, beside a bare one, request by request in turns."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from html import unescape
from statistics import median, quantiles
from time import perf_counter

from django.core.management.base import CommandError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from backlog.benchmark.site import Site
from orders.models import OrderPlan

ROUNDS = 40
_WARM_UP = 3
BARE = "bare view"
BOARD = "board"
_NEXT = re.compile(r'href="([^"]+)" rel="next"')
_PANEL = {"HX-Request": "true", "HX-Target": "panel-slot"}


@dataclass(frozen=True, slots=True)
class Page:
    """A kind of page; ``addresses`` are asked for in turn, one a round."""

    name: str
    addresses: Sequence[str]
    headers: Mapping[str, str]

    def address(self, turn: int) -> str:
        return self.addresses[turn % len(self.addresses)]


@dataclass(frozen=True, slots=True)
class Timed:
    """Milliseconds from the request to the last byte of the answer; ``queries`` of one request."""

    name: str
    p50_ms: float
    p95_ms: float
    queries: int
    times_bare: float


def pages_of(client: Client) -> list[Page]:
    """Return what is measured, the bare view first: the frame of a page, signed in, with nothing in it."""
    refs = _refs()
    return [
        Page(BARE, ["/find/"], {}),
        Page(BOARD, ["/triage/"], {}),
        Page("next page", _walk(client, "/triage/", ROUNDS), {}),
        Page("filter: tier", ["/triage/?tier=gold", "/triage/?tier=silver"], {}),
        Page("filter: reason and value", ["/triage/?reason=6&min_value=500"], {}),
        Page("filter: view late", ["/triage/?view=late"], {}),
        Page("filter: view untold", ["/triage/?view=untold"], {}),
        Page("search", [f"/triage/?q=Customer+{n}" for n in range(17, 4000, 97)], {}),
        Page("search, nobody", [f"/triage/?q=nobody-{n}" for n in range(ROUNDS)], {}),
        *(Page(f"sort: {sort.strip('-')}", [f"/triage/?sort={sort}"], {}) for sort in _SORTS),
        Page("next page by value", _walk(client, "/triage/?sort=-value", ROUNDS), {}),
        Page("side panel", [f"/triage/?o={ref}" for ref in refs], _PANEL),
        Page("order", [f"/orders/{ref}/" for ref in refs], {}),
        Page("exceptions", ["/exceptions/"], {}),
    ]


_SORTS = ("-value", "-short", "-slip", "eta", "customer", "age")


def time_pages(site: Site, client: Client, *, rounds: int = ROUNDS) -> list[Timed]:
    """Ask for each kind of page in turn, round after round."""
    pages = pages_of(client)
    spent: dict[str, list[float]] = {page.name: [] for page in pages}
    for turn in range(-min(_WARM_UP, rounds), rounds):
        for page in pages:
            took = ask(site, page.address(turn), page.headers)
            if turn >= 0:
                spent[page.name].append(took)
    bare = p95(spent[BARE])
    return [
        Timed(
            page.name,
            p50_ms=median(spent[page.name]),
            p95_ms=p95(spent[page.name]),
            queries=_queries(client, page),
            times_bare=p95(spent[page.name]) / bare,
        )
        for page in pages
    ]


def ask(site: Site, address: str, headers: Mapping[str, str] | None = None) -> float:
    """Ask for a page; return the milliseconds until its last byte. Each request comes by a connection of its own."""
    with closing(site.connect()) as http:
        http.connect()
        started = perf_counter()
        http.request("GET", address, headers=site.headers(headers))
        answer = http.getresponse()
        answer.read()
        took = (perf_counter() - started) * 1000
    if answer.status != 200:
        raise CommandError(f"{address} answered {answer.status}.")
    return took


def p95(values: Sequence[float]) -> float:
    return quantiles(values, n=20)[-1] if len(values) > 1 else values[0]


def _queries(client: Client, page: Page) -> int:
    """Count the queries of one request, with every figure over the whole backlog known already."""
    client.get(page.address(0), headers=page.headers)
    with CaptureQueriesContext(connection) as captured:
        client.get(page.address(0), headers=page.headers)
    return len(captured)


def _walk(client: Client, start: str, steps: int) -> list[str]:
    """Return the addresses of the pages after ``start``, each found on the one before."""
    found: list[str] = []
    address = start
    while len(found) < steps and (link := _NEXT.search(client.get(address).content.decode())):
        address = unescape(link[1])
        found.append(address)
    return found or [start]


def _refs() -> list[str]:
    """Return orders from the whole range of ranks."""
    count = OrderPlan.objects.count()
    by_rank = OrderPlan.objects.order_by("stage", "-score", "placed_at", "order_id")
    step = max(1, count // ROUNDS)
    keys = list(by_rank.values_list("order__ref", flat=True).iterator())[::step]
    return keys[:ROUNDS]
