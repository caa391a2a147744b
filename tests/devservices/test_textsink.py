from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from backlog.devservices.home import ROOT
from backlog.devservices.ports import LOOPBACK, free_port


@pytest.fixture
def sink(tmp_path: Path) -> Iterator[int]:
    port = free_port()
    env = {**os.environ, "BACKLOG_HOME": str(tmp_path), "SMS_URL": f"json://{LOOPBACK}:{port}/{{to}}"}
    command = [sys.executable, "-m", "backlog.devservices.textsink"]
    process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert "are kept in" in process.stdout.readline()
    yield port
    process.terminate()
    process.wait(10)


def test_each_message_becomes_one_file_that_says_whom_it_is_for(sink: int, tmp_path: Path) -> None:
    url = f"http://{LOOPBACK}:{sink}/%2B447700900123"

    answer = requests.post(url, json={"title": "", "message": "New date: Friday"}, timeout=10)

    assert answer.status_code == 200
    [text] = (tmp_path / "texts").glob("*.txt")
    assert text.read_text() == "To: +447700900123\n\nNew date: Friday\n"


def test_what_is_no_message_is_refused_and_not_kept(sink: int, tmp_path: Path) -> None:
    assert requests.post(f"http://{LOOPBACK}:{sink}/x", data="nonsense", timeout=10).status_code == 400
    assert requests.post(f"http://{LOOPBACK}:{sink}/x", json=["a list"], timeout=10).status_code == 400

    assert list((tmp_path / "texts").iterdir()) == []
