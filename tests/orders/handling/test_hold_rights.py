"""Who may release which kind of hold: all who may hold, until an admin narrows it, on every way to a release."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group

from backlog.accounts.roles import ADMIN, HANDED_OUT, OPS, sync_roles
from inventory.models import SetupChange
from kernel.errors import Conflict, Forbidden, Invalid
from notifications.models import Fact
from orders import setup
from orders.bulk.jobs import start_job, undo_job, work_chunk
from orders.dialogue import customer_choices
from orders.dialogue.customer_choices import Sent
from orders.handling.addressing import correct_address
from orders.handling.hold_rights import change_hold_rights, may_release, rights
from orders.handling.lifecycle import hold, release
from orders.models import BulkJobRow, HoldKind, Order
from tests.factories import NOW
from tests.factories.inventory import make_product
from tests.factories.orders import make_order, make_user

pytestmark = pytest.mark.django_db
ADDRESS = "Ann Smith\n4 Long Street\nLeeds LS1 4AB"


def narrow(*kinds: str) -> None:
    change_hold_rights({kind: [ADMIN] for kind in kinds}, actor=None, now=NOW)


def held_order(*kinds: str) -> Order:
    order = make_order(lines=[(make_product(), 1)])
    for kind in kinds:
        hold(order.ref, kind=kind, actor=None, now=NOW)
    return order


def kinds_of(order: Order) -> list[str]:
    return sorted(order.holds.filter(released_at=None).values_list("kind", flat=True))


def test_every_kind_is_released_by_all_who_may_hold_at_first() -> None:
    assert {name.removeprefix("orders.release_").removesuffix("_hold") for name in HANDED_OUT} == set(HoldKind.values)
    assert rights() == {kind: [OPS, ADMIN] for kind in HoldKind.values}


def test_a_kind_that_was_narrowed_is_refused_to_others_in_words_and_stays() -> None:
    narrow("credit")
    order = held_order("credit", "manual")
    ops, admin = make_user("ops"), make_user("admin")

    for kind in ("credit", None):
        with pytest.raises(Forbidden, match="Credit holds are released by admin only"):
            release(order.ref, kind=kind, actor=ops, now=NOW)
    assert kinds_of(order) == ["credit", "manual"]
    assert not Fact.objects.filter(kind="orders.released").exists()

    release(order.ref, kind="manual", actor=ops, now=NOW)
    assert kinds_of(order) == ["credit"]
    release(order.ref, actor=admin, now=NOW)
    assert kinds_of(order) == []


def test_the_system_releases_what_was_to_end() -> None:
    narrow("credit")

    release(held_order("credit").ref, actor=None, now=NOW)

    assert may_release(None, "credit")


def test_of_many_orders_those_with_a_narrowed_kind_are_refused_one_by_one() -> None:
    narrow("credit")
    ops = make_user("ops")
    credit, manual = held_order("credit", "manual"), held_order("manual")
    both = Order.objects.filter(pk__in=[credit.pk, manual.pk]).values_list("pk")

    job = start_job(action="release", orders=both, params={}, actor=ops, now=NOW)
    work_chunk(job.pk, now=NOW)

    assert (kinds_of(credit), kinds_of(manual)) == (["credit", "manual"], [])
    why = BulkJobRow.objects.get(job=job, order=credit).why
    assert why == "Credit holds are released by admin only."


def test_taking_back_holds_of_many_orders_is_a_release_too() -> None:
    narrow("credit")
    ops, order = make_user("ops"), held_order()
    one = Order.objects.filter(pk=order.pk).values_list("pk")
    job = start_job(action="hold", orders=one, params={"kind": "credit"}, actor=ops, now=NOW)
    work_chunk(job.pk, now=NOW)

    work_chunk(undo_job(job.pk, actor=ops, now=NOW).pk, now=NOW)

    assert kinds_of(order) == ["credit"]


def test_a_corrected_address_releases_its_hold_until_that_kind_is_narrowed() -> None:
    agent = make_user("agent")
    free, kept = held_order("address"), held_order("address")

    correct_address(free.ref, ship_to=ADDRESS, actor=agent, now=NOW)
    narrow("address")
    correct_address(kept.ref, ship_to=ADDRESS, actor=agent, now=NOW)

    assert (kinds_of(free), kinds_of(kept)) == ([], ["address"])
    kept.refresh_from_db()
    assert kept.ship_to == ADDRESS


def test_a_customers_own_address_releases_its_hold_until_that_kind_is_narrowed() -> None:
    free, kept = held_order("address"), held_order("address")
    free.refresh_from_db()
    kept.refresh_from_db()

    customer_choices.change_address(free.ref, ship_to=ADDRESS, sent=Sent(free.version), now=NOW)
    narrow("address")
    customer_choices.change_address(kept.ref, ship_to=ADDRESS, sent=Sent(kept.version), now=NOW)

    assert (kinds_of(free), kinds_of(kept)) == ([], ["address"])


def test_rights_that_make_no_sense_are_refused_by_their_kind() -> None:
    wrong: list[tuple[dict[str, list[str]], str]] = [
        ({"mood": [ADMIN]}, "no such kind"),
        ({"credit": []}, "at least one role"),
        ({"credit": ["agent"]}, "not a role that may hold"),
    ]
    for given, words in wrong:
        with pytest.raises(Invalid) as refused:
            change_hold_rights(given, actor=None, now=NOW)
        assert words in refused.value.fields[next(iter(given))]
    assert rights()["credit"] == [OPS, ADMIN]


def test_rights_are_versioned_and_undone() -> None:
    boss = make_user("admin")
    change_hold_rights({"credit": [ADMIN]}, actor=boss, now=NOW, version=0)

    with pytest.raises(Conflict, match=str(boss)):
        change_hold_rights({"fraud": [ADMIN]}, actor=None, now=NOW, version=0)
    setup.undo_change(SetupChange.objects.latest("pk").pk, actor=boss, now=NOW)

    assert rights()["credit"] == rights()["fraud"] == [OPS, ADMIN]


def test_a_migration_leaves_handed_out_rights_alone_and_hands_out_new_ones() -> None:
    narrow("credit")
    for group in Group.objects.all():
        group.permissions.remove(*group.permissions.filter(codename="release_fraud_hold"))

    sync_roles()

    assert rights()["credit"] == [ADMIN]
    assert rights()["fraud"] == [OPS, ADMIN]
