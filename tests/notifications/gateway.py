"""A gateway for short messages on loopback that answers as a script says."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote

from tests.notifications.smtp_server import LOOPBACK


class GatewayScript:
    """The status that the gateway answers with, changeable between messages; None hangs up instead."""

    def __init__(self) -> None:
        self.status: int | None = 200
        self.texts: list[tuple[str, str]] = []  # (to, message)


@contextmanager
def gateway(script: GatewayScript) -> Iterator[str]:
    """Run a gateway until the block ends; yield its address in Apprise's notation."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            posted = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if script.status in (200, None):
                script.texts.append((unquote(self.path.strip("/")), posted["message"]))
            if script.status is None:
                self.connection.close()
                return
            self.send_response(script.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer((LOOPBACK, 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"json://{LOOPBACK}:{server.server_port}/{{to}}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
