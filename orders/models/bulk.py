"""One action on many orders, as work that can be watched and taken back."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from orders.models.order import Order


class BulkAction(models.TextChoices):
    EXPEDITE = "expedite", "Expedite"
    UNEXPEDITE = "unexpedite", "Take expedite back"
    HOLD = "hold", "Hold"
    RELEASE = "release", "Release"
    ETA = "eta", "Update ETA"
    ASSIGN = "assign", "Assign"
    NOTE = "note", "Add note"
    CANCEL = "cancel", "Cancel"
    TELL = "tell", "Tell the new date"
    SPLIT = "split", "Split"
    SUBSTITUTE = "substitute", "Substitute"


class BulkJobStatus(models.TextChoices):
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    STOPPED = "stopped", "Stopped"


class BulkJob(models.Model):
    """One action on many orders. ``done + failed`` grow with every chunk that commits; ``undoes`` makes it an undo."""

    action = models.CharField(max_length=10, choices=BulkAction)
    params = models.JSONField(default=dict, help_text="What the action needs besides the orders: kind, reason, day …")
    status = models.CharField(max_length=8, choices=BulkJobStatus, default=BulkJobStatus.RUNNING)
    total = models.PositiveIntegerField()
    done = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="bulk_jobs"
    )
    undoes = models.OneToOneField("self", null=True, blank=True, on_delete=models.PROTECT, related_name="undone_by")
    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(total__gte=models.F("done") + models.F("failed")), name="orders_bulk_sum"
            ),
            models.CheckConstraint(
                condition=Q(status="running", finished_at=None) | (~Q(status="running") & ~Q(finished_at=None)),
                name="orders_bulk_finished_has_time",
            ),
        ]
        indexes = [
            models.Index(fields=["id"], condition=Q(status="running"), name="orders_bulk_running"),
            models.Index(fields=["actor", "-id"], name="orders_bulk_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.action} job {self.pk}"

    @property
    def is_running(self) -> bool:
        return self.status == BulkJobStatus.RUNNING

    @property
    def percent(self) -> int:
        return 100 * (self.done + self.failed) // self.total if self.total else 100


class BulkRowState(models.IntegerChoices):
    WAITING = 0, "Waiting"
    DONE = 1, "Done"
    FAILED = 2, "Not done"


class BulkJobRow(models.Model):
    """One order of a job: what became of it, why not, and what an undo has to bring back."""

    job = models.ForeignKey(BulkJob, on_delete=models.CASCADE, related_name="rows")
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    state = models.SmallIntegerField(choices=BulkRowState, default=BulkRowState.WAITING)
    why = models.CharField(max_length=300, blank=True)
    before = models.JSONField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "order"], name="orders_bulk_order_once")]
        indexes = [
            models.Index(fields=["job", "order"], condition=Q(state=0), name="orders_bulk_waiting"),
            models.Index(fields=["job", "order"], condition=Q(state=2), name="orders_bulk_failed"),
        ]

    def __str__(self) -> str:
        return f"order {self.order_id} of job {self.job_id}"
