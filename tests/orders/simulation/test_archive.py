from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from orders.planning.types import Attribute, Frozen
from orders.simulation.archive import fingerprint, pack, unpack

ANY_ARRAY = arrays.arrays(
    dtype=st.sampled_from([np.int64, np.int16, np.float64, np.bool_]),
    shape=arrays.array_shapes(min_dims=1, max_dims=2, min_side=0, max_side=5),
)


@given(ANY_ARRAY)
def test_an_array_comes_back_bit_for_bit(array: np.ndarray) -> None:
    (again,) = unpack(pack((array,)))

    assert (again.dtype, again.shape) == (array.dtype, array.shape)
    assert again.tobytes() == array.tobytes()
    assert fingerprint((again,)) == fingerprint((array,))


def test_structs_mappings_and_scalars_come_back_as_they_were() -> None:
    ids = np.array([3, 2**40, -1])
    value = {
        "frozen": Frozen(ids, ids, ids),
        "text": Attribute(np.array([0, -1]), ("gold", "silver")),
        "nothing": None,
        "number": 1.5,
        "tuples": ((1, 2), (True,)),
    }

    again = unpack(pack(value))

    assert isinstance(again["frozen"], Frozen)
    assert again["frozen"].qty.tolist() == ids.tolist()
    assert again["text"].categories == ("gold", "silver")
    assert (again["nothing"], again["number"], again["tuples"]) == (None, 1.5, ((1, 2), (True,)))
    assert fingerprint(again) == fingerprint(value)


def test_what_differs_has_another_fingerprint() -> None:
    one, other = np.array([1, 2]), np.array([2, 1])

    assert fingerprint(Frozen(one, one, one)) != fingerprint(Frozen(one, one, other))
    assert fingerprint((one.astype(np.int16),)) != fingerprint((one,))
    assert fingerprint(((1, 2), 3)) != fingerprint((1, (2, 3)))


def test_what_could_not_come_back_is_refused() -> None:
    @dataclass(frozen=True)
    class Foreign:
        number: int

    with pytest.raises(TypeError, match="cannot be kept"):
        pack(object())
    with pytest.raises(ValueError, match="no struct of planning"):
        unpack(pack(Foreign(1)))
