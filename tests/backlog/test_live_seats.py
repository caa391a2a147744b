"""A stream of events lives no longer than the session that it was opened with."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import AsyncClient, Client
from django.utils import timezone

import backlog.live
from backlog.accounts.models import User
from tests.answers import stream_of
from tests.factories.orders import make_user

pytestmark = pytest.mark.django_db(transaction=True)
SECONDS = 10


@pytest.fixture
def ops() -> User:
    return make_user("ops")


def end_session(client: Client, user: User) -> None:
    Session.objects.all().delete()


def expire(client: Client, user: User) -> None:
    Session.objects.update(expire_date=timezone.now())


def deactivate(client: Client, user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)


def change_password(client: Client, user: User) -> None:
    user.set_password("another one, and long")
    user.save()


@pytest.mark.parametrize("change", [end_session, expire, deactivate, change_password])
def test_a_stream_ends_soon_after_what_let_it_in(
    ops: User, change: Callable[[Client, User], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backlog.live, "HEARTBEAT_SECONDS", 0.1)

    assert asyncio.run(follow_while(ops, change))[-1] == backlog.live.SIGNED_OUT


def test_signing_out_ends_the_streams_of_this_session_at_once_and_of_no_other(ops: User) -> None:
    async def follow() -> None:
        here, there = await opened(ops), await opened(ops)
        streams = [aiter(stream_of(await client.get("/live/"))) for client in (here, there)]
        for stream in streams:
            assert b"hello" in await anext(stream)
        other = asyncio.ensure_future(anext(streams[1]))
        await listening()

        await here.post("/sign-out/")

        assert await read_all(streams[0]) == [backlog.live.SIGNED_OUT]
        assert not other.done()
        other.cancel()

    within(follow())


async def listening() -> None:
    """Wait until the process hears what others announce."""
    while not await sync_to_async(is_heard)():
        await asyncio.sleep(0.05)


def is_heard() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'LISTEN %' AND datname = current_database()"
        )
        return bool(cursor.fetchone()[0])


async def follow_while(user: User, change: Callable[[Client, User], None]) -> list[str]:
    client = await opened(user)
    stream = aiter((await client.get("/live/")).streaming_content)
    assert b"hello" in await anext(stream)
    await sync_to_async(change)(client, user)
    return await asyncio.wait_for(read_all(stream), SECONDS)


async def opened(user: User) -> AsyncClient:
    client = AsyncClient()
    await sync_to_async(client.force_login)(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


async def read_all(stream: AsyncIterator[bytes]) -> list[str]:
    return [part.decode() async for part in stream]


def within(test: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(test, SECONDS))
