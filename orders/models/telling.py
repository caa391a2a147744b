"""What colleagues said to customers about a date, and the sequences that admins prepare for them."""

from __future__ import annotations

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from notifications.texts.languages import DEFAULT
from orders.models.compensation import Compensation
from orders.models.hold import HoldKind
from orders.models.order import Order, OrderLine


class DateChoice(models.TextChoices):
    EXPECTED = "expected", "Expected"
    SAFE = "safe", "Safe"
    SPLIT = "split", "Send what is ready, the rest as expected"


@pghistory.track()
class Macro(models.Model):
    """A prepared answer: pressing ``key`` in the workspace fills it in, sending does all of it in one go.

    Empty fields leave things as they are. ``guidance`` tells colleagues when to use it and what to say.
    """

    key = models.CharField(max_length=1)
    name = models.CharField(max_length=80)
    guidance = models.TextField(blank=True)
    choice = models.CharField(max_length=10, choices=DateChoice, blank=True)
    reason = models.CharField(max_length=40, blank=True)
    note = models.TextField(blank=True, help_text="Words to the customer, in English.")
    notes = models.JSONField(default=dict, blank=True, help_text="The same in other languages, by code.")
    compensates = models.BooleanField("give what the ladder allows", default=False)
    expedites = models.BooleanField("expedite the order", default=False)
    hold_kind = models.CharField("hold the order", max_length=10, choices=HoldKind, blank=True)
    takes_over = models.BooleanField("assign the order to whoever sends", default=False)
    removed_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["key"]
        permissions = [("change_macros", "Prepare macros for the workspace")]
        constraints = [
            models.UniqueConstraint(fields=["key"], condition=Q(removed_at__isnull=True), name="orders_macro_key_once"),
            models.CheckConstraint(condition=Q(key__regex="^[a-z]$"), name="orders_macro_key_is_a_letter"),
        ]

    def __str__(self) -> str:
        return self.name

    def note_in(self, code: str) -> str:
        """Return the words to a customer who reads this language; nothing where nobody wrote them in it."""
        return self.note if code == DEFAULT else str(self.notes.get(code, ""))

    @property
    def does(self) -> str:
        """What sending does besides, in words; "" for nothing."""
        done = {
            "expedites the order": self.expedites,
            f"puts it on hold ({self.get_hold_kind_display().lower()})": bool(self.hold_kind),
            "assigns it to whoever sends": self.takes_over,
        }
        return ", ".join(words for words, is_done in done.items() if is_done)


class Way(models.TextChoices):
    MAIL = "mail", "By message"
    REACHED = "reached", "By telephone"
    VOICEMAIL = "voicemail", "Left a voicemail"
    NO_ANSWER = "no_answer", "Nobody answered"
    KEPT = "kept", "Saved, not told"


class Telling(models.Model):
    """One time that a colleague told a customer a date, tried to, or decided not to (``kept``, ``note`` says why).

    ``before`` is what taking it back restores; ``asks`` are the choices that the message put to the customer.
    """

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="tellings")
    way = models.CharField(max_length=10, choices=Way)
    eta_on = models.DateField(null=True, blank=True)
    note = models.CharField(max_length=500, blank=True)
    macro = models.ForeignKey(Macro, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    compensation = models.ForeignKey(Compensation, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    fact_key = models.CharField(max_length=200, blank=True)
    before = models.JSONField(default=dict)
    asks = ArrayField(models.CharField(max_length=12), default=list, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(default=timezone.now)
    taken_back_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["order", "-at"], name="orders_telling_order"),
            models.Index(fields=["-at"], name="orders_telling_at"),
        ]

    def __str__(self) -> str:
        return f"{self.get_way_display()} {self.eta_on}"


@pghistory.track()
class LineEta(models.Model):
    """A day set by hand for one line. The plan keeps it until it has passed, whatever the order's other lines do."""

    line = models.OneToOneField(OrderLine, on_delete=models.CASCADE, primary_key=True, related_name="eta_by_hand")
    eta_on = models.DateField()
    planned_on = models.DateField(null=True, blank=True, help_text="What the plan said before people began to set it.")
    reason = models.CharField(max_length=200, blank=True)
    set_at = models.DateTimeField(default=timezone.now)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    def __str__(self) -> str:
        return f"{self.eta_on} for line {self.line_id}"
