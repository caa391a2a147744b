from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Coroutine
from types import SimpleNamespace
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import connection, transaction
from django.test import AsyncClient, Client

from backlog.live import HUB, MEMORY, REFRESH, Hub
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
        await asyncio.to_thread(announce_both)
        assert json.loads((await text(events)).split("data: ")[1]) == {"orders": ["SO-1"]}
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

    assert hub.missed(last_id) == [REFRESH]


def test_a_page_that_was_away_too_long_is_told_to_refresh_everything() -> None:
    hub = Hub()
    seen = hub.latest_id
    for _ in range(MEMORY + 1):
        hub.publish("plan", {})

    assert hub.missed(seen) == [REFRESH]


def test_a_page_that_comes_for_the_first_time_gets_what_happened_since_it_was_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hub = listening_since(monkeypatch, 100.0)
    happen_at(monkeypatch, hub, 199.0, "SO-1")
    happen_at(monkeypatch, hub, 201.0, "SO-2")

    assert [event.split("data: ")[1] for event in hub.heard_since(200.0)] == ['{"orders": ["SO-2"]}\n\n']
    assert hub.heard_since(202.0) == []


def test_a_page_older_than_what_is_remembered_is_told_to_refresh_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    hub = listening_since(monkeypatch, 100.0)
    assert hub.heard_since(99.0) == [REFRESH]

    for _ in range(MEMORY):
        happen_at(monkeypatch, hub, 200.0, "SO-1")
    assert hub.heard_since(199.0) == [REFRESH]
    assert len(hub.heard_since(200.0)) == MEMORY


def listening_since(monkeypatch: pytest.MonkeyPatch, moment: float) -> Hub:
    hub = Hub()
    monkeypatch.setattr(hub, "_heard_from", moment)
    return hub


def happen_at(monkeypatch: pytest.MonkeyPatch, hub: Hub, moment: float, ref: str) -> None:
    monkeypatch.setattr("backlog.live.time", SimpleNamespace(monotonic=lambda: moment))
    hub.publish("plan", {"orders": [ref]})


@pytest.mark.django_db(transaction=True)
def test_what_happens_between_two_pages_is_heard() -> None:
    async def leave_and_come_back() -> None:
        hub = Hub()
        async with hub.subscribed():
            await hub.listens()
        left_at = time.monotonic()
        await asyncio.to_thread(announce_both)
        while not hub.heard_since(left_at):
            await asyncio.sleep(0.01)

        assert '"SO-1"' in hub.heard_since(left_at)[0]

    run(leave_and_come_back())


@pytest.mark.parametrize("age", ["", "?age=", "?age=-1", "?age=\u0661", "?age=999999999999"])
@pytest.mark.django_db(transaction=True)
def test_a_page_that_does_not_tell_its_age_is_told_nothing_of_the_past(age: str) -> None:
    user = make_user("ops")

    async def look() -> None:
        client = AsyncClient()
        await sync_to_async(client.force_login)(user, backend="django.contrib.auth.backends.ModelBackend")
        events = aiter((await client.get(f"/live/{age}")).streaming_content)
        assert "event: hello" in await text(events)
        await asyncio.to_thread(announce_both)
        assert '"SO-1"' in await text(events)

    run(look())


@pytest.mark.django_db(transaction=True)
def test_the_first_page_of_a_process_is_told_to_refresh_what_nobody_listened_for() -> None:
    user = make_user("ops")

    async def look() -> None:
        client = AsyncClient()
        await sync_to_async(client.force_login)(user, backend="django.contrib.auth.backends.ModelBackend")
        events = aiter((await client.get("/live/?age=30000")).streaming_content)
        assert "event: hello" in await text(events)
        assert await text(events) == REFRESH

    run(look())


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
