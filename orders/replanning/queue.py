"""Dirty marks as work: claimed, planned together, given back or quarantined when planning them fails."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Exists, F, OuterRef, QuerySet

from inventory.models import DirtyMark
from kernel.leases import MAX_ATTEMPTS, Claim
from kernel.walls import Failed, attempt
from orders.replan import plan_marked

LEASE = timedelta(seconds=90)
BATCH = 500  # marks planned in one run: bursts coalesce, one run stays short
MAX_ROUNDS = 20  # of one task; then another worker, or the same one anew, goes on
_RETRY_AFTER = timedelta(seconds=5)


def plan_due_marks(clock: Callable[[], datetime]) -> bool:
    """Plan what is due, round after round; return whether there may be more. Any number of workers may do this."""
    for _ in range(MAX_ROUNDS):
        token, products = _claim(clock())
        if not products:
            _quarantine_killers(clock())
            return False
        _plan(token, products, clock)
        # A mark that came meanwhile was left to us, if its product was in our hands.
        if not DirtyMark.objects.filter(lease_token__isnull=True, is_quarantined=False).exists():
            return False
    return True


def _claim(now: datetime) -> tuple[UUID, list[int]]:
    """Take due marks of products that no other worker is planning; return the products, ascending.

    Planning them once more than needed does no harm, so the claim does not wait for the disk.
    """
    token, products = _claim_marks(now)
    return token, sorted(set(products))


def _free(now: datetime) -> QuerySet[DirtyMark]:
    in_work = DirtyMark.objects.filter(product_id=OuterRef("product_id"), lease_until__gte=now)
    return DirtyMark.objects.filter(~Exists(in_work), is_quarantined=False, attempts__lt=MAX_ATTEMPTS)


_claim_marks = Claim(_free, lease=LEASE, limit=BATCH, value="product", durable=False)


def _plan(token: UUID, products: Collection[int], clock: Callable[[], datetime]) -> None:
    """Plan all together; if that fails, each by itself, so that one poisoned pool does not stop the others."""
    run = attempt(lambda: plan_marked(products, now=clock()), what=f"planning products {sorted(products)[:10]}")
    if not isinstance(run, Failed):
        if run.counts["skipped_products"]:
            _let_go(token, products)
    elif len(products) == 1:
        _give_back(token, products, clock(), run)
    else:
        for product in products:
            _plan(token, [product], clock)


def _let_go(token: UUID, products: Collection[int]) -> None:
    """Free marks that the plan did not cover because their pool moved on meanwhile: at once, and not as a failure."""
    left = DirtyMark.objects.filter(lease_token=token, product_id__in=products)
    left.update(lease_token=None, lease_until=None, attempts=F("attempts") - 1)


def _give_back(token: UUID, products: Collection[int], now: datetime, failed: Failed) -> None:
    marks = DirtyMark.objects.filter(lease_token=token, product_id__in=products)
    marks.filter(attempts__gte=MAX_ATTEMPTS).update(is_quarantined=True)
    marks.update(lease_token=None, lease_until=None, not_before=now + _RETRY_AFTER, last_error=failed.words)


def _quarantine_killers(now: datetime) -> None:
    """Set aside marks whose worker died each time it planned them."""
    killers = DirtyMark.objects.filter(is_quarantined=False, attempts__gte=MAX_ATTEMPTS, lease_until__lt=now)
    killers.update(is_quarantined=True, lease_token=None, lease_until=None, last_error="The worker died planning it.")
