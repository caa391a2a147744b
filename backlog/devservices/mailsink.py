"""An SMTP server that keeps every mail as a file: `python -m backlog.devservices.mailsink`.

A mail to the address that answers come back to is what a customer wrote: it is also handed to the product, as a mail
provider would.
"""

import asyncio
import itertools
import os
import urllib.request
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from aiosmtpd.smtp import SMTP, Envelope, Session

from backlog.devservices.ports import LOOPBACK


@dataclass(frozen=True, slots=True)
class Inbound:
    """Where answers go: mails to an address beginning with `mailbox` are posted to `url` with `secret`."""

    mailbox: str
    url: str
    secret: str

    def takes(self, envelope: Envelope) -> bool:
        """Tell whether the mail is an answer."""
        return bool(self.mailbox) and any(
            to.startswith((f"{self.mailbox}+", f"{self.mailbox}@")) for to in envelope.rcpt_tos
        )

    def hand_over(self, mail: bytes) -> None:
        """Post the mail; raises OSError when the product does not take it."""
        headers = {"Authorization": f"Bearer {self.secret}", "Content-Type": "message/rfc822"}
        request = urllib.request.Request(self.url, data=mail, headers=headers)
        urllib.request.urlopen(request, timeout=10).close()


class MailFiles:
    """Writes each accepted mail to `directory` as one `.eml` file, and hands answers to the product."""

    def __init__(self, directory: Path, inbound: Inbound) -> None:
        self._directory = directory
        self._inbound = inbound
        self._numbers = itertools.count(1)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        """Keep the mail; answer 250 only when it is there under its final name, and an answer is handed over."""
        if self._inbound.takes(envelope):
            try:
                await asyncio.to_thread(self._inbound.hand_over, _envelope_headers(envelope) + _content(envelope))
            except OSError as error:
                return f"451 The product does not take answers now: {error}"
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


async def serve(directory: Path, port: int, inbound: Inbound) -> None:
    """Accept mails on the loopback `port` until cancelled."""
    directory.mkdir(parents=True, exist_ok=True)
    files = MailFiles(directory, inbound)
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
    answers = Inbound(
        mailbox=os.environ.get("REPLIES_EMAIL", "").rpartition("@")[0],
        url=f"{os.environ.get('BASE_URL', '')}/inbound/mail/",
        secret=os.environ.get("REPLIES_HOOK_SECRET", ""),
    )
    asyncio.run(serve(Path(os.environ["BACKLOG_HOME"]) / "mail", sink.port or 25, answers))
