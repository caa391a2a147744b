"""Rows between PostgreSQL and NumPy by binary COPY: no Python object per row, in either direction (ADR 0005)."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib import import_module
from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from orders.planning.types import NO_DAY, Bools, Ints

import_module("numpy.ma")  # np.unique would load it in the middle of a process's first run, for 15 ms

Column = NDArray[Any]
Columns = dict[str, Column]
Types = Mapping[str, str]  # of columns, as PostgreSQL calls them

_SIGNATURE = b"PGCOPY\n\xff\r\n\0"
_HEADER = _SIGNATURE + bytes(8)  # no flags, no extension
_END = b"\xff\xff"
_WIRE: dict[str, np.dtype[Any]] = {
    "int2": np.dtype(">i2"),
    "int4": np.dtype(">i4"),
    "int8": np.dtype(">i8"),
    "float8": np.dtype(">f8"),
    "bool": np.dtype("?"),
    "date": np.dtype(">i4"),
    "timestamptz": np.dtype(">i8"),
}
_ARRAY_HEAD = struct.Struct(">iiiii")  # dimensions, whether it has NULLs, type, size, first index
_DAY_ZERO = 730_120  # date(2000, 1, 1).toordinal(): PostgreSQL counts days and microseconds from there
_EPOCH_MICROSECONDS = 946_684_800_000_000  # from 1970 to 2000
_MINUS_INFINITY = -(2**31)
_FLOAT8_OID = 701
_ROWS_DECODED = 8_192  # at a time: they stay in the processor's cache while column after column is taken out
_ROWS_AT_ONCE = 20_000  # bounds the memory that encoding takes; the database reads some while others are encoded


@dataclass(frozen=True, slots=True)
class Field:
    """One column to write: its PostgreSQL type, its values, and where it is NULL.

    Dates are day ordinals and NULL where they are NO_DAY, other types where ``is_null`` says so; timestamps are
    microseconds since 1970. ``float8[]`` takes values of shape (rows, n). Integers must fit their type: the database's
    own bounds are not checked again here.
    """

    name: str
    type: str
    values: Column
    is_null: Bools | None = None

    def nulls(self, rows: slice) -> Bools | None:
        """Return where these rows are NULL; None where they cannot be."""
        if self.type == "date":
            return np.asarray(self.values[rows] == NO_DAY)
        return None if self.is_null is None else self.is_null[rows]


class _Stream:
    """What ``copy_expert`` reads: blocks of rows, each encoded when the one before is sent."""

    def __init__(self, fields: Sequence[Field], rows: int) -> None:
        self._blocks = _blocks(fields, rows)

    def read(self, size: int) -> bytes:
        """Return the next block, however long it is; nothing when there is no more."""
        return next(self._blocks, b"")


def copy_out(query: str, params: Mapping[str, Any] | None, types: Types, *, gathered: bool = False) -> Columns:
    """Run ``query`` through COPY and return its columns, in order, under the names and types given.

    Integers come as int64, dates as day ordinals, timestamps as microseconds since 1970. Nothing may be NULL, except a
    date that the query turned into ``'-infinity'``, which becomes NO_DAY. Raises ValueError when the stream has other
    types than announced. O(rows), no Python loop over them.

    Some ten thousand rows may come ``gathered``, as one with an array a column: psycopg2 hands over every row by a call
    of its own, for which a thread needs the interpreter. PostgreSQL gathers hundreds of thousands in twice the time.
    """
    if gathered:
        arrays = ", ".join(f"array_send(array_agg({name}))" for name in types)
        query = f"SELECT {arrays} FROM ({query}) AS found ({', '.join(types)})"
    stream = io.BytesIO()
    with connection.cursor() as cursor:
        statement = cursor.mogrify(query, params).decode() if params else query
        cursor.copy_expert(f"COPY ({statement}) TO STDOUT (FORMAT binary)", stream)
    return (_decode_arrays if gathered else _decode)(stream.getbuffer(), types)


def copy_in(table: str, fields: Sequence[Field], *, first: str = "") -> int:
    """Append rows to ``table`` through COPY and return how many. Fields are parallel; a table gets them in any order.

    Rows may arrive in another order than given: those with the same fields NULL travel together. Statements to run
    ``first``, each ended by a semicolon, travel with the COPY.
    """
    rows = len(fields[0].values)
    if not rows:
        return 0
    names = ", ".join(field.name for field in fields)
    with connection.cursor() as cursor:
        cursor.copy_expert(f"{first} COPY {table} ({names}) FROM STDIN (FORMAT binary)", _Stream(fields, rows))
    return rows


def sorted_by(columns: Columns, *keys: str) -> Columns:
    """Return the columns with their rows ascending by the keys; tables often come so, which is found out first."""
    if _ascend([columns[key] for key in keys]):
        return columns
    order = np.lexsort([columns[key] for key in reversed(keys)])
    return {name: column[order] for name, column in columns.items()}


def as_array(numbers: Ints) -> str:
    """Return whole numbers as the text of an array, for a parameter that is cast to one.

    PostgreSQL reads it as one constant: 12 ms for 20,000 numbers, where a list of as many takes 57 ms.
    """
    return "{" + ",".join(map(str, numbers.tolist())) + "}"


def as_text(field: Field) -> str:
    """Return a column as the text of an array, for a parameter that is cast to one of the field's type."""
    values = field.values.tolist()
    if field.type == "date":
        return "{" + ",".join("NULL" if day == NO_DAY else str(date.fromordinal(day)) for day in values) + "}"
    return "{" + ",".join(map(repr, values)) + "}"


