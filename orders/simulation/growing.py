"""Structs of parallel arrays that grow by rows. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T", bound="DataclassInstance")


def append(record: T, known: Mapping[str, Any], rows: int) -> T:
    """Return a struct of parallel arrays with ``rows`` more entries; what is not ``known`` is 0, NO_DAY or false."""
    longer = {}
    for field in fields(record):
        column = getattr(record, field.name)
        new = np.zeros(rows, dtype=column.dtype)
        new[:] = known.get(field.name, 0)
        longer[field.name] = np.concatenate((column, new))
    return replace(record, **longer)
