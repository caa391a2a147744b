"""Server-sent events: one PostgreSQL listener per process, fanned out to the open pages.

A page that reconnects sends ``Last-Event-ID``, one that comes for the first time its own age: events that it missed
are replayed from a short memory, and when that does not reach back far enough (or the process is another one) it is
told to refresh everything. A stream ends with the session that it was opened with.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import math
import os
import time
from collections import deque
from collections.abc import AsyncIterator

import psycopg2
from asgiref.sync import sync_to_async
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connections
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from psycopg2.extensions import ISOLATION_LEVEL_AUTOCOMMIT

from backlog.live_seats import SESSIONS_MOVED, Seat, empty_seats, seat_of
from kernel.bounds import whole_number
from kernel.live import CHANNEL

log = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 15
RECONNECT_SECONDS = 1.0
MEMORY = 500
QUEUE_LIMIT = 200
MAX_STREAMS = 1000
# A page is asked for a little later than it believes, and its stream reaches us later than it was opened.
SLACK_SECONDS = 1.0
REFRESH = 'event: plan\ndata: {"all": true}\n\n'
SIGNED_OUT = "event: signed-out\ndata: {}\n\n"


class Hub:
    """Listens from the first page on, so that none misses what happens between two pages. Needs no locks, being used
    on one event loop only."""

    def __init__(self) -> None:
        self.epoch = f"{os.getpid():x}{time.time_ns():x}"
        self._latest = 0
        self._memory: deque[tuple[int, float, str]] = deque(maxlen=MEMORY)
        self._heard_from = math.inf
        self._queues: dict[asyncio.Queue[str], Seat | None] = {}
        self._sessions_moved = asyncio.Event()
        self._listening = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def open_streams(self) -> int:
        return len(self._queues)

    @property
    def latest_id(self) -> str:
        return f"{self.epoch}-{self._latest}"

    def publish(self, event: str, data: object) -> None:
        """Number an event, remember it and hand it to every open page; a page that does not read loses its oldest."""
        self._latest = number = self._latest + 1
        text = f"id: {self.epoch}-{number}\nevent: {event}\ndata: {json.dumps(data)}\n\n"
        self._memory.append((number, time.monotonic(), text))
        for queue in self._queues:
            _put(queue, text)

    def missed(self, last_event_id: str) -> list[str]:
        """Return the events after ``last_event_id``, or a call to refresh when they are no longer known."""
        if not last_event_id:
            return []
        epoch, _, said = last_event_id.rpartition("-")
        number = whole_number(said, digits=18)
        known = self._memory[0][0] if self._memory else self._latest + 1
        if epoch != self.epoch or number is None or number + 1 < known:
            return [REFRESH]
        return [text for n, _, text in self._memory if n > number]

    def heard_since(self, moment: float) -> list[str]:
        """Return the events after ``moment`` of the monotonic clock, or a call to refresh when we may not know all."""
        is_full = len(self._memory) == MEMORY
        if moment < (self._memory[0][1] if is_full else self._heard_from):
            return [REFRESH]
        return [text for _, at, text in self._memory if at >= moment]

    async def listens(self) -> None:
        """Wait until events are heard, but not for ever: a page is of use while the database cannot be reached."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._listening.wait(), HEARTBEAT_SECONDS)

    @contextlib.asynccontextmanager
    async def subscribed(self, seat: Seat | None = None) -> AsyncIterator[asyncio.Queue[str]]:
        """Yield a queue of events, the last of which is SIGNED_OUT."""
        queue: asyncio.Queue[str] = asyncio.Queue(QUEUE_LIMIT)
        self._queues[queue] = seat
        self._start()
        try:
            yield queue
        finally:
            del self._queues[queue]

    def _start(self) -> None:
        """Let the tasks run; one that has died takes the other with it."""
        if self._tasks and not any(task.done() for task in self._tasks):
            return
        for task in self._tasks:
            task.cancel()
        self._heard_from = math.inf
        self._sessions_moved, self._listening = asyncio.Event(), asyncio.Event()
        self._tasks = [asyncio.create_task(self._listen()), asyncio.create_task(self._watch_sessions())]

    async def _watch_sessions(self) -> None:
        """End the streams of sessions that ended: at once when somebody signs out, else within a heartbeat."""
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._sessions_moved.wait(), HEARTBEAT_SECONDS)
            self._sessions_moved.clear()
            seats = {seat for seat in self._queues.values() if seat}
            try:
                gone = await asyncio.to_thread(empty_seats, seats) if seats else set()
            except DatabaseError as error:
                log.warning("live: cannot look after sessions (%s)", type(error).__name__)
                continue
            for queue, seat in self._queues.items():
                if seat in gone:
                    _put(queue, SIGNED_OUT)

    async def _listen(self) -> None:
        """Listen until cancelled; after a lost connection try again and tell pages to refresh everything."""
        is_first = True
        while True:
            try:
                connection = await asyncio.to_thread(_connect)
            except psycopg2.Error as error:
                log.warning("live: cannot listen (%s)", type(error).__name__)
                await asyncio.sleep(RECONNECT_SECONDS)
                is_first = False
                continue
            self._heard_from = time.monotonic()
            self._listening.set()
            if not is_first:
                self.publish("plan", {"all": True})
            is_first = False
            try:
                await self._relay(connection)
            except psycopg2.Error as error:
                log.warning("live: connection lost (%s)", type(error).__name__)
            finally:
                connection.close()

    async def _relay(self, connection: psycopg2.extensions.connection) -> None:
        loop = asyncio.get_running_loop()
        descriptor = connection.fileno()
        while True:
            readable = asyncio.Event()
            loop.add_reader(descriptor, readable.set)
            try:
                await readable.wait()
            finally:
                loop.remove_reader(descriptor)
            connection.poll()
            while connection.notifies:
                message = json.loads(connection.notifies.pop(0).payload)
                if message["event"] == SESSIONS_MOVED:
                    self._sessions_moved.set()
                else:
                    self.publish(message["event"], message["data"])


