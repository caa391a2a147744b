"""$BACKLOG_HOME: where one instance keeps its data, secrets, logs and mails."""

import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from backlog.devservices.errors import SetupError
from backlog.devservices.processes import started_at

ROOT = Path(__file__).resolve().parents[2]
SECRET_NAMES = ("secret_key", "database_password", "broker_password", "replies_secret")
# Others may pass through but not list: PostgreSQL's user has to reach its data below.
PASS_THROUGH = 0o711


@dataclass(frozen=True, slots=True)
class Home:
    """The paths of one instance."""

    path: Path

    @property
    def log(self) -> Path:
        return self.path / "log"

    @property
    def mail(self) -> Path:
        return self.path / "mail"

    @property
    def run(self) -> Path:
        return self.path / "run"

    @property
    def environment_file(self) -> Path:
        return self.run / "environment.json"

    @property
    def lock_file(self) -> Path:
        return self.run / "lock"


def from_environment() -> Home:
    """Return the home that $BACKLOG_HOME names, `.data` in the checkout by default."""
    return Home(Path(os.environ.get("BACKLOG_HOME") or ROOT / ".data").absolute())


def prepare(home: Home) -> None:
    """Create the directories of `home`; an existing one keeps its mode and owner."""
    try:
        if not home.path.exists():
            home.path.mkdir(parents=True)
            home.path.chmod(PASS_THROUGH)
        for directory in (home.log, home.mail, home.run):
            directory.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise SetupError(
            f"{home.path} cannot be used ({error.strerror}: {error.filename})."
            " Choose another place: BACKLOG_HOME=/some/where bin/up"
        ) from error


def secrets_of(home: Home) -> dict[str, str]:
    """Return the instance's random secrets, made once and readable by their owner only."""
    path = home.path / "secrets.json"
    known: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    missing = [name for name in SECRET_NAMES if name not in known]
    if missing:
        known |= {name: secrets.token_hex(32) for name in missing}
        write_private(path, json.dumps(known, indent=1))
    return known


def write_private(path: Path, text: str) -> None:
    """Replace `path` by `text` in one step, readable by its owner only."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    draft.replace(path)


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has the home at present."""

    pid: int
    role: str


@contextmanager
def held(home: Home, role: str) -> Iterator[Holder | None]:
    """Try to take the home for `role`; yield None when it is ours, else who has it.

    The kernel drops the lock with its holder, however that dies.
    """
    descriptor = os.open(home.lock_file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield _read_holder(descriptor)
            return
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()} {role}".encode(), 0)
        yield None
    finally:
        os.close(descriptor)


def _read_holder(descriptor: int) -> Holder:
    pid, _, role = os.pread(descriptor, 200, 0).decode().partition(" ")
    return Holder(pid=int(pid or 0), role=role or "another command")


@dataclass(slots=True)
class Ledger:
    """Which processes this home has started, so that a later run knows its orphans."""

    home: Home

    @property
    def path(self) -> Path:
        return self.home.run / "processes.json"

    def record(self, pids: dict[str, int]) -> None:
        """Replace the record by the living processes among `pids` (name to id)."""
        rows = {
            name: {"pid": pid, "started_at": began}
            for name, pid in pids.items()
            if (began := started_at(pid)) is not None
        }
        write_private(self.path, json.dumps(rows, indent=1))

    def orphans(self) -> dict[str, int]:
        """Return the recorded processes (name to id) that still run."""
        if not self.path.exists():
            return {}
        rows = json.loads(self.path.read_text())
        return {name: row["pid"] for name, row in rows.items() if started_at(row["pid"]) == row["started_at"]}
