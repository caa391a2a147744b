"""An SMTP server that keeps every mail as a file: `python -m backlog.devservices.mailsink`."""

import asyncio
import itertools
import os
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from aiosmtpd.smtp import SMTP, Envelope, Session

from backlog.devservices.ports import LOOPBACK


class MailFiles:
    """Writes each accepted mail to `directory` as one `.eml` file."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._numbers = itertools.count(1)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd calls it by this name
        """Keep the mail; answer 250 only when it is there under its final name."""
        stamp = f"{datetime.now(UTC):%Y%m%dT%H%M%S.%f}"
        name = f"{stamp}-{os.getpid()}-{next(self._numbers)}.eml"
        draft = self._directory / f".{name}"
        draft.write_bytes(_envelope_headers(envelope) + _content(envelope))
        draft.rename(self._directory / name)
        return "250 Kept"


def _envelope_headers(envelope: Envelope) -> bytes:
    recipients = ", ".join(envelope.rcpt_tos)
    return f"X-Envelope-From: {envelope.mail_from}\r\nX-Envelope-To: {recipients}\r\n".encode()


def _content(envelope: Envelope) -> bytes:
    content = envelope.content or b""
    return content.encode() if isinstance(content, str) else content


async def serve(directory: Path, port: int) -> None:
    """Accept mails on the loopback `port` until cancelled."""
    directory.mkdir(parents=True, exist_ok=True)
    files = MailFiles(directory)
    server = await asyncio.get_running_loop().create_server(
        # Named, because looking up our own host name may take seconds.
        lambda: SMTP(files, hostname="localhost", enable_SMTPUTF8=True),
        LOOPBACK,
        port,
    )
    print(f"mails to port {port} are kept in {directory}", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    sink = urlsplit(os.environ["EMAIL_URL"])
    asyncio.run(serve(Path(os.environ["BACKLOG_HOME"]) / "mail", sink.port or 25))
