"""Where a cluster lives and which user runs it, without opening anything that was closed."""

import hashlib
import os
import pwd
import shutil
from contextlib import suppress
from pathlib import Path

from backlog.devservices import binaries
from backlog.devservices import home as homes
from backlog.devservices.binaries import DISPLACED
from backlog.devservices.console import say
from backlog.devservices.errors import SetupError
from backlog.devservices.home import Home
from backlog.devservices.postgres import Postgres
from backlog.devservices.processes import Account, run_as


def locate(home: Home) -> Postgres:
    """Choose binaries, place and user for the cluster of `home`.

    PostgreSQL refuses to run as root. Root therefore lends it an unprivileged
    user; where that user cannot pass, data or binaries go below `DISPLACED`
    instead of widening anybody's permissions.
    """
    programs = binaries.find()
    own = home.path / "postgres"
    if os.geteuid() != 0:
        return Postgres(programs, binaries.major_of(programs, None), own, None)
    displaced = displaced_place(home)
    account = server_account(own, displaced)
    place = _reachable_place(account, home, own, displaced)
    if place == displaced:
        say(f"user {account.name!r} cannot reach {home.path}; PostgreSQL's data is in {place}")
        _tell_leftovers(home, place)
    if not binaries.can_run(account, programs):
        source, programs = programs, binaries.copy(programs)
        say(f"user {account.name!r} cannot run {source}; using a copy in {programs}")
    return Postgres(programs, binaries.major_of(programs, account), place, account)


def displaced_place(home: Home) -> Path:
    """Return where the data of `home` goes when its user cannot reach the home.

    The name depends on the path and on the secrets in it: who removes a home and
    makes it anew wants new data, and has no password for the old.
    """
    mark = _digest(homes.secrets_of(home)["database_password"].encode())[:8]
    return DISPLACED / f"{_path_mark(home)}-{mark}" / "postgres"


def _path_mark(home: Home) -> str:
    return _digest(os.fsencode(home.path.resolve()))[:16]


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _tell_leftovers(home: Home, displaced: Path) -> None:
    for other in DISPLACED.glob(f"{_path_mark(home)}-*"):
        if other != displaced.parent:
            say(f"data of an earlier home at this path is still in {other}; remove it when you no longer need it")


def forget(home: Home) -> None:
    """Remove what a temporary home has left outside itself."""
    shutil.rmtree(displaced_place(home).parent, ignore_errors=True)
    # Only when nobody else has anything there.
    with suppress(OSError):
        DISPLACED.rmdir()


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
    return run_as(account, check).returncode == 0


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