def _ascend(keys: Sequence[Column]) -> bool:
    is_tied = np.ones(max(len(keys[0]) - 1, 0), dtype=np.bool_)
    for key in keys:
        before, after = key[:-1], key[1:]
        if (is_tied & (after < before)).any():
            return False
        is_tied &= after == before
    return True


def _decode(data: memoryview, types: Types) -> Columns:
    dtype = _row(tuple(types.items()))
    rows, rest = divmod(len(data) - len(_HEADER) - len(_END), dtype.itemsize)
    if rest or bytes(data[: len(_SIGNATURE)]) != _SIGNATURE or bytes(data[-2:]) != _END:
        raise ValueError(f"COPY stream does not hold rows of {dict(types)}: a type differs or a value is NULL")
    records = np.frombuffer(data, dtype=dtype, count=rows, offset=len(_HEADER))
    columns = {name: _empty(rows, type_) for name, type_ in types.items()}
    for start in range(0, rows, _ROWS_DECODED):
        block = slice(start, start + _ROWS_DECODED)
        _decode_block(records[block], types, {name: column[block] for name, column in columns.items()})
    return columns


@lru_cache
def _row(types: tuple[tuple[str, str], ...]) -> np.dtype[Any]:
    """Return the form of a row of the stream."""
    row: list[tuple[str, Any]] = [("fields", ">i2")]
    for name, type_ in types:
        row += [(f"{name} length", ">i4"), (name, _WIRE[type_])]
    return np.dtype(row)


def _decode_block(records: NDArray[Any], types: Types, columns: Columns) -> None:
    if (records["fields"] != len(types)).any():
        raise ValueError(f"COPY stream has another number of columns than {list(types)}")
    for name, type_ in types.items():
        _check_lengths(records[f"{name} length"], name, type_)
        _from_wire(records[name], type_, columns[name])


def _decode_arrays(data: memoryview, types: Types) -> Columns:
    at = len(_HEADER) + 2  # behind the number of fields
    columns = {}
    for name, type_ in types.items():
        [length] = struct.unpack_from(">i", data, at)
        at += 4
        columns[name] = _decode_array(data[at : at + max(length, 0)], name, type_)
        at += max(length, 0)
    return columns


