from __future__ import annotations

from pathlib import Path

from backlog.devservices import procfile


def test_commands_keep_their_colons_and_order(tmp_path: Path) -> None:
    path = tmp_path / "Procfile"
    path.write_text("# what runs\nweb: serve --bind 127.0.0.1:80\n\nworker: work\n")

    assert procfile.read(path) == {"web": "serve --bind 127.0.0.1:80", "worker": "work"}


def test_every_queue_has_a_worker_and_plans_wait_for_no_mail() -> None:
    commands = procfile.read()

    assert "--queues plan " in commands["planner"]
    assert "--queues mail,webhook,import,default " in commands["worker"]
