"""A real SMTP server on loopback that answers as a script says."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import threading
from collections.abc import Iterator
from email import policy
from email.message import EmailMessage, Message
from email.parser import BytesParser

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

LOOPBACK = "127.0.0.1"


class Script:
    """Answers of the server, changeable between mails. A code of None means: hang up instead of answering."""

    def __init__(self) -> None:
        self.rcpt = "250 OK"
        self.data: str | None = "250 OK"
        self.hang_up_after_answer = False
        self.barrier: threading.Barrier | None = None
        self.mails: list[EmailMessage] = []
        self.peers: set[object] = set()

    @property
    def message_ids(self) -> list[str]:
        return [mail["Message-ID"] for mail in self.mails]

    async def handle_RCPT(
        self, _server: SMTP, session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        self.peers.add(session.peer)
        if self.rcpt.startswith("2"):
            envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:
        if self.barrier:
            await asyncio.to_thread(self.barrier.wait, 10)
        if self.data is None or self.data.startswith("2"):
            assert isinstance(envelope.content, bytes)
            self.mails.append(BytesParser(policy=policy.default).parsebytes(envelope.content))
        if self.data is None:
            server.transport.abort()
            return ""
        if self.hang_up_after_answer:
            server.loop.call_soon(server.transport.close)  # once the answer is out
        return self.data


@contextlib.contextmanager
def smtp_server(script: Script) -> Iterator[int]:
    """Run a server until the block ends; yield its port. What is said on each line is nothing to keep."""
    logging.getLogger("mail.log").setLevel(logging.WARNING)
    controller = Controller(script, hostname=LOOPBACK, port=free_port(), ready_timeout=10)
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


def parts_of(mail: EmailMessage) -> tuple[str, str]:
    """Return the words of a mail, as text and as HTML."""
    text, html = (content_of(part) for part in mail.iter_parts())
    return text, html


def content_of(part: Message | None) -> str:
    """Return the words of one part."""
    assert isinstance(part, EmailMessage)
    return str(part.get_content())


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])
