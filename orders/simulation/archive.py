"""Structs of arrays as bytes and back, exactly: what a run planned, kept so that it can be planned again.

A value becomes a tree of plain JSON and a list of arrays; ``np.savez_compressed`` keeps both. Nothing is pickled: what
is read back are arrays, texts, numbers, and the dataclasses of planning, which are found by name.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from importlib import import_module
from typing import Any

import numpy as np

_PACKAGES = ("orders.planning.", "orders.replanning.", "orders.learning.")  # whose dataclasses may be read back
_NARROW = (np.int8, np.int16, np.int32)


def pack(value: object) -> bytes:
    """Return a value as a compressed archive. Raises TypeError for what is neither struct nor array nor plain."""
    tree, arrays = _taken_apart(value)
    stream = io.BytesIO()
    named: dict[str, Any] = {f"a{index}": _narrowed(array) for index, array in enumerate(arrays)}
    np.savez_compressed(stream, tree=np.frombuffer(json.dumps(tree).encode(), dtype=np.uint8), **named)
    return stream.getvalue()


def unpack(archive: bytes) -> Any:
    """Return the value that was packed: the same types, shapes and bits. Raises ValueError for a foreign archive."""
    with np.load(io.BytesIO(archive), allow_pickle=False) as stored:
        tree = json.loads(stored["tree"].tobytes())
        return _put_together(tree, stored)


def fingerprint(value: object) -> str:
    """Return the SHA-256 of a value: equal values, equal fingerprints, whatever machine they were made on."""
    tree, arrays = _taken_apart(value)
    digest = hashlib.sha256(json.dumps(tree, sort_keys=True).encode())
    for array in arrays:
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def _taken_apart(value: object) -> tuple[Any, list[np.ndarray[Any, Any]]]:
    arrays: list[np.ndarray[Any, Any]] = []

    def walk(part: Any) -> Any:
        match part:
            case np.ndarray():
                arrays.append(part)
                return {"array": len(arrays) - 1, "dtype": part.dtype.str, "shape": part.shape}
            case None | bool() | int() | float() | str():
                return {"value": int(part) if type(part) is not bool and isinstance(part, int) else part}
            case tuple() | list():
                return {"tuple": [walk(one) for one in part]}
            case Mapping():
                return {"mapping": {str(name): walk(part[name]) for name in sorted(part)}}
        if is_dataclass(part) and not isinstance(part, type):
            kind = f"{type(part).__module__}:{type(part).__qualname__}"
            return {"struct": kind, "fields": {field.name: walk(getattr(part, field.name)) for field in fields(part)}}
        raise TypeError(f"{type(part).__name__} cannot be kept")

    return walk(value), arrays


def _put_together(tree: Any, stored: Mapping[str, np.ndarray[Any, Any]]) -> Any:
    if "array" in tree:
        array = stored[f"a{tree['array']}"]
        return array.astype(np.dtype(tree["dtype"])).reshape(tree["shape"])
    if "value" in tree:
        return tree["value"]
    if "tuple" in tree:
        return tuple(_put_together(one, stored) for one in tree["tuple"])
    if "mapping" in tree:
        return {name: _put_together(one, stored) for name, one in tree["mapping"].items()}
    parts = {name: _put_together(one, stored) for name, one in tree["fields"].items()}
    return _struct(tree["struct"])(**parts)


def _struct(kind: str) -> type:
    module, _, name = kind.partition(":")
    if not module.startswith(_PACKAGES):
        raise ValueError(f"{kind} is no struct of planning")
    found = getattr(import_module(module), name, None)
    if not isinstance(found, type) or not is_dataclass(found):
        raise ValueError(f"{kind} is no struct of planning any more")
    return found


def _narrowed(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return whole numbers in the narrowest type that holds them all: a quarter of the bytes to compress."""
    if array.dtype != np.int64 or not array.size:
        return array
    low, high = array.min(), array.max()
    fits = (kind for kind in _NARROW if np.iinfo(kind).min <= low and high <= np.iinfo(kind).max)
    return array.astype(next(fits, np.int64))
