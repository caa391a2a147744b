from __future__ import annotations

from io import StringIO
from pathlib import Path

from django.core.management import CommandError, call_command


def write_csv(folder: Path, *lines: str, encoding: str = "utf-8") -> Path:
    path = folder / "file.csv"
    path.write_bytes("\r\n".join(lines).encode(encoding))
    return path


def run_command(name: str, path: Path, **options: object) -> tuple[str, str, str]:
    """Run an import command; return what it printed, its errors, and the words it failed with ('' when it did not)."""
    out, err = StringIO(), StringIO()
    try:
        call_command(name, str(path), stdout=out, stderr=err, **options)
    except CommandError as error:
        return out.getvalue(), err.getvalue(), str(error)
    return out.getvalue(), err.getvalue(), ""
