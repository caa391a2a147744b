"""A CSV file as rows with names: encoding, delimiter and header are found or refused, never guessed."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from kernel.errors import Invalid

DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs"}
MAX_BYTES = 50 * 1024 * 1024


class Lines(Protocol):
    """What reads a file: its lines as cells, and how many of the file it has read."""

    line_num: int

    def __iter__(self) -> Iterator[list[str]]: ...


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its line in the file (the header is line 1) and its trimmed cells by column, empty if absent."""

    line: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")


@dataclass(frozen=True, slots=True)
class RowError:
    """What is wrong with a cell (or a row, where ``column`` is empty), in words."""

    line: int
    column: str
    message: str

    def __str__(self) -> str:
        return f"line {self.line}{f', {self.column}' if self.column else ''}: {self.message}"


@dataclass(slots=True)
class Table:
    rows: list[Row] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)


def read_table(path: Path, *, required: Sequence[str], optional: Sequence[str] = (), encoding: str = "utf-8") -> Table:
    """Read a CSV file with a header line; raise Invalid when the file as a whole cannot be understood.

    Text is kept as it is written: a cell that looks like a formula is text. Rows with another number of cells than the
    header are reported, not read.
    """
    text = _decode(_load(path), encoding)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        header = _header(next(lines, []), required, optional)
        return _rows(lines, header)
    except csv.Error as error:
        raise Invalid(f"Line {lines.line_num} is no CSV: {error}.") from error


def _load(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise Invalid(f"{path.name} is larger than {MAX_BYTES // 1024**2} MB. Split it.")
        return path.read_bytes()
    except OSError as error:
        raise Invalid(f"{path} cannot be read: {error.strerror}.") from error


def _decode(content: bytes, encoding: str) -> str:
    """Return the text; a byte order mark is dropped, anything that is not ``encoding`` is refused."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Invalid("The file is UTF-16. Save it as CSV in UTF-8.")
    if content.startswith(b"PK\x03\x04"):
        raise Invalid("The file is a workbook or an archive. Save it as CSV in UTF-8.")
    try:
        text = content.decode("utf-8-sig" if encoding.lower() in ("utf-8", "utf8") else encoding)
    except LookupError as error:
        raise Invalid(f"There is no encoding {encoding!r}. Try utf-8 or cp1252.") from error
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise Invalid(
            f"Line {line} is not {encoding}: byte 0x{content[error.start]:02X}. "
            "Save the file as UTF-8, or say what it is: --encoding cp1252."
        ) from error
    if "\0" in text:
        raise Invalid("The file holds zero bytes: it is no text. Save it as CSV in UTF-8.")
    return text


def _delimiter(text: str) -> str:
    header = text.split("\n", 1)[0]
    found = [delimiter for delimiter in DELIMITERS if delimiter in header]
    if len(found) > 1:
        names = " and ".join(DELIMITERS[delimiter] for delimiter in found)
        raise Invalid(f"The header has {names}. Separate the columns by one of them only.")
    return found[0] if found else ","


def _header(cells: Sequence[str], required: Sequence[str], optional: Sequence[str]) -> list[str]:
    header = ["_".join(cell.strip().lower().split()) for cell in cells]
    known = (*required, *optional)
    missing = [name for name in required if name not in header]
    unknown = [name for name in header if name not in known]
    twice = sorted({name for name in header if header.count(name) > 1})
    if missing:
        raise Invalid(f"The header lacks {', '.join(missing)}. Columns: {', '.join(known)}.")
    if unknown:
        raise Invalid(f"The header names {', '.join(map(repr, unknown))}. Columns: {', '.join(known)}.")
    if twice:
        raise Invalid(f"The header names {', '.join(twice)} more than once.")
    return header


def _rows(lines: Lines, header: list[str]) -> Table:
    table, line = Table(), 2
    for cells in lines:
        if any(cell.strip() for cell in cells):
            if len(cells) == len(header):
                table.rows.append(Row(line, dict(zip(header, map(str.strip, cells), strict=True))))
            else:
                message = f"{len(cells)} cells where the header has {len(header)}."
                table.errors.append(RowError(line, "", message))
        line = lines.line_num + 1
    if not table.rows and not table.errors:
        raise Invalid("The file has no rows below its header.")
    return table
