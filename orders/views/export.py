"""The board's list as a file, with the view, filters and sort of the address."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Iterator

from asgiref.sync import sync_to_async
from django.contrib.auth.decorators import permission_required
from django.core.handlers.asgi import ASGIRequest
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from kernel.errors import Invalid
from kernel.pages import render_page
from orders.board.exports import csv_chunks, write_xlsx
from orders.board.filters import BoardFilter
from orders.queries.board import open_plans, sort_keys
from orders.queries.board_export import ExportRow, export_chunks

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

see_backlog = permission_required("orders.view_backlog", raise_exception=True)


@require_safe
@see_backlog
def export_csv(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """Send the list as CSV, chunk by chunk as it is read."""
    try:
        chunks = csv_chunks(_chunks(request))
    except Invalid as refusal:
        return _refused(request, refusal)
    body = _in_thread(chunks) if isinstance(request, ASGIRequest) else chunks
    return StreamingHttpResponse(
        body,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{_name()}.csv"'},
    )


@require_safe
@see_backlog
def export_xlsx(request: HttpRequest) -> HttpResponse | FileResponse:
    """Send the list as a spreadsheet, up to as many rows as people look at."""
    file = io.BytesIO()
    try:
        write_xlsx(_chunks(request), file)
    except Invalid as refusal:
        return _refused(request, refusal)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"{_name()}.xlsx", content_type=XLSX)


def _chunks(request: HttpRequest) -> Iterator[list[ExportRow]]:
    chosen = BoardFilter(request.GET, queryset=open_plans(timezone.localdate()), request=request)
    keys = sort_keys(request.GET.get("sort") or "rank")
    if keys is None or not chosen.is_valid():
        raise Invalid("A filter in this address cannot be read.")
    return export_chunks(chosen.qs, keys)


async def _in_thread(chunks: Iterator[str]) -> AsyncIterator[str]:
    """Read each chunk in the request's thread, so that the event loop goes on serving others between them."""
    read = sync_to_async(lambda: next(chunks, None))
    while (piece := await read()) is not None:
        yield piece


def _name() -> str:
    return f"backlog-{timezone.localdate().isoformat()}"


def _refused(request: HttpRequest, refusal: Invalid) -> HttpResponse:
    return render_page(request, "orders/board_refused.html", {"refusal": refusal, "errors": ()}, status=400)
