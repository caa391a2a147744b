"""One product sent instead of another: proposed, swapped, taken unasked."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.models import DirtyMark, Product, StockLevel, Substitute
from inventory.substitutes import SubstituteIn, change_substitutes
from kernel.errors import Conflict, Invalid
from orders.entry.incoming import CustomerIn, LineIn, OrderIn
from orders.entry.intake import take_in
from orders.handling.lifecycle import cancel_order
from orders.handling.substituting import stand_in, substitute_line, swap_back, take_substitutes
from orders.handling.terms import change_order_terms
from orders.integrity import check
from orders.models import Allocation, AllocationState, LineSubstitution, Order, OrderLine
from orders.queries.substitutes import Proposal, proposals
from orders.replan import plan_marked, replan
from tests.factories import NOW
from tests.factories.inventory import make_product, make_stock
from tests.factories.orders import allocate, make_line, make_order
from tests.orders.planning.checking import checked

pytestmark = pytest.mark.django_db


@pytest.fixture
def lamp() -> Product:
    lamp, blue = make_product("LAMP", unit_price=Decimal("9.00")), make_product("BLUE")
    make_stock(lamp, on_hand=2)
    make_stock(blue, on_hand=8, protected=1)
    return lamp


@pytest.fixture
def order(lamp: Product) -> Order:
    order = make_order([(lamp, 5)], ref="SO-1", ship_policy="partial")
    allocate(make_line(order), 2)
    return order


def allow(**members: Any) -> None:
    change_substitutes("LAMP", substitutes=[SubstituteIn("BLUE", **members)], actor=None, now=NOW)


def shown(order: Order) -> list[tuple[str, int, int]]:
    return list(order.lines.order_by("position").values_list("product__sku", "ordered_qty", "cancelled_qty"))


def test_what_could_stand_in_is_proposed_as_far_as_it_is_there(order: Order) -> None:
    allow(units=3)

    (proposal,) = proposals(order)

    assert (proposal.short_qty, proposal.substitute, proposal.free_qty) == (3, "BLUE", 7)
    assert (proposal.covers_qty, proposal.substitute_qty, proposal.needs_consent) == (2, 6, True)


def test_a_swap_takes_the_units_that_lack_off_their_line_and_adds_one(order: Order) -> None:
    allow(units=3, per=2)

    substitute_line("SO-1", position=1, sku="BLUE", is_agreed=True, actor=None, now=NOW, version=1)

    assert shown(order) == [("LAMP", 5, 3), ("BLUE", 5, 0)]
    assert make_line(order, 2).unit_price == Decimal("5.40")  # 3 × 9.00 for 5 units
    assert LineSubstitution.objects.get().replaced_qty == 3
    assert set(DirtyMark.objects.values_list("product__sku", flat=True)) == {"LAMP", "BLUE"}
    replan(product_ids=None, cause="test", now=NOW)
    assert dict(Allocation.objects.values_list("product__sku", "qty")) == {"LAMP": 2, "BLUE": 5}
    assert check() == []


def test_allocated_units_can_be_swapped_too_but_no_pinned_ones(order: Order) -> None:
    allow(needs_consent=False)
    substitute_line("SO-1", position=1, sku="BLUE", qty=4, actor=None, now=NOW)
    assert StockLevel.objects.get(product__sku="LAMP").reserved == 1

    Allocation.objects.update(state=AllocationState.PINNED)
    with pytest.raises(Conflict, match="0 can be swapped"):
        substitute_line("SO-1", position=1, sku="BLUE", qty=1, actor=None, now=NOW)


def test_a_swap_that_nobody_allowed_is_refused_and_changes_nothing(order: Order) -> None:
    with pytest.raises(Conflict, match="BLUE is no substitute for LAMP"):
        substitute_line("SO-1", position=1, sku="BLUE", actor=None, now=NOW)
    allow()
    with pytest.raises(Conflict, match="customer must agree"):
        substitute_line("SO-1", position=1, sku="BLUE", actor=None, now=NOW)
    with pytest.raises(Invalid, match="no open line 2"):
        substitute_line("SO-1", position=2, sku="BLUE", is_agreed=True, actor=None, now=NOW)

    assert shown(order) == [("LAMP", 5, 0)]


def test_an_order_comes_in_with_what_is_there_instead(lamp: Product) -> None:
    allow(needs_consent=False, when="entry")

    asked = OrderIn("web", "1", CustomerIn(code="ACME"), (LineIn("LAMP", 5), LineIn("LAMP", 2)))
    order, _ = take_in(asked, actor=None, now=NOW)

    assert shown(order) == [("LAMP", 5, 5), ("LAMP", 2, 0), ("BLUE", 5, 0)]


def test_an_order_comes_in_as_it_is_where_too_little_is_there_or_somebody_must_agree(lamp: Product) -> None:
    allow(needs_consent=False, units=2)
    order, _ = take_in(OrderIn("web", "1", CustomerIn("ACME"), (LineIn("LAMP", 5),)), actor=None, now=NOW)
    assert shown(order) == [("LAMP", 5, 0)]

    allow(needs_consent=True)
    order, _ = take_in(OrderIn("web", "2", CustomerIn("ACME"), (LineIn("LAMP", 5),)), actor=None, now=NOW)
    assert shown(order) == [("LAMP", 5, 0)]


def test_units_that_a_line_waits_for_at_entry_are_not_counted_for_the_next(lamp: Product) -> None:
    """2 are there and 7 of the substitute: too few for 8, which take the 2, so the next 2 are swapped."""
    allow(needs_consent=False, when="entry")

    lines = (LineIn("LAMP", 8), LineIn("LAMP", 2))
    order, _ = take_in(OrderIn("web", "1", CustomerIn("ACME"), lines), actor=None, now=NOW)

    assert shown(order) == [("LAMP", 8, 0), ("LAMP", 2, 2), ("BLUE", 2, 0)]


@pytest.mark.parametrize(
    ("said", "needs_consent", "is_swapped"),
    [("ask", True, False), ("ask", False, True), ("agreed", True, True), ("never", False, False)],
)
def test_what_the_customer_said_goes_before_the_rule_at_entry_and_later(
    lamp: Product, said: str, needs_consent: bool, is_swapped: bool
) -> None:
    allow(needs_consent=needs_consent)
    swapped, as_it_is = [("LAMP", 5, 5), ("BLUE", 5, 0)], [("LAMP", 5, 0)]
    asked = OrderIn("web", "1", CustomerIn("ACME"), (LineIn("LAMP", 5),), substitutes=said)
    order, _ = take_in(asked, actor=None, now=NOW)
    assert shown(order) == (swapped if is_swapped else as_it_is)

    cancel_order(order.ref, reason="No longer wanted", actor=None, now=NOW)
    waiting = make_order([(lamp, 5)], ref="SO-W", ship_policy="partial", substitutes=said)
    replan(product_ids=None, cause="test", now=NOW)

    assert take_substitutes(now=NOW) == int(is_swapped)
    assert {proposal.needs_consent for proposal in proposals(waiting)} <= {not is_swapped}


def test_who_wants_none_is_asked_even_where_the_rule_needs_no_asking(order: Order) -> None:
    allow(needs_consent=False)
    change_order_terms("SO-1", substitutes="never", actor=None, now=NOW)

    with pytest.raises(Conflict, match="must agree"):
        substitute_line("SO-1", position=1, sku="BLUE", actor=None, now=NOW)
    assert shown(order) == [("LAMP", 5, 0)]
    substitute_line("SO-1", position=1, sku="BLUE", is_agreed=True, actor=None, now=NOW)
    assert shown(order) == [("LAMP", 5, 3), ("BLUE", 3, 0)]


def test_an_order_that_came_in_before_there_was_a_choice_is_the_same_sent_again(lamp: Product) -> None:
    asked = OrderIn("web", "1", CustomerIn("ACME"), (LineIn("LAMP", 1),))
    content = asdict(asked)
    del content["substitutes"]
    digest = hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":"), default=str).encode())
    take_in(asked, actor=None, now=NOW)

    assert Order.objects.get().intake_digest == digest.hexdigest()
    with pytest.raises(Conflict):
        take_in(replace(asked, substitutes="never"), actor=None, now=NOW)


def test_what_nobody_can_say_is_refused(order: Order) -> None:
    with pytest.raises(Invalid) as refused:
        change_order_terms("SO-1", substitutes="maybe", actor=None, now=NOW)
    assert set(refused.value.fields) == {"substitutes"}


def test_waiting_lines_take_substitutes_unasked_best_rank_first(lamp: Product) -> None:
    late = make_order([(lamp, 6)], ref="SO-2", ship_policy="partial")
    first = make_order([(lamp, 6)], ref="SO-1", is_expedited=True, ship_policy="partial")
    allow(needs_consent=False)
    replan(product_ids=None, cause="test", now=NOW)

    assert take_substitutes(now=NOW) == 1
    assert take_substitutes(now=NOW) == 0  # what it swapped is not planned yet
    plan_marked(list(DirtyMark.objects.values_list("product_id", flat=True)), now=NOW)

    assert take_substitutes(now=NOW) == 0  # 3 are left, and 6 lack
    assert shown(first) == [("LAMP", 6, 4), ("BLUE", 4, 0)]
    assert shown(late) == [("LAMP", 6, 0)]


def test_one_that_is_for_entry_only_is_not_taken_later(order: Order) -> None:
    allow(needs_consent=False, when="entry")
    replan(product_ids=None, cause="test", now=NOW)

    assert take_substitutes(now=NOW) == 0


def test_wrong_lists_are_refused_by_place_and_keep_the_old_one(lamp: Product) -> None:
    allow()
    wrong = [SubstituteIn("BLUE"), SubstituteIn("LAMP")], [SubstituteIn("BLUE", units=0)], [SubstituteIn("RED")]
    for substitutes in wrong:
        with pytest.raises(Invalid):
            change_substitutes("LAMP", substitutes=substitutes, actor=None, now=NOW)

    assert lamp.substitutes.get().substitute.sku == "BLUE"
    assert OrderLine.objects.count() == 0


def test_a_swap_can_be_taken_back_until_part_of_it_is_gone(order: Order) -> None:
    allow(needs_consent=False)
    substitute_line("SO-1", position=1, sku="BLUE", qty=3, actor=None, now=NOW)
    replan(product_ids=None, cause="test", now=NOW)

    swap_back("SO-1", position=2, actor=None, now=NOW)

    assert shown(order) == [("LAMP", 5, 0), ("BLUE", 3, 3)]
    assert dict(StockLevel.objects.values_list("product__sku", "reserved")) == {"LAMP": 2, "BLUE": 0}
    assert set(DirtyMark.objects.values_list("product__sku", flat=True)) == {"LAMP", "BLUE"}
    with pytest.raises(Conflict, match="no longer be swapped back"):
        swap_back("SO-1", position=2, actor=None, now=NOW)
    with pytest.raises(Invalid, match="stands in for no other"):
        swap_back("SO-1", position=1, actor=None, now=NOW)
    assert check() == []


@pytest.fixture
def red(lamp: Product) -> Product:
    """A second substitute of which 6 are there, tried after BLUE, of which 7 are."""
    red = make_product("RED")
    make_stock(red, on_hand=6)
    return red


def allow_in_order(*skus: str) -> None:
    change_substitutes(
        "LAMP", substitutes=[SubstituteIn(sku, needs_consent=False) for sku in skus], actor=None, now=NOW
    )


@pytest.mark.parametrize(
    ("skus", "wanted", "taken"),
    [(("BLUE", "RED"), 6, "BLUE"), (("RED", "BLUE"), 6, "RED"), (("RED", "BLUE"), 7, "BLUE"), (("RED",), 7, "LAMP")],
    ids=["the first", "the first of the other list", "the first that is there in full", "none"],
)
def test_substitutes_are_tried_in_their_order_at_entry(
    red: Product, skus: tuple[str, ...], wanted: int, taken: str
) -> None:
    allow_in_order(*skus)

    order, _ = take_in(OrderIn("web", "1", CustomerIn("ACME"), (LineIn("LAMP", wanted),)), actor=None, now=NOW)

    assert shown(order)[-1] == (taken, wanted, 0)


@pytest.mark.parametrize(
    ("skus", "wanted", "taken"),
    [(("BLUE", "RED"), 8, "BLUE"), (("RED", "BLUE"), 8, "RED"), (("RED", "BLUE"), 9, "BLUE")],
    ids=["the first", "the first of the other list", "the first that is there in full"],
)
def test_substitutes_are_tried_in_their_order_for_who_waits(
    lamp: Product, red: Product, skus: tuple[str, ...], wanted: int, taken: str
) -> None:
    order = make_order([(lamp, wanted)], ship_policy="partial")
    allow_in_order(*skus)
    replan(product_ids=None, cause="test", now=NOW)

    assert take_substitutes(now=NOW) == 1

    assert shown(order) == [("LAMP", wanted, wanted - 2), (taken, wanted - 2, 0)]


def test_the_worked_example_of_the_docs(lamp: Product) -> None:
    """5 wanted, 2 on hand; 3 stand in for 2, and 7 are free. 5 units at three fifths of the price."""
    order = make_order([(lamp, 5)], ship_policy="partial")
    allow(needs_consent=False, units=3, per=2)
    replan(product_ids=None, cause="test", now=NOW)

    assert take_substitutes(now=NOW) == 1

    assert shown(order) == [("LAMP", 5, 3), ("BLUE", 5, 0)]
    assert make_line(order, 2).unit_price == Decimal("5.40")


ratios = st.integers(1, 1000)


@checked
@given(st.integers(1, 1_000_000), ratios, ratios, st.decimals(0, 1_000_000, places=2))
def test_no_unit_fewer_and_no_penny_more_than_what_is_stood_in_for(
    qty: int, units: int, per: int, price: Decimal
) -> None:
    added = stand_in(OrderLine(unit_price=price), Substitute(units=units, per=per), qty, position=2)

    assert (added.ordered_qty - 1) * per < qty * units <= added.ordered_qty * per
    left = price * qty - added.unit_price * added.ordered_qty
    assert 0 <= left < Decimal("0.01") * added.ordered_qty


@checked
@given(st.integers(1, 1_000_000), st.integers(0, 1_000_000), ratios, ratios)
def test_what_is_proposed_is_there_and_one_more_is_not(short: int, free: int, units: int, per: int) -> None:
    proposal = Proposal(
        line_id=1,
        position=1,
        sku="LAMP",
        short_qty=short,
        rule_id=1,
        substitute_id=2,
        substitute="BLUE",
        name="Blue lamp",
        units=units,
        per=per,
        needs_consent=False,
        when="any",
        free_qty=free,
    )

    assert proposal.substitute_qty <= free
    assert proposal.covers_qty == short or -(-(proposal.covers_qty + 1) * units // per) > free
