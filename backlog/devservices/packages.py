"""Files of installed packages, found without importing any."""

import sys
from pathlib import Path

from backlog.devservices.home import ROOT


def find(package: str, pattern: str) -> str | None:
    """Return the file `pattern` of `package` in this Python or in the checkout's environment."""
    in_venv = (ROOT / ".venv" / "lib").glob("python*/site-packages")
    own = (Path(path) for path in sys.path if path.endswith("-packages"))
    for directory in (*own, *in_venv):
        found = sorted((directory / package).glob(pattern))
        if found:
            return str(found[0])
    return None
