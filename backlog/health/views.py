"""For supervisors, load balancers and Prometheus. No sign-in: nothing here names a customer, a product or a sum."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.decorators import login_not_required
from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from backlog.health import checks
from backlog.health.checks import Check
from backlog.health.metrics import queue_metrics


@login_not_required
@never_cache
@require_safe
def healthz(_request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


@login_not_required
@never_cache
@require_safe
def readyz(_request: HttpRequest) -> HttpResponse:
    """Tell whether work gets done: 200 ``ready`` or ``degraded``, 503 ``not_ready``.

    Without the broker the web still commits and nothing is lost, and the workers are idle by necessity: that is
    ``degraded``, and so are changes and facts that were set aside for a person. Without the database, or with a broker
    but no worker or a stuck plan, it is ``not_ready``.
    """
    now = timezone.now()
    broker = checks.check_broker()
    results = {
        "database": _guarded(checks.check_database),
        "broker": broker,
        "worker": _guarded(lambda: checks.check_worker(now)),
        "planning": _guarded(lambda: checks.check_planning(now)),
        "facts": _guarded(checks.check_facts),
    }
    status = _status(results)
    return JsonResponse(
        {"status": status, "checks": {name: check.as_json() for name, check in results.items()}},
        status=503 if status == "not_ready" else 200,
    )


@login_not_required
@never_cache
@require_safe
def metrics(_request: HttpRequest) -> HttpResponse:
    """This process's counters and, where the database answers, the queues'."""
    text = generate_latest()
    try:
        text += generate_latest(queue_metrics(timezone.now()))
    except DatabaseError:
        text += b"# TYPE backlog_database_up gauge\nbacklog_database_up 0\n"
    return HttpResponse(text, content_type=CONTENT_TYPE_LATEST)


def _guarded(check: Callable[[], Check]) -> Check:
    try:
        return check()
    except DatabaseError as error:
        return Check(False, {"error": type(error).__name__})


def _status(results: dict[str, Check]) -> str:
    if not results["database"].is_ok:
        return "not_ready"
    if not results["broker"].is_ok:
        return "degraded"
    if not (results["worker"].is_ok and results["planning"].is_ok):
        return "not_ready"
    set_aside = (results[name].facts.get("quarantined", 0) for name in ("planning", "facts"))
    return "degraded" if any(set_aside) else "ready"
