from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F, Max, Q, Sum
from django.utils import timezone

from backlog.accounts.models import User
from inventory.models import DirtyMark, StockLevel, StockMovement, Substitute
from kernel.errors import Conflict
from notifications.models import Fact
from orders import integrity
from orders.models import BacklogDay, LinePlan, Order, OrderLine, OrderPlan, OrderPromise, PlanRun, SampleLoad
from orders.queries.trends import TREND_DAYS
from orders.rules import policies
from orders.rules.policy_preview import preview
from orders.sample.loading import refuse_unless_empty
from tests.factories.inventory import make_product

pytestmark = pytest.mark.django_db


def load(**options: object) -> str:
    out = StringIO()
    call_command("load_sample", smoke=True, stdout=out, **options)
    return out.getvalue()


def test_the_sample_is_a_planned_backlog_whose_counts_add_up() -> None:
    printed = load()

    sample = SampleLoad.objects.get()
    assert sum(sample.counts.values()) == sample.file_rows == 7419
    assert "7,419  rows in the file" in printed
    open_lines = OrderLine.objects.filter(open_qty__gt=0, order__status="open")
    assert open_lines.count() == LinePlan.objects.count() > 1000
    assert OrderLine.objects.filter(shipped_qty__gt=0).exists()
    assert not DirtyMark.objects.exists()


def test_the_days_before_the_sample_are_planned_so_that_trends_are_there_at_once() -> None:
    load()

    days = list(BacklogDay.objects.order_by("day"))
    assert len(days) == TREND_DAYS + 1
    assert all(day.late_orders is not None and day.risk_value_minor is not None for day in days)
    *_, evening, today = days
    assert evening.open_value_minor == today.open_value_minor > 0
    assert evening.late_orders == pytest.approx(today.late_orders, abs=3)


def test_the_sample_ends_before_today_and_keeps_its_weekdays() -> None:
    load()

    latest = timezone.localdate(Order.objects.aggregate(at=Max("placed_at"))["at"])
    assert latest < timezone.localdate()
    assert latest >= timezone.localdate() - timedelta(days=7)
    assert latest.weekday() == 4


def test_nobody_is_told_about_the_sample_itself() -> None:
    load()

    assert not Fact.objects.exists()
    waiting = OrderPromise.objects.filter(order__plan__short_units__gt=0, order__plan__eta_p50__isnull=False)
    assert waiting.exists()
    has_mail = ~Q(order__customer__email="") | Q(order__customer__phone="")
    assert not waiting.filter(has_mail).exclude(told_on=F("order__plan__eta_p50")).exists()
    assert not waiting.exclude(has_mail).exclude(told_on=F("promised_on")).exists(), "somebody has to call them"
    assert not waiting.filter(announced_kind="").exists()


def test_the_rules_in_force_have_nothing_to_tell_anybody() -> None:
    load()

    nothing_moves = preview(policies.published().pk, now=timezone.now())

    assert (nothing_moves.up, nothing_moves.down, nothing_moves.sooner, nothing_moves.later) == (0, 0, 0, 0)
    assert {kind: count for kind, count in nothing_moves.after.messages.items() if count} == {}


def test_no_counter_of_the_sample_drifts() -> None:
    load()

    assert integrity.check() == []
    on_hand = StockLevel.objects.aggregate(units=Sum("on_hand"))["units"]
    assert on_hand == StockMovement.objects.aggregate(units=Sum("qty"))["units"]


def test_the_three_people_can_sign_in_with_their_roles() -> None:
    load()

    people = {user.email: user for user in User.objects.all()}
    assert people["ops@example.com"].check_password("backlog")
    assert people["ops@example.com"].has_perm("orders.ship_order")
    assert not people["agent@example.com"].has_perm("orders.ship_order")
    assert people["admin@example.com"].is_staff
    assert not people["ops@example.com"].is_staff


def test_new_orders_go_on_after_the_samples_numbers() -> None:
    load()

    last = Order.objects.order_by("-id").first()
    assert last is not None
    another = Order.objects.create(ref="SO-X", channel="test", customer=last.customer)
    assert another.pk == last.pk + 1


def test_the_backlog_grows_to_exactly_as_many_lines_as_asked() -> None:
    load(lines=5000)

    assert OrderLine.objects.filter(open_qty__gt=0, order__status="open").count() == 5000
    assert LinePlan.objects.count() == 5000
    assert integrity.check() == []


def test_a_database_with_work_in_it_is_left_alone() -> None:
    make_product("LAMP")

    with pytest.raises(Conflict, match="empty database"):
        refuse_unless_empty()
    with pytest.raises(CommandError, match="empty database"):
        load()
    assert not SampleLoad.objects.exists()
    assert not User.objects.exists()


@pytest.mark.parametrize("lines", [1, -5, 3_000_000])
def test_a_number_of_lines_that_cannot_be_is_refused_before_anything_is_written(lines: int) -> None:
    with pytest.raises(CommandError, match="Name a number from"):
        load(lines=lines)
    assert not SampleLoad.objects.exists()


def test_a_sample_that_is_there_grows_later() -> None:
    load()

    load(lines=4000)

    assert LinePlan.objects.count() == 4000


def test_a_load_that_was_killed_before_its_plan_is_planned_by_the_next_start() -> None:
    load()
    for model in (LinePlan, OrderPlan, PlanRun):
        model.objects.all().delete()

    printed = load(if_empty=True)

    assert "Planning the backlog" in printed
    assert "stays out" in printed
    assert LinePlan.objects.exists()
    assert "Planning" not in load(if_empty=True)


def test_something_may_stand_in_for_what_waits() -> None:
    load()

    rules = Substitute.objects.all()
    assert rules.filter(needs_consent=True).exists()
    assert rules.filter(needs_consent=False, when="entry").exists()
    assert not rules.filter(needs_consent=False, when="any").exists(), "the first minute would swap them all"
    assert rules.filter(product__order_lines__open_qty__gt=0, substitute__stock_levels__on_hand__gt=0).exists()
