"""Studies: questions to our own records, asked on a page, answered by a worker."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from kernel.bounds import whole_number
from kernel.errors import DomainError, Invalid
from kernel.pages import cursor_of, page_links, render_page
from kernel.paging import SortKey, parse_int, take_page
from orders.models import SimulationStatus, Study, StudyKind
from orders.queries.studies import compare, forecast_figures, model_card, newest_backtest, reliability
from orders.studying.studies import ask_study

NEWEST_FIRST = [SortKey("pk", True, parse_int)]
UNFINISHED = (SimulationStatus.WAITING, SimulationStatus.RUNNING)
# What people ask here; the rest is for commands and the API.
OFFERED = (
    StudyKind.BACKTEST_POLICIES,
    StudyKind.BACKTEST_FORECAST,
    StudyKind.CALIBRATE_CHANCES,
    StudyKind.TRAIN_LATE_RISK,
)

see = permission_required("orders.view_backlog", raise_exception=True)


@require_safe
@see
def studies(request: HttpRequest) -> HttpResponse:
    """List studies, the newest first, below what the newest ones say."""
    return _page(request)


@require_POST
@permission_required("orders.simulate", raise_exception=True)
def ask(request: HttpRequest) -> HttpResponse:
    """Leave a question to a worker and go to its page."""
    kind = request.POST.get("kind", "")
    try:
        if kind not in OFFERED:
            raise Invalid("Choose one of the studies.", fields={"kind": "Choose one of the studies."})
        study = ask_study(StudyKind(kind), members=_members(request), actor=request.user, now=timezone.now())
    except DomainError as refusal:
        return _page(request, refusal=refusal)
    return redirect("orders:study", study.pk)


@require_safe
@see
def study(request: HttpRequest, study_id: int) -> HttpResponse:
    """Show how far a study is, or what it found."""
    found = get_object_or_404(Study.objects.select_related("created_by"), pk=study_id)
    context = {
        "study": found,
        "is_unfinished": found.status in UNFINISHED,
        "comparison": compare(found.result),
        "figures": forecast_figures(found.result) if found.kind == StudyKind.BACKTEST_FORECAST else [],
        "bins": reliability(found.kind, found.result),
    }
    return render_page(request, "orders/study.html", context, fragments={"study-live": "orders/study_body.html"})


def _page(request: HttpRequest, refusal: DomainError | None = None) -> HttpResponse:
    rows = Study.objects.select_related("created_by").defer("result")
    try:
        page = take_page(rows, NEWEST_FIRST, **cursor_of(request))
    except Invalid:
        page = take_page(rows, NEWEST_FIRST, after="", before="")
    newest = newest_backtest()
    context: dict[str, Any] = {
        "rows": page.rows,
        "card": model_card(),
        "newest": newest,
        "comparison": compare(newest.result) if newest else None,
        "may_ask": request.user.has_perm("orders.simulate"),
        "refusal": refusal,
        "problems": refusal.fields if refusal else {},
        "said": request.POST,
        **page_links(request, page),
    }
    return render_page(request, "orders/studies.html", context, status=refusal.status if refusal else 200)


def _members(request: HttpRequest) -> dict[str, Any]:
    """Read the numbers of the form; what is no number is left as it is, for the verb to refuse by name."""
    members: dict[str, Any] = {}
    for name in ("weeks", "supply"):
        text = request.POST.get(name, "").strip()
        if text:
            members[name] = _number(text, percent=name == "supply")
    return members


def _number(text: str, *, percent: bool) -> Any:
    number = whole_number(text, digits=5)
    if number is None:
        return text
    return number / 100 if percent else number
