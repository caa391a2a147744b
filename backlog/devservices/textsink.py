"""A gateway that keeps every short message as a file: `python -m backlog.devservices.textsink`.

It takes what Apprise posts to `json://host:port/{to}`.
"""

import itertools
import json
import os
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

from backlog.devservices.ports import LOOPBACK

MAX_BYTES = 100_000


class TextFiles(ThreadingHTTPServer):
    """Writes each message to `directory` as one text file: whom it is for, its heading if it has one, its words."""

    daemon_threads = True

    def __init__(self, directory: Path, port: int) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.directory = directory
        self.numbers = itertools.count(1)
        super().__init__((LOOPBACK, port), _Handler)

    def keep(self, to: str, title: str, message: str) -> None:
        """Keep one message; it is there under its final name when this returns."""
        name = f"{datetime.now(UTC):%Y%m%dT%H%M%S.%f}-{os.getpid()}-{next(self.numbers)}.txt"
        heading = f"Subject: {title}\n" if title else ""
        draft = self.directory / f".{name}"
        draft.write_text(f"To: {to}\n{heading}\n{message}\n", encoding="utf-8")
        draft.rename(self.directory / name)


class _Handler(BaseHTTPRequestHandler):
    server: TextFiles

    def do_POST(self) -> None:
        size = int(self.headers.get("Content-Length", 0))
        try:
            posted = json.loads(self.rfile.read(min(size, MAX_BYTES)))
            self.server.keep(unquote(urlsplit(self.path).path.strip("/")), posted["title"], posted["message"])
        except (ValueError, KeyError, TypeError):
            self._answer(400)
        else:
            self._answer(200)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: what comes in is kept."""

    def _answer(self, status: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()


if __name__ == "__main__":
    gateway = urlsplit(os.environ["SMS_URL"].replace("{to}", ""))
    texts = TextFiles(Path(os.environ["BACKLOG_HOME"]) / "texts", gateway.port or 80)
    print(f"short messages to port {texts.server_port} are kept in {texts.directory}", flush=True)
    texts.serve_forever()
