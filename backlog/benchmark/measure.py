"""Everything that ``bench_pages`` measures, in the order it is taken, and the tables that show it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any

from django.test import Client

from backlog.accounts.models import ApiKey, User
from backlog.benchmark.bulk import ORDERS, time_bulk
from backlog.benchmark.pages import ROUNDS, time_pages
from backlog.benchmark.site import running, sign_in
from backlog.benchmark.streams import BOARDS, time_streams
from backlog.devservices.ports import LOOPBACK
from orders.models import OrderLine, OrderPlan

Figures = dict[str, Any]


def measure(
    database: str,
    tell: Callable[[str], None],
    *,
    rounds: int = ROUNDS,
    boards: int = BOARDS,
    bulk_orders: int = ORDERS,
) -> Figures:
    """Measure the product on the current database, which holds a planned backlog; ``tell`` hears what is going on."""
    user = User.objects.get(email="ops@example.com")
    client = Client(HTTP_HOST=LOOPBACK)
    with running(database, cookie=sign_in(client, user), api_key=ApiKey.issue(user)[1]) as site:
        tell(f"pages, {rounds} times each")
        pages = time_pages(site, client, rounds=rounds)
        tell(f"a plan change, heard by {boards} open boards")
        streams = time_streams(site, client, boards=boards)
        tell(f"actions on {bulk_orders:,} orders")
        jobs = time_bulk(site, orders=bulk_orders)
        memory_mb = site.memory_mb("VmHWM")
    return {
        "lines": OrderLine.objects.filter(open_qty__gt=0).count(),
        "orders": OrderPlan.objects.count(),
        "pages": [asdict(page) for page in pages],
        "streams": asdict(streams),
        "bulk": [asdict(job) for job in jobs],
        "web_peak_mb": memory_mb,
    }


def as_tables(figures: Figures) -> Iterator[str]:
    """Yield the lines of what docs/workspace.md shows."""
    yield f"{figures['lines']:,} open lines in {figures['orders']:,} orders."
    yield ""
    yield "| page | p50 | p95 | × bare | queries |"
    yield "|---|---|---|---|---|"
    for page in figures["pages"]:
        yield (
            f"| {page['name']} | {page['p50_ms']:.0f} ms | {page['p95_ms']:.0f} ms"
            f" | {page['times_bare']:.1f} | {page['queries']} |"
        )
    yield ""
    yield "| action on many | orders | took | board p95 meanwhile | × idle |"
    yield "|---|---|---|---|---|"
    for job in figures["bulk"]:
        yield (
            f"| {job['action']} | {job['orders']:,} | {job['seconds']:.1f} s"
            f" | {job['board_p95_ms']:.0f} ms | {job['board_times']:.1f} |"
        )
    yield ""
    yield "| open boards | last heard | last showed | web process then | at most |"
    yield "|---|---|---|---|---|"
    streams = figures["streams"]
    yield (
        f"| {streams['boards']} | {streams['heard_s']:.2f} s | {streams['shown_s']:.2f} s"
        f" | {streams['memory_mb']:.0f} MB | {figures['web_peak_mb']:.0f} MB |"
    )
