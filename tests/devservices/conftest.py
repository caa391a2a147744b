"""A miniature checkout: our scripts as they are, around a product of two tiny processes."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from backlog.devservices import binaries, valkey
from backlog.devservices.home import ROOT
from tests.devservices.checkout import Checkout

PROCFILE = """\
web: python web.py
worker: python worker.py
"""

MANAGE = """\
import os, pathlib, sys
match sys.argv[1:]:
    case ["load_sample", "--if-empty"]:
        with open(os.environ["BACKLOG_HOME"] + "/loads", "a") as loads:
            loads.write("loaded ")
    case ["fail"]:
        sys.exit(7)
    case ["where"]:
        print(os.environ["DATABASE_URL"], os.environ["REDIS_URL"], os.getcwd(), sep="|")
"""

WEB = """\
import http.server, os
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(os.environ["BACKLOG_HOME"].encode())
    def log_message(self, *_):
        pass
http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
"""

# As a pool of workers is: a parent, and a child that does not listen to it.
WORKER = """\
import os, signal, subprocess, sys, time
if sys.argv[1:] or os.environ.get("STUBBORN"):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
if not sys.argv[1:]:
    subprocess.Popen([sys.executable, __file__, "child"])
print("worker at work", flush=True)
time.sleep(600)
"""


@pytest.fixture(scope="session")
def checkout() -> Iterator[Checkout]:
    """A checkout whose path holds a space, with servers found on the machine's PATH."""
    base = Path(tempfile.mkdtemp(prefix="backlog test "))
    # PostgreSQL's user passes through here when root runs these tests.
    base.chmod(0o711)
    make_checkout(base / "check out")
    programs = [str(binaries.find()), str(Path(valkey.find_binary()).parent)]
    yield Checkout(base / "check out", tuple(programs))
    shutil.rmtree(base)


@pytest.fixture(name="make_checkout")
def make_checkout_() -> Callable[[Path], None]:
    """What writes another miniature product."""
    return make_checkout


def make_checkout(root: Path) -> None:
    """Write the miniature product to `root`."""
    shutil.copytree(ROOT / "bin", root / "bin")
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "backlog" / "devservices", root / "backlog" / "devservices", ignore=ignored)
    shutil.copy(ROOT / "backlog" / "__init__.py", root / "backlog")
    files = {"Procfile": PROCFILE, "manage.py": MANAGE, "web.py": WEB, "worker.py": WORKER}
    files |= {"requirements.txt": "", "constraints.txt": "", "requirements-dev.txt": "-r requirements.txt\n"}
    for name, text in files.items():
        (root / name).write_text(text)


@pytest.fixture
def home(checkout: Checkout) -> Iterator[Path]:
    """A home that no other test uses; what still runs there afterwards is ended."""
    path = Path(tempfile.mkdtemp(prefix="home-", dir=checkout.root.parent))
    path.chmod(0o711)
    yield path
    for process in checkout.processes_of(path):
        process.kill()
