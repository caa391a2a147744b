"""What planning said last: one row per open line and per open order, owned by planning alone."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from inventory.models import Product
from orders.models.order import Order, OrderLine
from orders.models.policy import Policy
from orders.planning import types

# Where an order without a date or a promise sorts: after all others. Sorts and their indexes use the same expression.
FAR = date(9999, 12, 31)
UNKNOWN_SLIP = -(10**6)


class PlanRunKind(models.TextChoices):
    FULL = "full", "Whole backlog"
    EVENT = "event", "What an event touched"


class PlanRunStatus(models.TextChoices):
    RUNNING = "running", "Running"
    HELD = "held", "Held by the guard"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"
    DROPPED = "dropped", "Dropped"


class Reason(models.IntegerChoices):
    READY = types.Reason.READY, "Ready to ship"
    FROZEN = types.Reason.FROZEN, "Picked or pinned"
    ON_HOLD = types.Reason.ON_HOLD, "On hold"
    SHIP_COMPLETE = types.Reason.SHIP_COMPLETE, "Waits for the rest of the order"
    AWAITING_SUPPLY = types.Reason.AWAITING_SUPPLY, "Stock on its way"
    SUPPLIER_LATE = types.Reason.SUPPLIER_LATE, "Supplier late"
    STOCK_SHORT = types.Reason.STOCK_SHORT, "Stock short"
    PROTECTED = types.Reason.PROTECTED, "Stock kept back"
    ETA_BY_HAND = types.Reason.ETA_BY_HAND, "Date set by hand"
    CAPACITY = types.Reason.CAPACITY, "Waits to be picked"
    FILL_THRESHOLD = types.Reason.FILL_THRESHOLD, "Too little to send yet"
    WANTED_LATER = types.Reason.WANTED_LATER, "Wanted later, stock left to others"
    SPLIT_LIMIT = types.Reason.SPLIT_LIMIT, "Stock in too many places"
    STANDS_BACK = types.Reason.STANDS_BACK, "Others could be completed"


class Outcome(models.IntegerChoices):
    PLANNED = types.Outcome.PLANNED, "Planned"
    FROZEN = types.Outcome.FROZEN, "Frozen"
    EXCLUDED = types.Outcome.EXCLUDED, "Left out"


class Kept(models.IntegerChoices):
    YES = types.Kept.YES, "Kept"
    NO = types.Kept.NO, "Not kept"
    FELL_BACK = types.Kept.FELL_BACK, "Fell back"


class PlanRun(models.Model):
    """One execution of planning: why it ran, on what (hashed), what came out, how long each step took."""

    kind = models.CharField(max_length=10, choices=PlanRunKind)
    status = models.CharField(max_length=10, choices=PlanRunStatus, default=PlanRunStatus.RUNNING)
    policy = models.ForeignKey(Policy, null=True, on_delete=models.PROTECT, related_name="plan_runs")
    cause = models.CharField(max_length=200, blank=True)
    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)
    inputs_hash = models.CharField(max_length=64, blank=True)
    plan_hash = models.CharField(max_length=64, blank=True)
    verdict = models.JSONField(default=dict, help_text="What the guard found: figures, limits, breaches.")
    released_at = models.DateTimeField(null=True, blank=True)
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    release_note = models.CharField(max_length=200, blank=True)
    counts = models.JSONField(default=dict, help_text="lines, planned, frozen, excluded, rows_written, facts, …")
    timings = models.JSONField(default=dict, help_text="Seconds per step.")
    error = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["-id"], name="orders_planrun_recent"),
            # What waits for a worker or for a person, among all the runs there were.
            models.Index(
                fields=["status"], condition=Q(status__in=["running", "held"]), name="orders_planrun_unfinished"
            ),
        ]
        permissions = [("release_plan", "Release or withdraw a plan that the guard holds")]

    def __str__(self) -> str:
        return f"{self.kind} run {self.pk}"

    @property
    def seconds(self) -> float | None:
        """How long it took; None while it is running."""
        return (self.finished_at - self.started_at).total_seconds() if self.finished_at else None


class LinePlan(models.Model):
    """The plan for one open line. ``points`` has one number per rule of the policy of the run, in its order."""

    line = models.OneToOneField(
        OrderLine, on_delete=models.PROTECT, primary_key=True, related_name="plan", db_constraint=False
    )
    # Without an index, which would cost a first plan a twentieth of its time: an order's plans are found by its lines.
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    score = models.FloatField()
    points = ArrayField(models.FloatField())
    outcome = models.SmallIntegerField(choices=Outcome)
    reason = models.SmallIntegerField(choices=Reason)
    allocated_qty = models.IntegerField()
    pegged_qty = models.IntegerField()
    eta_p50 = models.DateField(null=True)
    eta_p90 = models.DateField(null=True)
    gate_line_id = models.BigIntegerField(default=0, help_text="The line that holds this one back, 0 for none.")
    policy_id = models.BigIntegerField(help_text="The policy whose rules ``points`` follows.")
    # Written only under a policy that has segments (the first three) or promise rules; else the database fills them in.
    segment = models.SmallIntegerField(db_default=-1, help_text="Place of its segment in the policy, −1 for none.")
    kept = models.SmallIntegerField(choices=Kept, db_default=Kept.YES, help_text="What became of its guarantee.")
    stage = models.SmallIntegerField(db_default=types.ANY_STAGE, help_text="Served before any score, lowest first.")
    promise_rule = models.SmallIntegerField(
        db_default=-1, help_text="Place of its promise rule in the policy, −1 for none."
    )
    digest = models.BigIntegerField(db_default=0, help_text="Of all that the plan says: a run sees by it what changed.")

    class Meta:
        indexes = [models.Index(fields=["order"], condition=Q(kept__gt=0), name="orders_lineplan_guarantee")]

    def __str__(self) -> str:
        return f"plan of line {self.line_id}"


class OrderPlan(models.Model):
    """The plan for one open order, as the board shows it.

    Its rank is its place by (stage, score desc, placed_at, order): that of its best line.
    """

    order = models.OneToOneField(
        Order, on_delete=models.PROTECT, primary_key=True, related_name="plan", db_constraint=False
    )
    placed_at = models.DateTimeField()
    stage = models.SmallIntegerField(db_default=types.ANY_STAGE, help_text="The lowest stage of its lines.")
    score = models.FloatField(help_text="The best score of its lines in that stage.")
    reason = models.SmallIntegerField(choices=Reason, help_text="The reason of its last line to arrive.")
    eta_p50 = models.DateField(null=True)
    eta_p90 = models.DateField(null=True)
    promised_on = models.DateField(null=True, help_text="Copy of OrderPromise, for sorting and filters.")
    slip_days = models.IntegerField(null=True, help_text="eta_p50 − promised_on.")
    chance = models.FloatField(null=True, help_text="That promised_on is kept (planning.chance); null without one.")
    open_lines = models.IntegerField()
    short_lines = models.IntegerField()
    open_units = models.IntegerField()
    short_units = models.IntegerField(help_text="Open units without stock on hand.")
    open_value_minor = models.BigIntegerField(help_text="Value of the open units, in pence.")
    ready_value_minor = models.BigIntegerField(help_text="Value of the allocated units, in pence.")

    class Meta:
        indexes = [
            # The board's own order, with what its filters ask most: a rare match is found without reading rows between.
            models.Index(
                fields=["stage", "-score", "placed_at", "order"],
                include=["reason", "open_value_minor"],
                name="orders_orderplan_ranking",
            ),
            models.Index(Coalesce("slip_days", Value(UNKNOWN_SLIP)), "order", name="orders_orderplan_slip_key"),
            models.Index(fields=["open_value_minor", "order"], name="orders_orderplan_value"),
            models.Index(fields=["short_units", "order"], name="orders_orderplan_short"),
            models.Index(Coalesce("eta_p50", Value(FAR)), "order", name="orders_orderplan_eta_key"),
            models.Index(fields=["promised_on", "order"], name="orders_orderplan_promised"),
        ]

    def __str__(self) -> str:
        return f"plan of order {self.order_id}"
