from __future__ import annotations

import os
import smtplib
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from backlog.devservices.home import ROOT
from backlog.devservices.ports import free_port
from tests.devservices.checkout import eventually


@contextmanager
def running_sink(home: Path, **settings: str) -> Iterator[int]:
    port = free_port()
    env = {**os.environ, "EMAIL_URL": f"smtp://127.0.0.1:{port}", "BACKLOG_HOME": str(home), **settings}
    command = [sys.executable, "-m", "backlog.devservices.mailsink"]
    process = subprocess.Popen(command, env=env, cwd=ROOT, stdout=subprocess.DEVNULL)
    eventually(lambda: _accepts(port))
    yield port
    process.terminate()
    process.wait(timeout=10)


@pytest.fixture
def sink(tmp_path: Path) -> Iterator[int]:
    with running_sink(tmp_path) as port:
        yield port


def test_each_mail_becomes_one_file_with_its_envelope(sink: int, tmp_path: Path) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "orders@example.com", "jo@example.com", "Your order – new date"
    mail.set_content("It comes on Friday.\n")

    with smtplib.SMTP("127.0.0.1", sink) as client:
        for recipient in ("jo@example.com", "sam@example.com"):
            client.send_message(mail, to_addrs=[recipient])

    files = sorted((tmp_path / "mail").iterdir())
    assert [file.suffix for file in files] == [".eml", ".eml"]
    assert "X-Envelope-To: sam@example.com" in files[1].read_text()
    assert "It comes on Friday." in files[0].read_text()


def test_an_answer_is_handed_over_before_it_is_accepted(tmp_path: Path) -> None:
    took: list[tuple[str, bytes]] = []

    class Product(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            took.append((self.headers["Authorization"], self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(201 if len(took) > 1 else 503)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Be quiet."""

    with HTTPServer(("127.0.0.1", 0), Product) as product:
        threading.Thread(target=product.serve_forever, daemon=True).start()
        answers = {
            "REPLIES_EMAIL": "replies@shop.example",
            "REPLIES_HOOK_SECRET": "s3cret",
            "BASE_URL": f"http://127.0.0.1:{product.server_port}",
        }
        with running_sink(tmp_path, **answers) as port, smtplib.SMTP("127.0.0.1", port) as client:
            answer = ["From: jo@example.com", "", "When?"]
            with pytest.raises(smtplib.SMTPDataError, match="451"):
                client.sendmail("jo@example.com", ["replies+7.abc@shop.example"], "\r\n".join(answer))
            client.sendmail("jo@example.com", ["replies+7.abc@shop.example"], "\r\n".join(answer))
            client.sendmail("jo@example.com", ["somebody@shop.example"], "\r\n".join(answer))
        product.shutdown()

    assert [secret for secret, _ in took] == ["Bearer s3cret"] * 2
    assert b"X-Envelope-To: replies+7.abc@shop.example" in took[1][1]
    assert b"When?" in took[1][1]
    assert len(list((tmp_path / "mail").iterdir())) == 2


def _accepts(port: int) -> bool:
    try:
        smtplib.SMTP("127.0.0.1", port, timeout=1).quit()
    except OSError:
        return False
    return True
