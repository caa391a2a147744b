"""A POST with an ``Idempotency-Key`` happens once: the same key and body get the same answer again.

The key is reserved in a row before anything runs, and the answer is kept in it by the transaction that does what was
asked for: either both are there or neither is. While it runs, the same key is a 409; with another body it is a 422. A
request that was refused changed nothing, so its key is free again. A crash leaves a reservation that lapses; a run that
outlives its reservation finds it gone and takes everything back.
"""

from __future__ import annotations

import hashlib
import json
import logging
from datetime import datetime, timedelta

from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from backlog.api.models import IdempotentRequest
from kernel.errors import Conflict, DomainError, Invalid

log = logging.getLogger(__name__)

LAPSES_AFTER = timedelta(seconds=60)
MAX_KEY_LENGTH = 200


class AnsweredBefore(DomainError):
    """The request ran before; its answer is at hand."""

    def __init__(self, kept: IdempotentRequest) -> None:
        super().__init__("This request was answered before.")
        self.kept = kept


def reserve(request: Request) -> IdempotentRequest | None:
    """Claim the request's key for this run; return None when it carries none.

    Raises AnsweredBefore with the kept answer, Conflict while another run holds the key, Invalid for a key that was
    used for something else.
    """
    key = request.headers.get("Idempotency-Key")
    user_id = request.user.pk
    if request.method != "POST" or key is None or user_id is None:
        return None
    if not (0 < len(key) <= MAX_KEY_LENGTH and key.isascii() and key.isprintable()):
        raise Invalid(f"Idempotency-Key: give 1 to {MAX_KEY_LENGTH} printable ASCII characters.", code="bad_key")
    digest = hashlib.sha256(request.path.encode() + b"\n" + request._request.body).hexdigest()
    try:
        with transaction.atomic():
            return IdempotentRequest.objects.create(
                user_id=user_id, key=key, path=request.path[:300], body_digest=digest
            )
    except IntegrityError:
        return _again(IdempotentRequest.objects.filter(user_id=user_id, key=key).first(), digest)


def _again(kept: IdempotentRequest | None, digest: str) -> IdempotentRequest:
    if kept is not None and kept.body_digest != digest:
        raise Invalid("This Idempotency-Key was used for another request. Use a new one.", code="key_reused")
    if kept is not None and kept.status is not None:
        raise AnsweredBefore(kept)
    now = timezone.now()
    if kept is None or not _take_over(kept, now):
        raise Conflict("The same request is being worked on. Try again in a moment.", code="in_flight")
    kept.created_at = now
    return kept


def _take_over(kept: IdempotentRequest, now: datetime) -> bool:
    """Claim a reservation whose run died; of several claimers exactly one wins."""
    return _still_ours(kept).filter(created_at__lt=now - LAPSES_AFTER).update(created_at=now) == 1


def _still_ours(reserved: IdempotentRequest) -> QuerySet[IdempotentRequest]:
    return IdempotentRequest.objects.filter(pk=reserved.pk, status__isnull=True, created_at=reserved.created_at)


def complete(reserved: IdempotentRequest, response: Response) -> Response:
    """Keep the answer under its key, in the caller's transaction if there is one; return the response.

    Raises Conflict when the reservation lapsed and another run took it over: that one answers.
    """
    answer = json.loads(JSONRenderer().render(response.data) or "null")
    if not _still_ours(reserved).update(status=response.status_code, answer=answer):
        raise Conflict("This took too long, and the same request was sent again. Wait for its answer.", code="lapsed")
    return response


def release(reserved: IdempotentRequest) -> None:
    """Free the key of a request that was refused."""
    try:
        _still_ours(reserved).delete()
    except DatabaseError as error:
        log.warning("key not freed until it lapses (%s)", type(error).__name__)


def forget(*, before: datetime) -> int:
    """Delete kept answers and reservations older than ``before``; return how many."""
    return IdempotentRequest.objects.filter(created_at__lt=before).delete()[0]


def replay(kept: IdempotentRequest) -> Response:
    """Answer with what was answered before."""
    return Response(kept.answer, status=kept.status, headers={"Idempotent-Replayed": "true"})
