from __future__ import annotations

import json
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orders.learning.risk import RiskModel, read_model
from orders.learning.scoring import (
    COST_OF_DELAY,
    EXPECTED_COST,
    LATE_RISK,
    LineFacts,
    learned_columns,
)
from orders.planning.types import Backlog, Context, Floats, Frozen, Ints, Products, Supply
from tests.orders.learning.models import learned, model_of
from tests.orders.learning.past import MONDAY, WEEKDAYS

NONE = np.zeros(0, dtype=np.int64)
NO_FROZEN = Frozen(NONE, NONE, NONE)
TODAY = Context(today=MONDAY, calendar=WEEKDAYS)


def ints(values: list[int]) -> Ints:
    return np.array(values, dtype=np.int64)


def backlog(products: list[int], qty: list[int]) -> Backlog:
    lines = len(products)
    return Backlog(
        line_id=ints(list(range(1, lines + 1))),
        order_id=ints(list(range(1, lines + 1))),
        product_id=ints(products),
        open_qty=ints(qty),
        placed_at=ints(list(range(lines))),
        ship_policy=np.zeros(lines, dtype=np.int16),
        has_shipped=np.zeros(lines, dtype=np.bool_),
        on_hold=np.zeros(lines, dtype=np.bool_),
        eta_by_hand=ints([0] * lines),
    )


def facts(promised: list[int], tier: list[int] | None = None, price: int = 1000) -> LineFacts:
    lines = len(promised)
    return LineFacts(
        placed_on=ints([MONDAY - 3] * lines),
        promised_on=ints([MONDAY + day if day is not None else 0 for day in promised]),
        price_minor=ints([price] * lines),
        tier=ints(tier or [3] * lines),
    )


def supply(*entries: tuple[int, int, int]) -> Supply:
    """Return (product, qty, day) entries; day 0 is on hand, others count from MONDAY."""
    product, qty, day = (ints([entry[k] for entry in entries]) for k in range(3))
    expected = np.where(day > 0, MONDAY + day, 0)
    nothing = np.zeros(len(entries), dtype=np.int64)
    return Supply(
        product_id=product,
        warehouse_id=nothing + 1,
        source_id=np.where(day > 0, 100 + np.arange(len(entries)), 0),
        qty=qty,
        expected_on=expected,
        first_expected_on=expected,
        delay_p50=nothing,
        delay_p90=nothing + 2,
        preference=nothing,
    )


def products(*ids: int) -> Products:
    lead = ints([5] * len(ids))
    return Products(ints(list(ids)), ints([0] * len(ids)), lead, lead)


def columns(model: RiskModel, lines: Backlog, about: LineFacts, there: Supply, *ids: int) -> dict[str, Floats]:
    found = learned_columns(learned(model), about, lines, there, NO_FROZEN, products(*ids), TODAY)
    return {name: column.values for name, column in found.items()}


def test_units_that_come_after_the_promised_day_are_a_risk() -> None:
    model = model_of(slack_on_stock=-0.2, slack_on_coming=-0.2)

    found = columns(model, backlog([10, 10], [5, 5]), facts([4, 4]), supply((10, 5, 0), (10, 5, 9)), 10)

    assert found[LATE_RISK][0] == pytest.approx(1 / (1 + np.exp(0.8)), abs=1e-3)  # on hand, 4 days to spare
    assert found[LATE_RISK][1] == pytest.approx(1 / (1 + np.exp(-1.0)), abs=1e-3)  # comes 5 days too late


def test_passing_over_a_line_costs_what_it_would_risk_if_all_others_went_first() -> None:
    model = model_of(slack_on_stock=-0.2, slack_on_coming=-0.2)

    found = columns(model, backlog([10, 10], [5, 5]), facts([4, 4], [0, 3]), supply((10, 5, 0), (10, 5, 9)), 10)

    behind = 1 / (1 + np.exp(-1.0))
    assert found[COST_OF_DELAY] == pytest.approx([0.4, 0.1])  # 4 % and 1 % of £10
    assert found[EXPECTED_COST] == pytest.approx([behind * 0.4, behind * 0.1], abs=1e-3)


def test_a_line_that_is_late_is_late_and_one_without_a_promise_is_unknown() -> None:
    lines, about = backlog([10, 10], [1, 1]), facts([-1, 5])
    about.promised_on[1] = 0

    found = columns(model_of(), lines, about, supply((10, 9, 0)), 10)

    assert found[LATE_RISK][0] == 1.0
    assert np.isnan(found[LATE_RISK][1])
    assert np.isnan(found[EXPECTED_COST][1])


def test_a_model_survives_being_stored_as_json() -> None:
    model = model_of(slack_on_stock=-0.37, tier=0.11)

    again = read_model(json.loads(json.dumps(model.as_document())))

    assert all((getattr(again, each.name) == getattr(model, each.name)).all() for each in fields(RiskModel))


def test_a_model_of_other_features_is_refused() -> None:
    document = model_of().as_document()
    del document["parts"]["tier"]

    with pytest.raises(KeyError):
        read_model(document)


@settings(max_examples=80)
@given(st.data())
def test_each_row_is_the_same_to_the_last_bit_alone_and_shuffled(data: st.DataObject) -> None:
    model = model_of(slack_on_stock=-0.21, slack_on_coming=-0.13, pressure=0.3, size=0.07, product_late_share=3.0)
    count = data.draw(st.integers(2, 12))
    of = data.draw(st.lists(st.sampled_from([10, 11]), min_size=count, max_size=count))
    lines = backlog(of, data.draw(st.lists(st.integers(1, 9), min_size=count, max_size=count)))
    about = facts(data.draw(st.lists(st.integers(-3, 30), min_size=count, max_size=count)))
    there = supply((10, data.draw(st.integers(1, 30)), 0), (11, 7, 0), (10, 5, 6), (11, 9, 12))

    whole = columns(model, lines, about, there, 10, 11)

    shuffled = np.array(data.draw(st.permutations(range(count))))
    mixed = columns(model, _rows(lines, shuffled), _rows(about, shuffled), there, 10, 11)
    alone = np.flatnonzero(lines.product_id == 10)
    part = columns(model, _rows(lines, alone), _rows(about, alone), _rows(there, np.array([0, 2])), 10)
    for name in (LATE_RISK, COST_OF_DELAY, EXPECTED_COST):
        assert mixed[name].tobytes() == whole[name][shuffled].tobytes()
        assert part[name].tobytes() == whole[name][alone].tobytes()


def _rows(record: Backlog | LineFacts | Supply, chosen: Ints) -> Backlog | LineFacts | Supply:
    return replace(record, **{each.name: getattr(record, each.name)[chosen] for each in fields(record)})
