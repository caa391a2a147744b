from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Coroutine
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import connection, transaction
from django.test import AsyncClient, Client

from backlog.live import HUB, MEMORY, Hub
from kernel.live import announce
from tests.factories.orders import make_user

SECONDS = 10


def run(test: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(test, SECONDS))


def test_a_stranger_gets_no_stream(client: Client) -> None:
    assert client.get("/live/").status_code == 401


@pytest.mark.django_db(transaction=True)
def test_a_committed_announcement_reaches_an_open_page_and_a_rolled_back_one_does_not() -> None:
    user = make_user("ops")

    async def follow() -> None:
        client = AsyncClient()
        await sync_to_async(client.force_login)(user, backend="django.contrib.auth.backends.ModelBackend")
        response = await client.get("/live/")
        events = aiter(response.streaming_content)
        assert "event: hello" in await text(events)
        assert await sync_to_async(is_disconnected)()
        first = asyncio.create_task(text(events))
        while not first.done():
            await asyncio.to_thread(announce_both)
            await asyncio.wait([first], timeout=0.2)
        assert json.loads(first.result().split("data: ")[1]) == {"orders": ["SO-1"]}
        assert response.headers["Content-Type"] == "text/event-stream"

    run(follow())


def is_disconnected() -> bool:
    """Tell whether the request's thread keeps no database connection while the page stays open."""
    return connection.connection is None


def announce_both() -> None:
    """Announce once in a transaction that is rolled back, once in one that commits."""
    try:
        with transaction.atomic():
            announce("plan", {"orders": ["SO-ROLLED-BACK"]})
            transaction.set_rollback(True)
        with transaction.atomic():
            announce("plan", {"orders": ["SO-1"]})
    finally:
        connection.close()


async def text(events: AsyncIterator[bytes]) -> str:
    return (await anext(events)).decode()


def test_a_page_that_comes_back_gets_what_it_missed() -> None:
    hub = Hub()
    hub.publish("plan", {"orders": ["SO-1"]})
    seen = hub.latest_id
    hub.publish("plan", {"orders": ["SO-2"]})

    missed = hub.missed(seen)

    assert len(missed) == 1
    assert "SO-2" in missed[0]
    assert hub.missed(hub.latest_id) == []


@pytest.mark.parametrize("last_id", ["another-process-7", "nonsense", "-", "\u0661"])
def test_a_page_of_another_process_is_told_to_refresh_everything(last_id: str) -> None:
    hub = Hub()
    hub.publish("plan", {})

    assert hub.missed(last_id) == ['event: plan\ndata: {"all": true}\n\n']


def test_a_page_that_was_away_too_long_is_told_to_refresh_everything() -> None:
    hub = Hub()
    seen = hub.latest_id
    for _ in range(MEMORY + 1):
        hub.publish("plan", {})

    assert hub.missed(seen) == ['event: plan\ndata: {"all": true}\n\n']


@pytest.mark.django_db(transaction=True)
def test_a_page_that_never_reads_loses_its_oldest_events_only() -> None:
    async def overflow() -> None:
        hub = Hub()
        async with hub.subscribed() as queue:
            for number in range(queue.maxsize + 5):
                hub.publish("plan", {"number": number})
            assert queue.qsize() == queue.maxsize
            assert '"number": 5' in queue.get_nowait()
        assert hub.open_streams == 0

    run(overflow())


def test_nobody_listens_when_no_page_is_open() -> None:
    assert HUB.open_streams == 0
