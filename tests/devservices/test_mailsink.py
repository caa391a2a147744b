from __future__ import annotations

import os
import smtplib
import subprocess
import sys
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from backlog.devservices.home import ROOT
from backlog.devservices.ports import free_port
from tests.devservices.checkout import eventually


@pytest.fixture
def sink(tmp_path: Path) -> Iterator[int]:
    port = free_port()
    env = {**os.environ, "EMAIL_URL": f"smtp://127.0.0.1:{port}", "BACKLOG_HOME": str(tmp_path)}
    command = [sys.executable, "-m", "backlog.devservices.mailsink"]
    process = subprocess.Popen(command, env=env, cwd=ROOT, stdout=subprocess.DEVNULL)
    eventually(lambda: _accepts(port))
    yield port
    process.terminate()
    process.wait(timeout=10)


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


def _accepts(port: int) -> bool:
    try:
        smtplib.SMTP("127.0.0.1", port, timeout=1).quit()
    except OSError:
        return False
    return True
