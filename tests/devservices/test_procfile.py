from __future__ import annotations

from pathlib import Path

import yaml

from backlog.devservices import procfile
from backlog.devservices.home import ROOT


def test_commands_keep_their_colons_and_order(tmp_path: Path) -> None:
    path = tmp_path / "Procfile"
    path.write_text("# what runs\nweb: serve --bind 127.0.0.1:80\n\nworker: work\n")

    assert procfile.read(path) == {"web": "serve --bind 127.0.0.1:80", "worker": "work"}


def test_every_queue_has_a_worker_and_plans_wait_for_no_mail() -> None:
    commands = procfile.read()

    assert "--queues plan " in commands["planner"]
    assert "--queues mail,webhook,import,default " in commands["worker"]


def test_containers_run_the_lines_of_the_procfile() -> None:
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]

    for name in procfile.read().keys() - {"smtp", "texts"}:
        assert services[name]["command"] == ["python", "-m", "backlog.devservices", "exec", name]
