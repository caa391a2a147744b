from __future__ import annotations

import pghistory
from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Cast, Upper
from django.utils import timezone

from inventory.models import Product
from orders.models.customer import Customer


class OrderStatus(models.TextChoices):
    OPEN = "open", "Open"
    SHIPPED = "shipped", "Shipped"
    CANCELLED = "cancelled", "Cancelled"


class ShipPolicy(models.TextChoices):
    """How much of an order must be there before any of it leaves (planning.types.ShipPolicy has the same names)."""

    PARTIAL = "partial", "Ship what is ready"
    COMPLETE = "complete", "Ship complete"
    ONE_BACKORDER = "one_backorder", "At most one backorder"


class SubstituteConsent(models.TextChoices):
    """Whether something else may stand in for what lacks. A customer who asks for it agrees, whatever this says."""

    ASK = "ask", "Ask, unless the product's rule needs no asking"
    AGREED = "agreed", "Agreed beforehand"
    NEVER = "never", "Never without asking"


@pghistory.track()
class Order(models.Model):
    """What a customer asked for, in one go. An order is open until every line is shipped or cancelled."""

    ref = models.CharField(max_length=40, unique=True)
    channel = models.CharField(max_length=40)
    external_id = models.CharField(max_length=120, blank=True)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="orders")
    status = models.CharField(max_length=10, choices=OrderStatus, default=OrderStatus.OPEN)
    placed_at = models.DateTimeField(default=timezone.now)
    requested_on = models.DateField(null=True, blank=True)
    ship_policy = models.CharField(max_length=14, choices=ShipPolicy, default=ShipPolicy.PARTIAL)
    substitutes = models.CharField(
        max_length=6,
        choices=SubstituteConsent,
        default=SubstituteConsent.ASK,
        db_default=SubstituteConsent.ASK,
        help_text="What the customer said about substitutes.",
    )
    ship_to = models.TextField(blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    is_expedited = models.BooleanField(default=False)
    expedite_reason = models.CharField(max_length=200, blank=True, default="", db_default="")
    expedite_ends_on = models.DateField(null=True, blank=True, help_text="The day from which it is urgent no more.")
    eta_by_hand_on = models.DateField(null=True, blank=True)
    eta_by_hand_reason = models.CharField(max_length=200, blank=True)
    intake_digest = models.CharField(max_length=64, blank=True, help_text="SHA-256 of the order as it came in.")
    version = models.PositiveIntegerField(default=1, help_text="Counts changes by people; forms carry it.")
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "external_id"], condition=~Q(external_id=""), name="orders_order_external_once"
            ),
            models.CheckConstraint(
                condition=Q(status="open", closed_at__isnull=True) | (~Q(status="open") & Q(closed_at__isnull=False)),
                name="orders_order_closed_has_time",
            ),
            models.CheckConstraint(
                condition=Q(is_expedited=True) | Q(expedite_reason="", expedite_ends_on=None),
                name="orders_order_expedite_has_details",
            ),
        ]
        indexes = [
            models.Index(fields=["placed_at", "id"], condition=Q(status="open"), name="orders_order_open_placed"),
            models.Index(fields=["customer", "-placed_at"], name="orders_order_customer"),
            models.Index(fields=["customer", "id"], condition=Q(status="open"), name="orders_order_open_by_customer"),
            models.Index(
                fields=["id"], condition=Q(status="open", substitutes="agreed"), name="orders_order_takes_others"
            ),
            models.Index(fields=["closed_at"], condition=Q(status="shipped"), name="orders_order_shipped_at"),
            # For searches in the middle of a number, as ``icontains`` asks.
            GinIndex(OpClass(Upper("ref"), "gin_trgm_ops"), name="orders_order_ref_trgm"),
            GinIndex(OpClass(Upper("external_id"), "gin_trgm_ops"), name="orders_order_external_trgm"),
            models.Index(fields=["owner"], condition=Q(status="open", owner__isnull=False), name="orders_order_owned"),
            models.Index(
                fields=["expedite_ends_on"],
                condition=Q(status="open", expedite_ends_on__isnull=False),
                name="orders_order_expedite_ends",
            ),
        ]
        permissions = [
            ("view_backlog", "See the backlog, orders, stock and messages"),
            ("hold_order", "Hold and release orders"),
            ("cancel_order", "Cancel orders and lines"),
            ("expedite_order", "Expedite and pin orders"),
            ("ship_order", "Ship orders"),
            ("intake_order", "Take in orders"),
            ("change_eta", "Change an ETA by hand, to any day"),
            ("postpone_eta", "Change an ETA by hand, later only and at most 14 days"),
            ("note_order", "Write notes"),
            ("assign_order", "Say who looks after an order"),
            ("replan", "Start a plan run"),
            ("see_contact", "See customer contact data"),
        ]

    def __str__(self) -> str:
        return self.ref


@pghistory.track(pghistory.UpdateEvent())
class OrderLine(models.Model):
    """One product of an order. ordered = shipped + cancelled + open."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="lines")
    position = models.PositiveIntegerField()
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="order_lines")
    ordered_qty = models.PositiveIntegerField()
    shipped_qty = models.PositiveIntegerField(default=0)
    cancelled_qty = models.PositiveIntegerField(default=0)
    unit_price = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    open_qty = models.GeneratedField(
        expression=F("ordered_qty") - F("shipped_qty") - F("cancelled_qty"),
        output_field=models.IntegerField(),
        db_persist=True,
    )
    unit_price_minor = models.GeneratedField(  # planning adds up whole numbers
        expression=Cast(F("unit_price") * 100, models.BigIntegerField()),
        output_field=models.BigIntegerField(),
        db_persist=True,
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "position"], name="orders_line_position"),
            models.CheckConstraint(condition=Q(ordered_qty__gt=0), name="orders_line_qty_positive"),
            models.CheckConstraint(
                condition=Q(ordered_qty__gte=F("shipped_qty") + F("cancelled_qty")), name="orders_line_conserved"
            ),
            models.CheckConstraint(condition=Q(unit_price__gte=0), name="orders_line_price_not_negative"),
        ]
        indexes = [
            models.Index(fields=["product", "order"], condition=Q(open_qty__gt=0), name="orders_line_open_product"),
            models.Index(fields=["order"], condition=Q(open_qty__gt=0), name="orders_line_open_order"),
        ]

    def __str__(self) -> str:
        return f"{self.order_id}/{self.position}"
