"""A colleague corrects where an order goes, and takes it back."""

from __future__ import annotations

import pytest

from inventory.models import DirtyMark
from kernel.errors import Conflict, Invalid
from orders.handling.addressing import correct_address, restore_address
from orders.models import Hold, Order
from tests.factories import NOW
from tests.factories.inventory import make_product
from tests.factories.orders import make_order, make_user

pytestmark = pytest.mark.django_db

HERE, THERE = "Imogen Hale\n1 High Street\nYork YO1 1AA", "Imogen Hale\n2 Low Street\nYork YO1 1AB"


def test_a_correction_releases_the_hold_that_waited_for_it() -> None:
    make_order([(make_product(), 1)], ref="SO-1", held="address", ship_to=HERE)
    user = make_user("agent")

    correct_address("SO-1", ship_to=THERE, actor=user, now=NOW, version=1)

    assert Order.objects.get().ship_to == THERE
    assert Hold.objects.get().released_by == user
    assert DirtyMark.objects.exists()


def test_it_can_be_taken_back() -> None:
    make_order([(make_product(), 1)], ref="SO-1", ship_to=HERE)
    correct_address("SO-1", ship_to=THERE, actor=None, now=NOW)

    restore_address("SO-1", actor=None, now=NOW)

    assert Order.objects.get().ship_to == HERE


def test_what_nobody_could_deliver_to_and_what_is_stale_is_refused() -> None:
    make_order([(make_product(), 1)], ref="SO-1", ship_to=HERE)

    with pytest.raises(Invalid, match="whole address"):
        correct_address("SO-1", ship_to="York", actor=None, now=NOW)
    with pytest.raises(Conflict, match="goes there already"):
        correct_address("SO-1", ship_to=HERE, actor=None, now=NOW)
    with pytest.raises(Conflict, match="never went anywhere else"):
        restore_address("SO-1", actor=None, now=NOW)
    correct_address("SO-1", ship_to=THERE, actor=None, now=NOW, version=1)
    with pytest.raises(Conflict, match="changed meanwhile"):
        correct_address("SO-1", ship_to=HERE, actor=None, now=NOW, version=1)

    assert Order.objects.get().ship_to == THERE