HUB = Hub()


def _put(queue: asyncio.Queue[str], text: str) -> None:
    if queue.full():
        queue.get_nowait()
    queue.put_nowait(text)


def _connect() -> psycopg2.extensions.connection:
    """Open a connection of our own beside Django's: it stays in LISTEN for the life of the process."""
    wrapper = connections["default"].copy()
    connection: psycopg2.extensions.connection = wrapper.get_new_connection(wrapper.get_connection_params())
    connection.set_isolation_level(ISOLATION_LEVEL_AUTOCOMMIT)
    with connection.cursor() as cursor:
        cursor.execute(f"LISTEN {CHANNEL}")
    return connection


@login_not_required
async def live(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """Stream events to a signed-in page (``plan``, and a heartbeat comment every 15 s)."""
    user = await request.auser()
    if not isinstance(user, AbstractBaseUser):
        return HttpResponse("Sign in to follow live changes.", status=401, content_type="text/plain")
    if HUB.open_streams >= MAX_STREAMS:
        return HttpResponse("Too many open pages.", status=503, content_type="text/plain")
    # The request lasts as long as the page is open: without this each open page would keep a database connection.
    await sync_to_async(connections.close_all)()
    events = _events(seat_of(request, user), request.headers.get("Last-Event-ID", ""), _made_at(request))
    response = StreamingHttpResponse(events, content_type="text/event-stream")
    response["Cache-Control"] = "no-cache"
    response["X-Accel-Buffering"] = "no"
    return response


def _made_at(request: HttpRequest) -> float:
    """Return when the page was asked for, by our monotonic clock; it tells its age in milliseconds, or nothing."""
    age = whole_number(request.GET.get("age", ""), digits=11)
    return math.inf if age is None else time.monotonic() - age / 1000 - SLACK_SECONDS


async def _events(seat: Seat, last_event_id: str, made_at: float) -> AsyncIterator[str]:
    async with HUB.subscribed(seat) as queue:
        await HUB.listens()
        yield (
            f"retry: 2000\nid: {HUB.latest_id}\nevent: hello\ndata: {{}}\n\n"
            if not last_event_id
            else "retry: 2000\n\n"
        )
        for text in HUB.missed(last_event_id) if last_event_id else HUB.heard_since(made_at):
            yield text
        text = ""
        while text != SIGNED_OUT:
            try:
                text = await asyncio.wait_for(queue.get(), HEARTBEAT_SECONDS)
            except TimeoutError:
                text = "event: beat\ndata: {}\n\n"
            yield text