def _decode_array(data: memoryview, name: str, type_: str) -> Column:
    items = data[_ARRAY_HEAD.size :]
    item = np.dtype([("length", ">i4"), ("value", _WIRE[type_])])
    if data and (_ARRAY_HEAD.unpack_from(data)[:2] != (1, 0) or len(items) % item.itemsize):
        raise ValueError(f"column {name} is not {type_} NOT NULL")
    records = np.frombuffer(items, dtype=item)
    _check_lengths(records["length"], name, type_)
    column = _empty(len(records), type_)
    _from_wire(records["value"], type_, column)
    return column


def _check_lengths(lengths: Column, name: str, type_: str) -> None:
    if (lengths != _WIRE[type_].itemsize).any():
        raise ValueError(f"column {name} is not {type_} NOT NULL")


def _empty(rows: int, type_: str) -> Column:
    return np.empty(rows, dtype={"float8": np.float64, "bool": np.bool_}.get(type_, np.int64))


def _from_wire(values: Column, type_: str, column: Column) -> None:
    """Fill a column with the values that came over the wire."""
    column[...] = values
    if type_ == "date":
        is_known = column != _MINUS_INFINITY
        column += _DAY_ZERO
        column[~is_known] = NO_DAY
    elif type_ == "timestamptz":
        column += _EPOCH_MICROSECONDS


def _blocks(fields: Sequence[Field], rows: int) -> Iterator[bytes]:
    """Yield the whole stream, pattern by pattern: rows with the same NULLs have the same width and form one array."""
    yield _HEADER
    for start in range(0, rows, _ROWS_AT_ONCE):
        part = slice(start, start + _ROWS_AT_ONCE)
        values = [field.values[part] for field in fields]
        pattern = np.zeros(len(values[0]), dtype=np.int64)
        for place, field in enumerate(fields):
            null = field.nulls(part)
            if null is not None:
                pattern |= null.astype(np.int64) << place
        for code in np.unique(pattern):
            chosen: Bools = pattern == code
            parts = [None if code >> place & 1 else column[chosen] for place, column in enumerate(values)]
            yield _records(fields, parts, int(chosen.sum()))
    yield _END


def _records(fields: Sequence[Field], parts: Sequence[Column | None], rows: int) -> bytes:
    row: list[tuple[Any, ...]] = [("fields", ">i2")]
    for place, (field, part) in enumerate(zip(fields, parts, strict=True)):
        row.append((f"length {place}", ">i4"))
        if part is not None:
            row.append(
                (f"value {place}", _array_type(part.shape[1]) if field.type == "float8[]" else _WIRE[field.type])
            )
    records = np.zeros(rows, dtype=np.dtype(row))
    records["fields"] = len(fields)
    for place, (field, part) in enumerate(zip(fields, parts, strict=True)):
        if part is None:
            records[f"length {place}"] = -1
            continue
        target = records[f"value {place}"]
        records[f"length {place}"] = target.dtype.itemsize
        if field.type == "float8[]":
            _fill_arrays(target, part)
        else:
            target[:] = _to_wire(part, field.type)
    return records.tobytes()


def _array_type(size: int) -> np.dtype[Any]:
    head: list[tuple[Any, ...]] = [("dimensions", ">i4"), ("has_null", ">i4"), ("element", ">i4")]
    if not size:
        return np.dtype(head)
    items = np.dtype([("length", ">i4"), ("value", ">f8")])
    return np.dtype([*head, ("size", ">i4"), ("first", ">i4"), ("items", items, (size,))])


def _fill_arrays(target: Column, part: Column) -> None:
    size = part.shape[1]
    target["element"] = _FLOAT8_OID
    if size:
        target["dimensions"], target["size"], target["first"] = 1, size, 1
        target["items"]["length"] = 8
        target["items"]["value"] = part


def _to_wire(values: Column, type_: str) -> Column:
    if type_ == "date":
        return values - _DAY_ZERO
    return values - _EPOCH_MICROSECONDS if type_ == "timestamptz" else values
